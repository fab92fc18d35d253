// Lets pages of other origins send requests and read the answers, as servers do that mean to serve apps in browsers.
import type { RequestListener } from 'node:http';

/** No credentials of the browser: tokens come in a header. @see Fetch Standard §3.3 */
const HEADERS = {
  'access-control-allow-origin': '*',
  // `*` does not stand for `authorization`.
  'access-control-allow-headers': 'authorization, *',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-expose-headers': 'www-authenticate, dpop-nonce, mcp-session-id',
  'access-control-max-age': '3600',
};

/** Wraps a listener. @param isOpen Whether pages may use this path; all others are answered as before. */
export function openToPages(listener: RequestListener, isOpen: (path: string) => boolean): RequestListener {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (!isOpen(path)) return listener(request, response);
    if (request.method === 'OPTIONS') return void response.writeHead(204, HEADERS).end();
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    listener(request, response);
  };
}

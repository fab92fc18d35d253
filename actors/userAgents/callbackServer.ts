// The listener on loopback that the authorization server's redirect comes to.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { longestUrl } from './addresses.ts';
import { callbackHeaders, callbackPage } from './callbackPage.ts';

export type LoopbackHost = '127.0.0.1' | '::1';

/**
 * Where the browser is sent from the callback, so that code and state leave the address bar and the way back.
 * A browser's own record of redirects may keep them; the code is spent by then.
 */
export const donePath = '/done';

/** How long a listener stays for a browser that has not fetched its page yet, in milliseconds. */
const pageGrace = 1000;

interface CallbackPlace {
  readonly host: LoopbackHost;
  readonly path: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface CallbackServer {
  readonly redirectUri: string;
  /** Whether the listener alone keeps the process alive; at first it does not. */
  keepAlive(on: boolean): void;
  /** Ends when each browser that brought a response has its page, after a second at most. */
  pagesDelivered(): Promise<void>;
  /** Closes the port and every connection; the port is free when this returns. */
  close(): void;
}

/** The redirect URI of a place. @see RFC 8252 §7.3 */
export function redirectUriAt({ host, port, path }: CallbackPlace): string {
  return new URL(path, `http://${host === '::1' ? '[::1]' : host}:${port}`).href;
}

/**
 * Binds a port of one loopback address; ends when it listens.
 * @param take Gets the query of each GET of the callback path as it arrived, `?` included, and says whether
 * somebody had waited for it. The browser is answered the same either way.
 * @throws the error of `listen` (`EADDRINUSE` and the like).
 * @see RFC 8252 §7.3, §8.3
 */
export async function listenForCallbacks(
  place: CallbackPlace,
  take: (query: string) => boolean,
): Promise<CallbackServer> {
  const pages = new EventEmitter();
  let owed = 0;
  // Room for the longest URL, which is judged by us, and for what a browser sends besides.
  const server = createServer({ maxHeaderSize: 2 * longestUrl, requestTimeout: 10_000 });
  // Only a receiver keeps the process alive, never a connection that somebody left open.
  server.on('connection', (socket) => socket.unref());
  // `exclusive`: a worker of node:cluster listens by itself, its siblings must not get its responses.
  server.listen({ host: place.host, port: place.port, exclusive: true });
  server.unref();
  await once(server, 'listening');
  // A connection that could not be accepted (no file descriptor left) is that connection's trouble only.
  server.on('error', () => {});

  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : place.port;
  const redirectUri = redirectUriAt({ ...place, port });
  const host = new URL(redirectUri).host;

  server.on('request', (request, response) => {
    const verdict = judge(request, host, place.path);
    if (verdict.go === 'refuse') return refuse(response, verdict.status);
    if (verdict.go === 'page') {
      response.once('finish', () => {
        owed = Math.max(0, owed - 1);
        if (owed === 0) pages.emit('delivered');
      });
      response.writeHead(200, { ...callbackHeaders, 'content-type': 'text/html; charset=utf-8' });
      return response.end(callbackPage);
    }
    if (take(verdict.query)) owed += 1;
    // Takes the code out of the address bar (RFC 9700 §4.3.1), by a redirect rather than a script.
    return response.writeHead(303, { ...callbackHeaders, location: donePath, 'content-length': 0 }).end();
  });

  return {
    redirectUri,
    keepAlive: (on) => void (on ? server.ref() : server.unref()),
    async pagesDelivered() {
      if (owed === 0) return;
      const grace = new AbortController();
      const timer = setTimeout(() => grace.abort(), pageGrace);
      await once(pages, 'delivered', { signal: grace.signal }).catch(() => {});
      clearTimeout(timer);
      owed = 0;
    },
    close() {
      server.close();
      server.closeAllConnections();
      pages.emit('delivered');
    },
  };
}

type Verdict =
  | { readonly go: 'refuse'; readonly status: 403 | 404 | 414 }
  | { readonly go: 'page' }
  | { readonly go: 'take'; readonly query: string };

function judge(request: IncomingMessage, host: string, path: string): Verdict {
  const target = request.url ?? '';
  if (target.length > longestUrl) return { go: 'refuse', status: 414 };
  // A page elsewhere that made its name resolve to loopback (DNS rebinding) still sends its own name here.
  if (request.headers.host !== host) return { go: 'refuse', status: 403 };
  if (request.method !== 'GET') return { go: 'refuse', status: 404 };
  if (target === donePath) return { go: 'page' };
  if (target === path || target.startsWith(`${path}?`))
    return { go: 'take', query: target.slice(path.length) };
  return { go: 'refuse', status: 404 };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...callbackHeaders, 'content-length': 0 }).end();
}

// One request to the resource with its token: a bound token has a proof for each address, and a nonce when asked for.

import type { Dpop } from '../actors/network/dpop.ts';
import { refuse } from '../contract/errors.ts';
import { demandsNonce } from '../protocol/challenge.ts';
import { isOfResource } from '../protocol/evidence.ts';
import { placeOf } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import type { UsableToken } from './useGrant.ts';

type Send = typeof globalThis.fetch;

export interface ResourceRequest {
  readonly url: URL;
  /** As it is sent. */
  readonly method: string;
  readonly init: RequestInit;
  /** Whether the body can be read again. */
  readonly canRepeat: boolean;
}

/**
 * Sends a request. A demand for a nonce that was not sent yet is answered by sending it once more, when it can be
 * repeated; what comes then is the server's last word (T22).
 * @param token none: the request goes out as the caller made it.
 * @throws what `send` throws; AuthError `redirect_refused` in browsers, for a bound token.
 * @see RFC 9449 §7, §9
 */
export async function sendToResource(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken | undefined,
): Promise<Response> {
  if (!token?.isBound) return sendPlain(send, dpop, request, token);
  const nonce = dpop.nonceFor(request.url);
  const first = await sendProved(send, dpop, request, token);
  const isNonceNew = dpop.nonceFor(request.url) !== nonce;
  if (!isNonceDemand(first) || !isNonceNew || !request.canRepeat) return first;
  await first.body?.cancel();
  return sendProved(send, dpop, request, token);
}

/** Whether an answer says nothing about the grant, but only asks for a nonce. @see RFC 9449 §9 */
export function isNonceDemand(response: Response): boolean {
  return response.status === 401 && demandsNonce(response.headers.get('www-authenticate'));
}

async function sendPlain(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken | undefined,
): Promise<Response> {
  const { url, init } = request;
  const headers = token ? await authorize(request, token) : new Headers(init.headers);
  const response = await send(url, { ...init, headers });
  hear(dpop, url, response);
  return response;
}

// TOK-1: in the header and nowhere else; headers of the caller's own do not stand beside it.
async function authorize(
  { url, method, init }: Pick<ResourceRequest, 'url' | 'method' | 'init'>,
  token: UsableToken,
): Promise<Headers> {
  const headers = new Headers(init.headers);
  headers.delete('dpop');
  for (const [name, value] of Object.entries(await token.headersFor({ url, method })))
    headers.set(name, value);
  return headers;
}

/** Answers of another origin, where a redirect led to one, say nothing about ours. */
function hear(dpop: Dpop, url: URL, response: Response): void {
  if (!isOfResource({ origin: urlOf(response.url)?.origin, resourceOrigin: url.origin })) return;
  dpop.hear(url, response.headers.get('dpop-nonce'));
}

/** As many as fetch follows. */
const MAX_REDIRECTS = 20;

/** A proof names one address, so redirects are followed by hand, with a new proof for each. */
async function sendProved(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken,
): Promise<Response> {
  const followed = (request.init.redirect ?? 'follow') === 'follow';
  let { url, method, init }: Pick<ResourceRequest, 'url' | 'method' | 'init'> = request;
  for (let redirects = 0; ; redirects += 1) {
    const headers = await authorize({ url, method, init }, token);
    const response = await send(url, { ...init, headers, ...(followed && { redirect: 'manual' }) });
    if (followed && response.type === 'opaqueredirect') refuseHidden(url);
    hear(dpop, url, response);
    const to = followed && redirects < MAX_REDIRECTS ? targetOf(response, url) : undefined;
    const next = to && redirected(response.status, method, init, request.canRepeat);
    if (!to || !next) return response;
    await response.body?.cancel();
    // TOK-1, TOK-2: whoever else is there gets neither the token nor the proof.
    if (to.origin !== url.origin) return send(to, withoutCredentials(next.init));
    ({ method, init } = next);
    url = to;
  }
}

/** Browsers follow by themselves or not at all, and do not say where to. */
function refuseHidden(url: URL): never {
  return refuse(
    'redirect_refused',
    'requesting',
    `${placeOf(url.href)} redirects, and a token that is bound to a key needs a proof for each address; use the address that it leads to.`,
  );
}

function targetOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get('location');
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  const to = urlOf(location, from);
  return to && ['http:', 'https:'].includes(to.protocol) ? to : undefined;
}

/** What is sent next; nothing when its body cannot be. @see Fetch Standard, HTTP-redirect fetch, steps 9 to 13 */
function redirected(
  status: number,
  method: string,
  init: RequestInit,
  canRepeat: boolean,
): { readonly method: string; readonly init: RequestInit } | undefined {
  const toGet =
    ([301, 302].includes(status) && method === 'POST') ||
    (status === 303 && !['GET', 'HEAD'].includes(method));
  if (!toGet) return canRepeat ? { method, init } : undefined;
  const { body: _, ...rest } = init;
  const headers = new Headers(init.headers);
  for (const name of ['encoding', 'language', 'location', 'type', 'length'])
    headers.delete(`content-${name}`);
  return { method: 'GET', init: { ...rest, method: 'GET', headers } };
}

function withoutCredentials(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  for (const name of ['authorization', 'proxy-authorization', 'cookie', 'dpop']) headers.delete(name);
  return { ...init, headers };
}

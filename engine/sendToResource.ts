// One request to the resource with its token: a bound token has a proof for each address, and a nonce when asked for.

import type { Dpop } from '../actors/network/dpop.ts';
import { refuse } from '../contract/errors.ts';
import { demandsNonce } from '../protocol/challenge.ts';
import { isOfResource } from '../protocol/evidence.ts';
import { bodyHeaders, credentialHeaders, isRedirect, judgeRedirect } from '../protocol/resourceRedirect.ts';
import { placeOf } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import type { AuthorizationHeaders } from './sessionSurface.ts';
import { bearerHeaders, type UsableToken } from './useGrant.ts';

type Send = typeof globalThis.fetch;

/** A request to the resource, as the caller made it. */
export interface ResourceRequest {
  readonly url: URL;
  /** As it is sent. */
  readonly method: string;
  readonly init: RequestInit;
  /** Whether the body can be read again. */
  readonly canRepeat: boolean;
  /** Names of headers that are for this origin only. */
  readonly confined: readonly string[];
}

/**
 * Sends a request. A demand for a nonce that was not sent yet is answered by sending it once more, when it can be
 * repeated; what comes then is the server's last word (T22).
 * @param token none: the request goes out as the caller made it.
 * @throws what `send` throws; AuthError `redirect_refused` in browsers, for a bound token.
 * @see RFC 9449 §7, §9
 */
export function sendToResource(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken | undefined,
): Promise<Response> {
  if (token?.isBound) return sendBound(send, dpop, request, token);
  return request.confined.length === 0
    ? sendPlain(send, dpop, request, token)
    : sendByHand(send, dpop, request, token);
}

async function sendBound(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken,
): Promise<Response> {
  const nonce = dpop.nonceFor(request.url);
  const first = await sendByHand(send, dpop, request, token);
  const isNonceNew = dpop.nonceFor(request.url) !== nonce;
  if (!isNonceDemand(first) || !isNonceNew || !request.canRepeat) return first;
  await first.body?.cancel();
  return sendByHand(send, dpop, request, token);
}

/** Whether an answer says nothing about the grant, but only asks for a nonce. @see RFC 9449 §9 */
export function isNonceDemand(response: Response): boolean {
  return response.status === 401 && demandsNonce(response.headers.get('www-authenticate'));
}

/** Nearly every call goes this way, so it makes no promise of its own before the request is sent. */
function sendPlain(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken | undefined,
): Promise<Response> {
  const { url, init } = request;
  const headers = token ? withToken(init.headers, bearerHeaders(token)) : new Headers(init.headers);
  const stays = holdsBody(request);
  return send(url.href, stays ? { ...init, headers, redirect: 'manual' } : { ...init, headers }).then(
    (first) => {
      // Browsers do not say where a redirect leads: they follow it themselves, and CORS decides who may read the body.
      if (stays && first.type === 'opaqueredirect') return send(url.href, { ...init, headers });
      if (stays && isRedirect(first.status)) return sendByHand(send, dpop, request, token, first);
      hear(dpop, url, first);
      return first;
    },
  );
}

/** Whether a body goes along that another origin must not get, unless the caller has said how redirects are followed. */
const holdsBody = ({
  init: { body, redirect },
  canRepeat,
}: Pick<ResourceRequest, 'init' | 'canRepeat'>): boolean =>
  body !== undefined && body !== null && redirect === undefined && canRepeat;

/** What the caller sends, and what shows the token. */
async function headersOf(
  { url, method, init }: Pick<ResourceRequest, 'url' | 'method' | 'init'>,
  token: UsableToken | undefined,
): Promise<HeadersInit> {
  if (!token) return new Headers(init.headers);
  return withToken(init.headers, await token.headersFor({ url, method }));
}

/** TOK-1: the token is in the header and nowhere else; headers of the caller's own do not stand beside it. */
function withToken(own: HeadersInit | undefined, shown: AuthorizationHeaders): HeadersInit {
  if (isPlainWithoutToken(own)) return { ...own, ...shown };
  const headers = new Headers(own);
  headers.delete('dpop');
  for (const [name, value] of Object.entries(shown)) headers.set(name, value);
  return headers;
}

/** Nearly every caller has them so: what `Headers` makes of them need not be made twice. */
function isPlainWithoutToken(headers: HeadersInit | undefined): headers is Record<string, string> {
  if (headers === undefined || Object.getPrototypeOf(headers) !== Object.prototype) return false;
  if (Symbol.iterator in headers) return false;
  return !Object.keys(headers).some((name) => /^(?:authorization|dpop)$/i.test(name));
}

/** Answers of another origin, where a redirect led to one, say nothing about ours. */
function hear(dpop: Dpop, url: URL, response: Response): void {
  const nonce = response.headers.get('dpop-nonce');
  if (nonce === null) return;
  if (!isOfResource({ origin: urlOf(response.url)?.origin, resourceOrigin: url.origin })) return;
  dpop.hear(url, nonce);
}

/**
 * Redirects are followed by hand: a proof names one address, so there is a new one for each; and what is confined to the
 * origin stays there, as does a body.
 * @param first the answer to the request as it is, when it was sent before.
 */
async function sendByHand(
  send: Send,
  dpop: Dpop,
  request: ResourceRequest,
  token: UsableToken | undefined,
  first?: Response,
): Promise<Response> {
  const { canRepeat, confined } = request;
  const follows = (request.init.redirect ?? 'follow') === 'follow';
  let { url, method, init }: Pick<ResourceRequest, 'url' | 'method' | 'init'> = request;
  const sent = async (): Promise<Response> => {
    const headers = await headersOf({ url, method, init }, token);
    return send(url.href, { ...init, headers, ...(follows && { redirect: 'manual' }) });
  };
  for (let followed = 0; ; followed += 1) {
    const response = (followed === 0 && first) || (await sent());
    hear(dpop, url, response);
    if (!follows) return response;
    if (response.type === 'opaqueredirect') refuseHidden(url);
    const location = response.headers.get('location');
    const verdict = judgeRedirect(response.status, location, { url, method, canRepeat, followed });
    if (verdict.kind === 'stop') return response;
    await response.body?.cancel();
    if (verdict.dropsBody) init = withoutBody(init);
    if (verdict.leavesOrigin && holdsBody({ init, canRepeat })) refuseToLeave(url, verdict.to);
    // TOK-1, TOK-2: whoever else is there gets neither the token nor the proof, nor what is for our origin only.
    const staying = [...credentialHeaders, ...confined];
    if (verdict.leavesOrigin) return send(verdict.to.href, { ...init, headers: without(staying, init) });
    ({ to: url, method } = verdict);
  }
}

/** What a caller sends is for the origin that they sent it to. */
function refuseToLeave(from: URL, to: URL): never {
  return refuse(
    'redirect_refused',
    'requesting',
    `${placeOf(from.href)} redirects to another origin, ${to.origin}, and would have the body sent there; use that address if you trust it, or say redirect: 'follow'.`,
  );
}

/** Browsers follow by themselves or not at all, and do not say where to. */
function refuseHidden(url: URL): never {
  return refuse(
    'redirect_refused',
    'requesting',
    `${placeOf(url.href)} redirects, and what is sent along is for one address only (a proof for a bound token, or policy.resourceHeaders); use the address that it leads to.`,
  );
}

function withoutBody({ body: _, ...init }: RequestInit): RequestInit {
  return { ...init, method: 'GET', headers: without(bodyHeaders, init) };
}

function without(names: readonly string[], init: RequestInit): Headers {
  const headers = new Headers(init.headers);
  for (const name of names) headers.delete(name);
  return headers;
}

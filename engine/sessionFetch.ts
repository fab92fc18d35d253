// `fetch` for a session: sends the token, hears the challenge, lets the chart do its work, sends again.
import type { ExchangeFacts } from '../actors/network/door.ts';
import type { HeadersFor, SentHeaders } from '../actors/network/resourceHeaders.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { connectionFailure } from '../protocol/connection.ts';
import { provesGrant } from '../protocol/evidence.ts';
import { operationOf } from '../protocol/operation.ts';
import { placeOf } from '../protocol/text.ts';
import { answerOf, challengeOf, type Hearing, meetChallenge } from './answers.ts';
import { RequestReader } from './options/session.ts';
import { loginPart } from './parts.ts';
import { isNonceDemand, type ResourceRequest, sendToResource } from './sendToResource.ts';
import type { Fetch } from './sessionSurface.ts';
import type { UsableToken } from './useGrant.ts';

/** How often one request may be sent in all: the first time, after a login or renewal, after two step-ups. */
const MAX_SENDS = 4;

/** What of a session a fetch works with. */
export interface Fetching extends Hearing {
  readonly id: SessionId;
  /** The token that nobody has to be asked for, if there is one. */
  inHand(): UsableToken | undefined;
  usableToken(signal?: AbortSignal): Promise<UsableToken | undefined>;
  /** The resource has accepted this token. */
  prove(token: UsableToken): void;
  /** A moment in the order of requests of the engine. */
  mark(): number;
}

/** What a fetch is made of, besides. */
export interface FetchMeans {
  readonly fetch: typeof globalThis.fetch;
  readonly tools: Pick<Tools, 'dpop' | 'headersFor' | 'policy'>;
  /** Told of each request to the resource, also of one that no answer came to. */
  readonly observer: { request(facts: ExchangeFacts): void };
}

/** The `fetch` of a session. */
export function fetchWith(session: Fetching, { fetch: send, tools, observer }: FetchMeans): Fetch {
  const { dpop, headersFor, policy } = tools;
  const { origin } = new URL(session.id.resource);
  const reader = new RequestReader((url) => refuseOtherOrigin(session, url, origin));
  return async (input, init) => {
    const prepared = prepare(reader, input, init);
    const said = prepared instanceof Promise ? await prepared : prepared;
    const request = policy.resourceHeaders ? await withOwnHeaders(said, headersFor, session.id) : said;
    const { method, signal } = request;
    let renewed = false;
    for (let sends = 1; ; sends += 1) {
      const token = session.inHand() ?? (await session.usableToken(signal));
      // What a login needs is loaded while the resource answers that there has to be one.
      if (!token) loginPart.begin();
      const order = session.mark();
      const url = origin + request.url.pathname;
      let response: Response;
      try {
        response = await sendToResource(send, dpop, request, token);
      } catch (thrown) {
        // What we refuse ourselves was answered, or never sent; what the caller ended says nothing about the resource.
        if (!(thrown instanceof AuthError || signal?.aborted))
          observer.request({ purpose: 'resource', method, url });
        throw inWords(thrown, request);
      }
      observer.request({ purpose: 'resource', method, url, status: response.status });
      // What was asked for twice, or cannot be sent twice, is not the grant's fault: the chart does not hear of it.
      if (token?.isBound && isNonceDemand(response)) return response;
      const answer = answerOf(response, origin);
      const challenge = challengeOf(response, answer, token?.accessToken);
      // TOK-12: whatever else came says nothing about the token.
      if (token && provesGrant(answer)) session.prove(token);
      if (!challenge || sends === MAX_SENDS) return response;
      const challenged = {
        challenge,
        grantVersion: token?.version ?? null,
        operation: nameOf(request),
        order,
      };
      // TOK-9: a 401 to what a completed flow brought is the server's last word.
      const isLastWord = challenge.status === 401 && renewed;
      // Where it could lead to one more grant by itself, the chart hears of it with the next request only.
      const { interaction, strategy } = session.snapshot.context;
      if (isLastWord && (interaction === 'auto' || strategy === 'direct')) return response;
      const outcome = await meetChallenge(session, challenged, signal);
      if (isLastWord) return response;
      // C15: what can be read only once is not sent again; but the next request finds the grant in order.
      if (outcome === 'nothing new' || !request.canRepeat) return response;
      renewed ||= outcome === 'renewed';
      await response.body?.cancel();
    }
  };
}

/** What `fetch` throws, as it is; an AuthError where a certificate or a proxy is to blame. */
function inWords(thrown: unknown, { url }: Prepared): unknown {
  const failed = thrown instanceof AuthError ? undefined : connectionFailure(thrown, url.host, 'requesting');
  return failed ? new AuthError(failed) : thrown;
}

/** The operation that a request is: asked for only where it is challenged. */
const nameOf = ({ method, url, init }: Prepared): string =>
  operationOf(method.toUpperCase(), url.href, init.body);

interface Prepared extends ResourceRequest {
  readonly signal: AbortSignal | undefined;
}

/** A URL and its options are looked at as they are; only a Request has to be read. */
function prepare(
  reader: RequestReader,
  input: string | URL | Request,
  init: RequestInit = {},
): Prepared | Promise<Prepared> {
  const url = reader.read(input, init);
  if (!(input instanceof Request)) return prepared(url, init);
  return unfold(input, init).then((unfolded) => prepared(url, unfolded));
}

const unconfined: readonly string[] = [];

function prepared(url: URL, init: RequestInit): Prepared {
  const { method, body, signal } = init;
  return {
    url,
    init,
    method: methodOf(method),
    canRepeat: isRepeatable(body),
    confined: unconfined,
    signal: signal ?? undefined,
  };
}

/** The same request with the headers that the host has for all requests to the resource. */
async function withOwnHeaders(
  request: Prepared,
  headersFor: HeadersFor,
  { resource }: SessionId,
): Promise<Prepared> {
  const own = await headersFor(request.url, resource);
  return { ...request, init: withHeaders(request.init, own), confined: Object.keys(own) };
}

/** What the call says itself stands before what the host says for all of them. */
function withHeaders(init: RequestInit, own: SentHeaders): RequestInit {
  const headers = new Headers(own);
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  return { ...init, headers };
}

/** Methods that fetch writes in capitals. @see Fetch Standard, normalize a method */
const normalized: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/** A method as fetch sends it: these in capitals, others unchanged. */
export function methodOf(method = 'GET'): string {
  const capital = method.toUpperCase();
  return normalized.has(capital) ? capital : method;
}

/** Whether a body can be read again: streams and iterators cannot. */
export function isRepeatable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  const whole = [URLSearchParams, ArrayBuffer, Blob, FormData];
  return ArrayBuffer.isView(body) || whole.some((kind) => body instanceof kind);
}

/** A Request is read once, so that it can be sent again. */
async function unfold(request: Request, init: RequestInit): Promise<RequestInit> {
  const isJson = request.headers.get('content-type')?.includes('json');
  const body =
    init.body ?? (request.body ? await (isJson ? request.text() : request.arrayBuffer()) : undefined);
  const { method, headers, signal, redirect, credentials, cache, mode, referrer, referrerPolicy } = request;
  const own = { method, headers, signal, credentials, cache, mode, referrer, referrerPolicy };
  // A Request always has a word for redirects: `follow` is what it says where nobody has said anything.
  const said = redirect === 'follow' ? {} : { redirect };
  return { ...own, ...said, ...init, ...(body !== undefined && { body }) };
}

/**
 * A token never leaves the origin of its resource (TOK-1, TOK-2).
 * @param origin that of the resource.
 * @throws AuthError `address_refused`
 */
export function refuseOtherOrigin(
  { id }: Pick<Fetching, 'id'>,
  url: URL,
  origin = new URL(id.resource).origin,
): void {
  if (url.origin === origin) return;
  refuse(
    'address_refused',
    'requesting',
    `This session is for ${placeOf(id.resource)}; ${url.origin} is another origin and needs a session of its own.`,
  );
}

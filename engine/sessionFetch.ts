// `fetch` for a session: sends the token, hears the challenge, lets the chart do its work, sends again.
import type { ExchangeFacts } from '../actors/network/door.ts';
import type { Dpop } from '../actors/network/dpop.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { connectionFailure } from '../protocol/connection.ts';
import { challengeIn, provesGrant } from '../protocol/evidence.ts';
import { operationOf } from '../protocol/operation.ts';
import { placeOf } from '../protocol/text.ts';
import { answerOf, type Hearing, meetChallenge } from './answers.ts';
import { judgeFetch } from './options/session.ts';
import { isNonceDemand, type ResourceRequest, sendToResource } from './sendToResource.ts';
import type { Fetch } from './sessionSurface.ts';
import type { UsableToken } from './useGrant.ts';

/** How often one request may be sent in all: the first time, after a login or renewal, after two step-ups. */
const MAX_SENDS = 4;

/** What of a session a fetch works with. */
export interface Fetching extends Hearing {
  readonly id: SessionId;
  usableToken(signal?: AbortSignal): Promise<UsableToken | undefined>;
  /** A moment in the order of requests of the engine. */
  mark(): number;
}

/** @param tell told of each request to the resource. */
export function fetchWith(
  session: Fetching,
  send: typeof globalThis.fetch,
  dpop: Dpop,
  tell: (facts: ExchangeFacts) => void,
): Fetch {
  return async (input, init) => {
    const request = await prepare(session, input, init);
    let renewed = false;
    for (let sends = 1; ; sends += 1) {
      const token = await session.usableToken(request.signal);
      const order = session.mark();
      const response = await sendToResource(send, dpop, request, token).catch((thrown: unknown) => {
        const failed = connectionFailure(thrown, request.url.host, 'requesting');
        throw failed ? new AuthError(failed) : thrown;
      });
      tell({ purpose: 'resource', method: request.method, url: request.place, status: response.status });
      // What was asked for twice, or cannot be sent twice, is not the grant's fault: the chart does not hear of it.
      if (token?.isBound && isNonceDemand(response)) return response;
      const answer = answerOf(response, request.url.origin);
      const challenge = challengeIn(answer, response.headers.get('www-authenticate'));
      // TOK-12: whatever else came says nothing about the token.
      if (token && provesGrant(answer)) session.tell({ type: 'grant.proved', grantVersion: token.version });
      if (!challenge || sends === MAX_SENDS) return response;
      const { operation, signal } = request;
      const challenged = { challenge, grantVersion: token?.version ?? null, operation, order };
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

interface Prepared extends ResourceRequest {
  /** Origin and path, for progress lines. */
  readonly place: string;
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
}

async function prepare(
  session: Fetching,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Prepared> {
  judgeFetch(input, init);
  const of = input instanceof Request ? await unfold(input, init) : { url: new URL(input), init };
  refuseOtherOrigin(session, of.url);
  const method = methodOf(of.init.method);
  return {
    ...of,
    method,
    place: of.url.origin + of.url.pathname,
    operation: operationOf(method.toUpperCase(), of.url.href, of.init.body),
    canRepeat: isRepeatable(of.init.body),
    signal: of.init.signal ?? undefined,
  };
}

/** What fetch makes of a method: these in capitals, any other as it is. @see Fetch Standard, normalize a method */
export function methodOf(method = 'GET'): string {
  return /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
}

/** Whether a body can be read again: streams and iterators cannot. */
function isRepeatable(body: unknown): boolean {
  const whole = [URLSearchParams, ArrayBuffer, Blob, FormData];
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    whole.some((kind) => body instanceof kind)
  );
}

/** A Request is read once, so that it can be sent again. */
async function unfold(request: Request, init: RequestInit): Promise<{ url: URL; init: RequestInit }> {
  const isJson = request.headers.get('content-type')?.includes('json') ?? false;
  const body =
    init.body ?? (request.body ? await (isJson ? request.text() : request.arrayBuffer()) : undefined);
  const { method, headers, signal, redirect, credentials, cache, mode, referrer, referrerPolicy } = request;
  const own = { method, headers, signal, redirect, credentials, cache, mode, referrer, referrerPolicy };
  return {
    url: new URL(request.url),
    init: { ...own, ...init, ...(body !== undefined && body !== null && { body }) },
  };
}

/**
 * A token never leaves the origin of its resource (TOK-1, TOK-2).
 * @throws AuthError `address_refused`
 */
export function refuseOtherOrigin(session: Pick<Fetching, 'id'>, url: URL): void {
  const { origin } = new URL(session.id.resource);
  if (url.origin === origin) return;
  refuse(
    'address_refused',
    'requesting',
    `This session is for ${placeOf(session.id.resource)}; ${url.origin} is another origin and needs a session of its own.`,
  );
}

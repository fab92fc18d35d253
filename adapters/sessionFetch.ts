// `fetch` for a session: sends the token, hears the challenge, lets the chart do its work, sends again.
import type { ExchangeFacts } from '../actors/door.ts';
import { readChallenge } from '../protocol/challenge.ts';
import { refuse } from '../protocol/errors.ts';
import type { Challenge } from '../protocol/facts.ts';
import { operationOf } from '../protocol/operation.ts';
import { placeOf } from '../protocol/text.ts';
import type { Session } from './session.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How often one request may be sent in all: the first time, after a login or renewal, after two step-ups. */
const MAX_SENDS = 4;

export function fetchWith(
  session: Session,
  send: typeof globalThis.fetch,
  tell: (facts: ExchangeFacts) => void,
): Fetch {
  return async (input, init) => {
    const request = await prepare(session, input, init);
    let refused = false;
    for (let sends = 1; ; sends += 1) {
      const token = await session.usableToken(request.signal);
      const response = await request.send(send, token?.accessToken);
      tell({ purpose: 'resource', method: request.method, url: request.place, status: response.status });
      const challenge = challengeOf(response, request.url);
      if (token && response.status !== 401)
        session.actor.send({ type: 'grant.proved', grantVersion: token.version });
      if (!challenge || sends === MAX_SENDS || !request.canRepeat) return response;
      // TOK-9: a second 401 on the same request is the server's last word.
      if (challenge.status === 401 && refused) return response;
      refused ||= challenge.status === 401;
      const changed = await answer(session, challenge, token?.version ?? null, request);
      if (!changed) return response;
      await response.body?.cancel();
    }
  };
}

/** Tells the chart, waits for it, and says whether there is another grant to try. */
async function answer(
  session: Session,
  challenge: Challenge,
  grantVersion: string | null,
  request: Prepared,
): Promise<boolean> {
  session.actor.send({ type: 'challenge.received', challenge, grantVersion, operation: request.operation });
  const snapshot = await session.settled(request.signal);
  const { grant } = snapshot.context;
  return snapshot.hasTag('canSend') && grant !== null && grant.version !== grantVersion;
}

/** A 401, or a 403 that asks for scopes; from the resource itself, not from where it redirected to (W17). */
function challengeOf(response: Response, url: URL): Challenge | undefined {
  if (response.status !== 401 && response.status !== 403) return undefined;
  if (response.url !== '' && new URL(response.url).origin !== url.origin) return undefined;
  const challenge = readChallenge(response.status, response.headers.get('www-authenticate'));
  if (response.status === 401) return challenge;
  return challenge.error === 'insufficient_scope' ? challenge : undefined;
}

interface Prepared {
  readonly url: URL;
  readonly method: string;
  /** Origin and path, for progress lines. */
  readonly place: string;
  readonly operation: string;
  readonly canRepeat: boolean;
  readonly signal: AbortSignal | undefined;
  send(send: typeof globalThis.fetch, token: string | undefined): Promise<Response>;
}

async function prepare(
  session: Session,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Prepared> {
  const of = input instanceof Request ? await unfold(input, init) : { url: new URL(input), init };
  refuseOtherOrigin(session, of.url);
  const method = (of.init.method ?? 'GET').toUpperCase();
  return {
    url: of.url,
    method,
    place: of.url.origin + of.url.pathname,
    operation: operationOf(method, of.url.href, of.init.body),
    canRepeat: !(of.init.body instanceof ReadableStream),
    signal: of.init.signal ?? undefined,
    send(send, token) {
      const headers = new Headers(of.init.headers);
      // TOK-1: in the header and nowhere else; a header of the caller's own does not stand beside it.
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return send(of.url, { ...of.init, headers });
    },
  };
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

// TOK-1, TOK-2: a token never leaves the origin of its resource.
function refuseOtherOrigin(session: Session, url: URL): void {
  const { origin } = new URL(session.id.resource);
  if (url.origin === origin) return;
  refuse(
    'address_refused',
    'requesting',
    `This session is for ${placeOf(session.id.resource)}; ${url.origin} is another origin and needs a session of its own.`,
  );
}

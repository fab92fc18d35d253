// Sends one request to the resource, to see how it answers. The session keeps the outcome.
import { type Failure, failure, toFailure } from '../contract/errors.ts';
import type { Session } from '../engine/sessionSurface.ts';
import { placeOf } from '../protocol/text.ts';
import { asUnreachable } from './failures.ts';

/** An MCP endpoint demands the first two types. Other resources answer with any type. */
const ACCEPT = 'application/json, text/event-stream, */*;q=0.1';
/** How long the resource may take to answer, in milliseconds: some send no headers before there is an event. */
const PATIENCE = 10_000;

/**
 * Sends one GET to the resource of the session, and drops the body.
 * @returns the status of the answer.
 * @throws AuthError `unreachable` when no answer comes, and as `session.fetch` does.
 */
export async function askResource(session: Session, signal?: AbortSignal): Promise<number> {
  const { resource } = session.id;
  const init = { ...firstRequest, ...(signal && { signal }) };
  const response = await session.fetch(resource, init).catch((thrown) => {
    throw asUnreachable(thrown, resource);
  });
  await response.body?.cancel();
  return response.status;
}

/** The first answer of a resource, as far as a person can do something with it. */
export interface FirstAnswer {
  readonly status: number;
  /** In small letters, without parameters. */
  readonly mediaType?: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** A first request asks as an MCP client does, and follows nothing. */
export const firstRequest = { headers: { accept: ACCEPT }, redirect: 'manual' } as const;

/** Sends one GET without following redirects, and says how the resource answered. @throws as `askResource` does. */
export async function firstAnswer(session: Session): Promise<FirstAnswer> {
  const signal = AbortSignal.timeout(PATIENCE);
  return answerOf(await session.fetch(session.id.resource, { ...firstRequest, signal }));
}

/** What an answer says, without its body, which is dropped. */
export async function answerOf(response: Response): Promise<FirstAnswer> {
  // A connection that has ended meanwhile takes nothing from what the answer has said.
  await response.body?.cancel().catch(() => {});
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  const location = response.headers.get('location') ?? undefined;
  return {
    status: response.status,
    ...(mediaType !== undefined && { mediaType }),
    ...(location !== undefined && { location }),
  };
}

/**
 * What the resource says of a login:
 * - `accepted`: it answered, and minded nothing about the token.
 * - `refused`: it does not take the token.
 * - `unknown`: it could not be asked, or did not say.
 */
export type Acceptance =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'unknown'; readonly why: string };

/** Asks the resource whether it accepts the login of this session. It never rejects. */
export async function acceptanceOf(session: Session): Promise<Acceptance> {
  const place = placeOf(session.id.resource);
  try {
    const status = await askResource(session, AbortSignal.timeout(PATIENCE));
    if (status === 401) return { kind: 'refused', failure: refusalOf(session, place) };
    const isClear = status >= 200 && status < 500 && status !== 403 && status !== 429;
    return isClear ? { kind: 'accepted' } : { kind: 'unknown', why: `${place} answered ${status}` };
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'TimeoutError')
      return { kind: 'unknown', why: `${place} did not answer within ${PATIENCE / 1000} seconds` };
    return { kind: 'unknown', why: toFailure(thrown, 'requesting').message.replace(/\.$/, '') };
  }
}

/** What the engine says of it, unless that is to log in; else that the resource refused the token. */
function refusalOf(session: Session, place: string): Failure {
  const { failure: known, grant } = session.explain();
  if (known && known.code !== 'interaction_required') return known;
  const message = `${place} does not accept the token that ${grant?.issuer ?? 'its server'} issued for it; tell its operator, or ask for another one with policy.authorizationParameters or policy.scopeFloor.`;
  return failure('grant_not_accepted', 'requesting', message);
}

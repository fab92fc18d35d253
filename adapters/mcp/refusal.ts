// Why a request was refused in the end: an error with its code, where a plain 401 or 403 would say nothing.
import { AuthError } from '../../contract/errors.ts';
import { answerOf, challengeOf } from '../../engine/answers.ts';
import { loginPending, notLoggedIn, scopesNeeded, tokenNotAccepted } from '../../engine/sessionFailures.ts';
import type { Session } from '../../engine/sessionSurface.ts';

/**
 * @returns what to throw instead of this response; nothing where it is not about the login: its caller may have it.
 * @see RFC 6750 §3.1
 */
export function refusalOf(session: Session, response: Response): AuthError | undefined {
  const { id, snapshot } = session;
  const answer = answerOf(response, new URL(id.resource).origin);
  const challenge = challengeOf(response, answer, undefined);
  if (!challenge) return undefined;
  const { failure, refusal } = snapshot.context;
  if (challenge.status === 403) return new AuthError(refusal ?? scopesNeeded(id));
  if (failure) return new AuthError(failure);
  if (snapshot.hasTag('needsUser')) return new AuthError(loginPending(id));
  return new AuthError(snapshot.hasTag('canSend') ? tokenNotAccepted(id) : notLoggedIn(id));
}

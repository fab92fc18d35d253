// Polling for a device grant: when to ask next, and what a refusal of one question means. (RFC 8628 §3.5)
import { type Failure, failure } from '../contract/errors.ts';

/** How much longer to wait after `slow_down`, in milliseconds. @see RFC 8628 §3.5 */
const SLOWER = 5000;

/** The next question: how long to wait before it, and whether the code has run out by then. */
export interface NextPoll {
  /** Milliseconds. */
  readonly wait: number;
  /** There is nothing left to ask after the wait. */
  readonly isLast: boolean;
}

/**
 * When to ask next. Where the code does not outlive the interval, its end is waited for, and nothing is asked: a poll before
 * its time would be refused.
 * @param interval milliseconds between two polls.
 * @param expiresAt end of the code, epoch milliseconds.
 * @param now epoch milliseconds.
 * @see RFC 8628 §3.5
 */
export function nextPoll(interval: number, expiresAt: number, now: number): NextPoll {
  const left = expiresAt - now;
  return { wait: Math.max(Math.min(interval, left), 0), isLast: left <= interval };
}

/** `wait`: ask again, in so many milliseconds. `ended`: no question helps any more. */
export type PollVerdict =
  | { readonly kind: 'wait'; readonly interval: number }
  | { readonly kind: 'ended'; readonly failure: Failure };

/**
 * Judges the refusal of one question. What passes is a reason to wait, not to end: the person is still typing.
 * @param interval milliseconds between two polls, so far.
 * @see RFC 8628 §3.5
 */
export function judgePollRefusal(refusal: Failure, interval: number, issuer: string): PollVerdict {
  const { oauthError, recovery } = refusal;
  if (oauthError === 'authorization_pending') return { kind: 'wait', interval };
  if (oauthError === 'slow_down' || recovery === 'retry-later')
    return { kind: 'wait', interval: interval + SLOWER };
  return { kind: 'ended', failure: ofPerson(refusal, issuer) };
}

/** What a refusal means where a person is asked: they said no, or were too late. */
function ofPerson(refusal: Failure, issuer: string): Failure {
  const { code, oauthError } = refusal;
  if (oauthError === 'access_denied') {
    const message = `The login at ${issuer} was denied; log in again when you want to allow it.`;
    return failure('access_denied', 'authorizing', message, { issuer });
  }
  return oauthError === 'expired_token' || code === 'grant_refused' ? codeExpired(issuer) : refusal;
}

/**
 * The code has run out before anybody approved it.
 * @see RFC 8628 §3.5
 */
export function codeExpired(issuer: string): Failure {
  const message = `Nobody typed the code for ${issuer} in time; log in again.`;
  return failure('login_timed_out', 'authorizing', message, { issuer });
}

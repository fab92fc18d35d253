// What an answer of the resource says about a grant: whether it proves it, and whether it asks for another one.
import type { Challenge } from '../contract/facts.ts';
import { readChallenge } from './challenge.ts';

/** An answer to a request to the resource: where it came from, and its status. */
export interface ResourceAnswer {
  /** HTTP status; 0 where the platform hides it. */
  readonly status: number;
  /**
   * The origin that answered, after redirects. Undefined where the answer does not say, as one that the host's own `fetch`
   * made: then it counts as the origin that was asked.
   */
  readonly origin: string | undefined;
  /** The origin of the resource. */
  readonly resourceOrigin: string;
}

/**
 * Whether an answer is of the resource itself, and not of a place that it redirected to (W17).
 * @see RFC 6454 §5
 */
export function isOfResource({ origin, resourceOrigin }: Omit<ResourceAnswer, 'status'>): boolean {
  return origin === undefined || origin === resourceOrigin;
}

/**
 * Whether an answer to a request with a token shows that the resource accepts the token (TOK-12). An outage says nothing
 * about it, nor does an answer of another origin, nor one whose status is hidden.
 * @see RFC 9110 §15.5.2, RFC 6585 §4
 */
export function provesGrant(answer: ResourceAnswer): boolean {
  const { status } = answer;
  const isAnswered = status >= 100 && status < 500 && status !== 401 && status !== 429;
  return isAnswered && isOfResource(answer);
}

/** Whether the header of an answer with this status is to be read at all. */
export const mayChallenge = (status: number): boolean => status === 401 || status === 403;

/**
 * The challenge that the chart must hear: a 401, or a 403 that asks for more scopes; of the resource itself.
 * @param header all WWW-Authenticate lines, joined by commas.
 * @param token what was sent: a header that repeats it is read as none.
 * @returns nothing for any other answer. Never throws.
 * @see RFC 9110 §15.5.2, RFC 6750 §3.1
 */
export function challengeIn(
  answer: ResourceAnswer,
  header: string | null,
  token?: string,
): Challenge | undefined {
  const { status } = answer;
  if (!mayChallenge(status) || !isOfResource(answer)) return undefined;
  // L05: its scopes and its error would be kept, shown and sent on with the token in them.
  const isEcho = token !== undefined && header?.includes(token) === true;
  const challenge = readChallenge(status, isEcho ? null : header);
  return status === 401 || challenge.error === 'insufficient_scope' ? challenge : undefined;
}

/**
 * What the answer to a request without a token says: a challenge counts on 401 only (W14). Never throws.
 * @param header all WWW-Authenticate lines, joined by commas.
 * @returns only the status when there is nothing to use.
 * @see RFC 9728 §5.1
 */
export function probedChallenge(status: number, header: string | null): Challenge {
  return readChallenge(status, status === 401 ? header : null);
}

// How long an answer may be used again: as its own cache headers say, and no longer than the host lets it. (RFC 9111)
import CachePolicy from 'http-cache-semantics';
import type { DoorAnswer } from './door.ts';

/** Headers by which a server says how long an answer is good. @see RFC 9111 §5 */
const speaking = ['cache-control', 'expires', 'pragma'] as const;

/**
 * For how many milliseconds an answer may be used again, from now on. A server that says nothing leaves it to the host.
 * @param longest what the host allows, in milliseconds.
 * @param now epoch milliseconds.
 * @see RFC 9111 §4.2
 */
export function freshFor(
  { status, headers }: Pick<DoorAnswer, 'status' | 'headers'>,
  longest: number,
  now: number,
): number {
  if (!speaking.some((name) => headers.has(name))) return longest;
  // The memory is of one engine, which may serve many people: what is private is about them all, since it carries no token.
  class PolicyNow extends CachePolicy {
    // Undeclared in its types: the time that it reckons with.
    now(): number {
      return now;
    }
  }
  const policy = new PolicyNow(
    { method: 'GET', headers: {} },
    { status, headers: Object.fromEntries(headers) },
    { shared: false, cacheHeuristic: 0, immutableMinTimeToLive: 0 },
  );
  // Its time to live would be too long: that reckons in the time when an old answer will do, as in an outage.
  const left = 1000 * (policy.maxAge() - policy.age());
  return Math.min(Math.max(left, 0), longest);
}

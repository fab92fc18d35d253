// Whether a registration that is kept can be used in place of a new one, and what raises a doubt about it.
import type { FailureCode } from '../contract/errors.ts';

/** A registration, as far as that matters. */
export interface KeptRegistration {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  /** Epoch milliseconds. Absent: its secret does not expire, or it has none. */
  readonly secretExpiresAt?: number | undefined;
  /** A person was awaited in vain with it, and no login has succeeded since. */
  readonly awaitedInVain?: boolean | undefined;
}

/** What is needed. */
export interface NeededRegistration {
  readonly issuer: string;
  /** Null where the answer does not come by a redirect (a device). */
  readonly redirectUri: string | null;
  /** A client id that the server does not know any more; null when there is none. */
  readonly refusedClient: string | null;
}

/**
 * Whether a registration is of this issuer, was not refused there, reaches the redirect URI, has not expired, and no
 * person was awaited with it in vain (BIND-2, REG-10, R08, R13).
 * @param now epoch milliseconds.
 * @see RFC 7591 §3.2.1
 */
export function fitsRegistration(kept: KeptRegistration, needed: NeededRegistration, now: number): boolean {
  const { clientId, redirectUris, secretExpiresAt } = kept;
  const { redirectUri, refusedClient } = needed;
  const isOurs = kept.issuer === needed.issuer && clientId !== refusedClient && kept.awaitedInVain !== true;
  const reaches = redirectUri === null || redirectUris.includes(redirectUri);
  return isOurs && reaches && (secretExpiresAt === undefined || secretExpiresAt > now);
}

/**
 * Whether the way in which a login ended leaves open that its server does not know the client any more: such a server shows
 * an error page and sends no answer, so a person leaves, or the time runs out (REG-10).
 * @param isAnswered a response came in, whatever it said.
 */
export function raisesDoubt(code: FailureCode, isAnswered: boolean): boolean {
  return !isAnswered && (code === 'login_timed_out' || code === 'cancelled');
}

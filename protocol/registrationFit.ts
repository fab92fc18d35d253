// Whether a registration that somebody else made meanwhile can be used in place of a new one.

/** A registration, as far as that matters. */
export interface KeptRegistration {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  /** Epoch milliseconds. Absent: its secret does not expire, or it has none. */
  readonly secretExpiresAt?: number | undefined;
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
 * Whether a registration is of this issuer, was not refused there, reaches the redirect URI, and has not expired (BIND-2,
 * R08, R13).
 * @param now epoch milliseconds.
 * @see RFC 7591 §3.2.1
 */
export function fitsRegistration(kept: KeptRegistration, needed: NeededRegistration, now: number): boolean {
  const { clientId, redirectUris, secretExpiresAt } = kept;
  const { redirectUri, refusedClient } = needed;
  const isOurs = kept.issuer === needed.issuer && clientId !== refusedClient;
  const reaches = redirectUri === null || redirectUris.includes(redirectUri);
  return isOurs && reaches && (secretExpiresAt === undefined || secretExpiresAt > now);
}

// Renewing a grant that siblings may renew, too: what to do with what is found in the store, and after a refusal.
import { type Failure, failure } from '../contract/errors.ts';

/** A stored grant, as far as its renewal goes. */
export interface StoredGrant {
  /** Version of the record. */
  readonly version: string;
  /** There is a refresh token. */
  readonly renewable: boolean;
  /** Epoch milliseconds. Absent: unknown. */
  readonly expiresAt?: number | undefined;
  /** Its key is not lost, where it is bound to one. @see RFC 9449 §5 */
  readonly hasItsKey: boolean;
}

/**
 * - `spend`: the refresh token is sent.
 * - `follow`: the stored grant is used as it is.
 * - `over`: there is nothing to renew; a login helps.
 */
export type RenewalVerdict = 'spend' | 'follow' | 'over';

/**
 * Decides what a renewal does, before anything is sent. What somebody else stored since the grant was looked at is theirs,
 * and ours (TOK-6).
 * @param stored nothing where the record is gone.
 * @param known the version that is to be renewed.
 * @param now epoch milliseconds.
 * @see OAuth 2.1 draft 13 §4.3
 */
export function judgeRenewal(stored: StoredGrant | undefined, known: string, now: number): RenewalVerdict {
  if (stored === undefined) return 'over';
  if (stored.version !== known) return judgeSibling(stored, now);
  return stored.renewable && stored.hasItsKey ? 'spend' : 'over';
}

/**
 * Whether what a sibling has stored can be used: a grant that was given up may have run out meanwhile.
 * @param now epoch milliseconds.
 * @see OAuth 2.1 draft 13 §4.3
 */
export function judgeSibling(
  stored: Pick<StoredGrant, 'renewable' | 'expiresAt'> | undefined,
  now: number,
): Exclude<RenewalVerdict, 'spend'> {
  if (stored === undefined) return 'over';
  const { renewable, expiresAt } = stored;
  return renewable || expiresAt === undefined || expiresAt > now ? 'follow' : 'over';
}

/** What a grant holds of refresh tokens. Secrets: for the store only. */
export interface RefreshTokens {
  readonly refreshToken?: string | undefined;
  /** Such as were replaced; kept for sign-out. */
  readonly superseded?: readonly string[] | undefined;
}

/**
 * A grant whose refresh token may have been sent and must not be sent again: it is kept for sign-out only (TOK-5).
 * @see OAuth 2.1 draft 13 §4.3.1
 */
export function givenUp<Of extends RefreshTokens>(
  grant: Of,
): Omit<Of, 'refreshToken'> & { superseded: string[]; givenUp: true } {
  const { refreshToken, ...rest } = grant;
  const known = grant.superseded ?? [];
  const superseded = refreshToken === undefined ? [...known] : [refreshToken, ...known];
  return { ...rest, superseded, givenUp: true };
}

/**
 * Whether a grant was given up because a refresh with this token was broken off; by whom it matters not.
 * @see OAuth 2.1 draft 13 §4.3.1
 */
export function isGivenUp({ refreshToken, superseded }: RefreshTokens, spent: string): boolean {
  return refreshToken === undefined && superseded?.[0] === spent;
}

/**
 * - `overwrite`: a sibling gave up what was found after all (it thought that we were dead).
 * - `follow`: a sibling has stored something else, which is used.
 * - `over`: the record is gone: the login was ended.
 */
export type LostWrite = 'overwrite' | 'follow' | 'over';

/**
 * Decides what happens with issued tokens when the record was changed before they could be stored (T12).
 * @param theirs nothing where the record is gone.
 * @param spent the refresh token that they were issued for.
 * @see OAuth 2.1 draft 13 §4.3
 */
export function judgeLostWrite(theirs: RefreshTokens | undefined, spent: string): LostWrite {
  if (theirs === undefined) return 'over';
  return isGivenUp(theirs, spent) ? 'overwrite' : 'follow';
}

/**
 * Whether a refusal says that the refresh token is dead. Then the store is read again before it is given up (TOK-6).
 * @see RFC 6749 §5.2
 */
export function refusesGrant({ code }: Failure): boolean {
  return code === 'grant_refused';
}

/** Codes with which servers say that the parameter is missing. @see RFC 6749 §5.2 */
const incomplete: ReadonlySet<string | undefined> = new Set(['invalid_request', 'invalid_scope']);

/**
 * Whether a refusal of a refresh says that the request has to name the scopes, which RFC 6749 leaves open. The refresh token
 * was not spent then: the request was refused as it stood.
 * @see RFC 6749 §6
 */
export function demandsScope({ code, status, oauthError, said = '' }: Failure): boolean {
  return code === 'token_refused' && status === 400 && incomplete.has(oauthError) && /\bscope\b/i.test(said);
}

/**
 * After `invalid_grant`: a sibling's tokens are adopted, else the version that failed is removed, and no other (TOK-6).
 * @param stored the version that is in the store now; nothing where the record is gone.
 * @see RFC 6749 §5.2
 */
export function judgeRefused(stored: string | undefined, failed: string): 'adopt' | 'remove' {
  return stored === undefined || stored === failed ? 'remove' : 'adopt';
}

/**
 * What a refusal of a refresh means: servers say all kinds of things about a refresh token that they do not take any more
 * (T18, T20), and a login helps. What passes is waited for.
 * @see RFC 6749 §5.2
 */
export function refreshFailure(refusal: Failure): Failure {
  const isFinal = refusal.code === 'token_refused' && refusal.recovery !== 'retry-later';
  return isFinal ? { ...refusal, recovery: 'reauthorize' } : refusal;
}

/** Whether the same request would be refused again: the client, or what it asks for, has to change first. */
export function isRefusedForGood({ code, recovery }: Failure): boolean {
  return (code === 'client_refused' || code === 'token_refused') && recovery !== 'retry-later';
}

/** Why a grant could not be renewed without asking its server. */
export type RenewalEnd = 'over' | 'broken-off' | 'ended-meanwhile';

const endings: Readonly<Record<RenewalEnd, string>> = {
  over: 'There is nothing left to renew this login with; log in again.',
  'broken-off': 'A renewal of this login was broken off, and nobody knows what became of it; log in again.',
  'ended-meanwhile': 'The login was ended while it was renewed; log in again.',
};

/**
 * The failure that such an end is, `grant_refused`.
 * @see OAuth 2.1 draft 13 §4.3
 */
export function renewalEnded(why: RenewalEnd, issuer: string): Failure {
  return failure('grant_refused', 'renewing', endings[why], { issuer });
}

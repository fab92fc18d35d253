// Which access tokens are good: a ledger of what was issued, and the check that the resource makes.
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';

/** The access tokens of one issuer that are still good, by `jti`, each with its grant. */
export interface TokenLedger {
  add(jti: string, grantId: string | undefined): void;
  isLive(jti: string): boolean;
  dropGrant(grantId: string): void;
  dropAll(): void;
}

/** Makes an empty ledger. It knows tokens, not times: two tokens of one second differ. */
export function createTokenLedger(): TokenLedger {
  const grants = new Map<string, string | undefined>();
  return {
    add: (jti, grantId) => void grants.set(jti, grantId),
    isLive: (jti) => grants.has(jti),
    dropGrant(grantId) {
      for (const [jti, itsGrant] of grants) if (itsGrant === grantId) grants.delete(jti);
    },
    dropAll: () => grants.clear(),
  };
}

/** The server whose tokens count at the moment. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly ledger: TokenLedger;
}

/** What a good token says. */
export interface VerifiedToken {
  readonly token: string;
  readonly clientId: string;
  readonly scopes: string[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Thumbprint of the key that the token is bound to. @see RFC 9449 §6.1 */
  readonly boundTo?: string;
}

/** The user agent of the resource when it reads an issuer's keys, to tell these requests from a client's. */
const RESOURCE_USER_AGENT = 'playground-resource';

const Confirmation = z.object({ jkt: z.string().optional() });

/**
 * Makes the check of access tokens: signature, issuer, audience, expiry, and that the issuer has not withdrawn it.
 * @throws {OAuthError} `invalid_token`
 * @see RFC 9068 §4
 */
export function createTokenVerifier(
  audience: string,
  current: () => TokenIssuer,
): (token: string) => Promise<VerifiedToken> {
  const keys = new Map<string, JWTVerifyGetKey>();
  return async (token) => {
    const { issuer, jwksUri, ledger } = current();
    const headers = { 'user-agent': RESOURCE_USER_AGENT };
    const key = keys.get(issuer) ?? createRemoteJWKSet(new URL(jwksUri), { headers });
    keys.set(issuer, key);
    const { jti, ...claims } = await verifiedClaims(token, key, issuer, audience);
    if (!ledger.isLive(jti)) throw invalidToken('The access token was withdrawn');
    return { token, ...claims };
  };
}

async function verifiedClaims(token: string, key: JWTVerifyGetKey, issuer: string, audience: string) {
  try {
    const requiredClaims = ['exp', 'jti', 'client_id'];
    const { payload } = await jwtVerify(token, key, { issuer, audience, typ: 'at+jwt', requiredClaims });
    const { jkt } = Confirmation.parse(payload['cnf'] ?? {});
    return {
      jti: String(payload.jti),
      clientId: String(payload['client_id']),
      scopes: typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [],
      expiresAt: Number(payload.exp),
      ...(jkt !== undefined && { boundTo: jkt }),
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalidToken('The access token expired');
    if (error instanceof errors.JOSEError) throw invalidToken('The access token is not for this resource');
    throw error;
  }
}

function invalidToken(description: string): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, description);
}

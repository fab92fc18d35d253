// Which access tokens are valid: a list of the issued ones, and the check at the resource.
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';

/** The access tokens of one issuer that are still valid, by `jti`, each with its grant. */
export interface ValidTokens {
  add(jti: string, grantId: string | undefined): void;
  isValid(jti: string): boolean;
  dropGrant(grantId: string): void;
  dropAll(): void;
}

/** Makes an empty list. */
export function createValidTokens(): ValidTokens {
  const grants = new Map<string, string | undefined>();
  return {
    add: (jti, grantId) => void grants.set(jti, grantId),
    isValid: (jti) => grants.has(jti),
    dropGrant(grantId) {
      for (const [jti, itsGrant] of grants) if (itsGrant === grantId) grants.delete(jti);
    },
    dropAll: () => grants.clear(),
  };
}

/** An authorization server, as the resource sees it. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly validTokens: ValidTokens;
}

/** The content of a valid token. */
export interface VerifiedToken {
  readonly token: string;
  readonly clientId: string;
  readonly scopes: string[];
  /** In seconds since 1970. */
  readonly expiresAt: number;
  /** Thumbprint of the key that the token is bound to. @see RFC 9449 §6.1 */
  readonly boundTo?: string;
}

/** The `User-Agent` of the resource when it reads the keys of an issuer. These are not requests of a client. */
const RESOURCE_USER_AGENT = 'playground-resource';

const Confirmation = z.object({ jkt: z.string().optional() });

/**
 * Makes the check of access tokens: signature, issuer, audience, expiry, and that the issuer has not revoked the token.
 * @throws {OAuthError} `invalid_token`
 * @see RFC 9068 §4
 */
export function createTokenVerifier(
  audience: string,
  current: () => TokenIssuer,
): (token: string) => Promise<VerifiedToken> {
  const keys = new Map<string, JWTVerifyGetKey>();
  return async (token) => {
    const { issuer, jwksUri, validTokens } = current();
    const headers = { 'user-agent': RESOURCE_USER_AGENT };
    const key = keys.get(issuer) ?? createRemoteJWKSet(new URL(jwksUri), { headers });
    keys.set(issuer, key);
    const { jti, ...claims } = await verifiedClaims(token, key, issuer, audience);
    if (!validTokens.isValid(jti)) throw invalidToken('The access token was revoked');
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

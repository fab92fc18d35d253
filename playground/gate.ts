// The gate of the resource: which access tokens it takes, how they have to be presented, and how it asks for them.
import {
  type AuthInfo,
  bearerAuthChallengeResponse,
  OAuthError,
  OAuthErrorCode,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import { createNonces, createProofCheck, PROOF_ALGS, ProofRefused } from './proofs.ts';
import { BASE_SCOPE } from './scopes.ts';
import { createTokenVerifier, type TokenIssuer } from './tokens.ts';

/**
 * DPoP at the resource and at both servers: not at all; beside bearer tokens; instead of them; instead of them, and
 * with nonces that the servers and the resource demand.
 * @see RFC 9449
 */
export type DpopMode = 'off' | 'allowed' | 'required' | 'nonces';

export interface GateOptions {
  readonly resource: string;
  readonly resourceMetadataUrl: string;
  /** The authorization server that is trusted at the moment. */
  readonly current: () => TokenIssuer;
  readonly dpop: DpopMode;
}

export interface Gate {
  /** Lets a request through to `handle`, or answers it with a challenge. */
  pass(request: Request, handle: (authInfo: AuthInfo) => Promise<Response>): Promise<Response>;
  /** No nonce handed out up to now is good any more. */
  rotateNonces(): void;
}

/** How a token is presented: the scheme of the Authorization header. */
type Scheme = 'none' | 'bearer' | 'dpop';

export function createGate({ resource, resourceMetadataUrl, current, dpop }: GateOptions): Gate {
  const verify = createTokenVerifier(resource, current);
  const nonces = createNonces();
  const checkProof = createProofCheck(resource, dpop === 'nonces' ? nonces : undefined);
  const wanted = { requiredScopes: [BASE_SCOPE], resourceMetadataUrl };

  async function verifyFor(request: Request, scheme: Scheme, token: string): Promise<AuthInfo> {
    const { boundTo, ...verified } = await verify(token);
    if (scheme === 'dpop') await checkProof(request, token, boundTo);
    // RFC 9449 §7.1: a token that is bound to a key is worth nothing without the proof.
    else if (boundTo !== undefined) throw invalidToken('The access token is bound to a key');
    return { ...verified, resource: new URL(resource) };
  }

  async function admit(request: Request, scheme: Scheme, authorization: string): Promise<AuthInfo> {
    if (scheme === 'bearer' && (dpop === 'required' || dpop === 'nonces')) {
      throw invalidToken('The access token has to be bound to a key');
    }
    const verifier = { verifyAccessToken: (token: string) => verifyFor(request, scheme, token) };
    const asBearer = scheme === 'dpop' ? authorization.replace(/^dpop/i, 'Bearer') : authorization;
    return verifyBearerToken(asBearer, { verifier, ...wanted });
  }

  async function answer(request: Request, scheme: Scheme, handle: (authInfo: AuthInfo) => Promise<Response>) {
    const authorization = request.headers.get('authorization');
    // RFC 6750 §3.1: to a request without credentials no error code is given.
    if (authorization === null) return challenge(401, `Bearer ${whereAndWhat(resourceMetadataUrl)}`);
    try {
      return await handle(await admit(request, scheme, authorization));
    } catch (error) {
      if (!(error instanceof ProofRefused)) return bearerAuthChallengeResponse(error, wanted);
      const why = `error="${error.code}", error_description="${error.message}"`;
      return challenge(401, `Bearer ${why}, ${whereAndWhat(resourceMetadataUrl)}`);
    }
  }

  return {
    async pass(request, handle) {
      const scheme = schemeOf(request, dpop);
      const response = await answer(request, scheme, handle);
      if (dpop === 'off') return response;
      offerDpop(response, scheme === 'dpop' || dpop !== 'allowed', resourceMetadataUrl);
      if (dpop === 'nonces' && scheme === 'dpop') response.headers.set('dpop-nonce', nonces.next());
      return response;
    },
    rotateNonces: () => nonces.rotate(),
  };
}

function schemeOf(request: Request, dpop: DpopMode): Scheme {
  const authorization = request.headers.get('authorization');
  if (authorization === null) return 'none';
  return dpop !== 'off' && /^dpop /i.test(authorization) ? 'dpop' : 'bearer';
}

/** Turns a challenge for a bearer token into one for DPoP, or puts one for DPoP beside it. @see RFC 9449 §7.1 */
function offerDpop(response: Response, isInstead: boolean, resourceMetadataUrl: string): void {
  const bearer = response.headers.get('www-authenticate');
  if (bearer === null) return;
  const scheme = `DPoP algs="${PROOF_ALGS}",`;
  if (isInstead) response.headers.set('www-authenticate', bearer.replace(/^Bearer/, scheme));
  else response.headers.append('www-authenticate', `${scheme} ${whereAndWhat(resourceMetadataUrl)}`);
}

function challenge(status: number, header: string): Response {
  return new Response(null, { status, headers: { 'www-authenticate': header } });
}

/** @see RFC 9728 §5.1, RFC 6750 §3 */
function whereAndWhat(resourceMetadataUrl: string): string {
  return `resource_metadata="${resourceMetadataUrl}", scope="${BASE_SCOPE}"`;
}

function invalidToken(description: string): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, description);
}

// The access check of the resource: which tokens it accepts, in which header, and how its challenges look.
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
 * DPoP at the resource and at both servers. `off`: none. `allowed`: beside bearer tokens. `required`: no bearer tokens.
 * `nonces`: no bearer tokens, and the servers and the resource demand nonces.
 * @see RFC 9449
 */
export type DpopMode = 'off' | 'allowed' | 'required' | 'nonces';

/** The options of the access check. */
export interface AccessCheckOptions {
  readonly resource: string;
  readonly resourceMetadataUrl: string;
  /** Gives the authorization server that the resource trusts now. */
  readonly current: () => TokenIssuer;
  readonly dpop: DpopMode;
}

/** The access check of a resource. */
export interface AccessCheck {
  /** Passes a request to `handle`, or answers it with a challenge. */
  check(request: Request, handle: (authInfo: AuthInfo) => Promise<Response>): Promise<Response>;
  /** Makes all nonces so far invalid. */
  rotateNonces(): void;
}

/** The scheme of the Authorization header. */
type Scheme = 'none' | 'bearer' | 'dpop';

/** Makes the access check of a resource. */
export function createAccessCheck({
  resource,
  resourceMetadataUrl,
  current,
  dpop,
}: AccessCheckOptions): AccessCheck {
  const verify = createTokenVerifier(resource, current);
  const nonces = createNonces();
  const checkProof = createProofCheck(resource, dpop === 'nonces' ? nonces : undefined);
  const wanted = { requiredScopes: [BASE_SCOPE], resourceMetadataUrl };

  async function verifyFor(request: Request, scheme: Scheme, token: string): Promise<AuthInfo> {
    const { boundTo, ...verified } = await verify(token);
    if (scheme === 'dpop') await checkProof(request, token, boundTo);
    // RFC 9449 §7.1: a token that is bound to a key is not accepted without a proof.
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
    // RFC 6750 §3.1: a request without credentials gets no error code.
    if (authorization === null) return challenge(401, `Bearer ${challengeParameters(resourceMetadataUrl)}`);
    try {
      return await handle(await admit(request, scheme, authorization));
    } catch (error) {
      if (!(error instanceof ProofRefused)) return bearerAuthChallengeResponse(error, wanted);
      const why = `error="${error.code}", error_description="${error.message}"`;
      return challenge(401, `Bearer ${why}, ${challengeParameters(resourceMetadataUrl)}`);
    }
  }

  return {
    async check(request, handle) {
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

/** Replaces a challenge for a bearer token by one for DPoP, or adds one for DPoP. @see RFC 9449 §7.1 */
function offerDpop(response: Response, isInstead: boolean, resourceMetadataUrl: string): void {
  const bearer = response.headers.get('www-authenticate');
  if (bearer === null) return;
  const scheme = `DPoP algs="${PROOF_ALGS}",`;
  if (isInstead) response.headers.set('www-authenticate', bearer.replace(/^Bearer/, scheme));
  else response.headers.append('www-authenticate', `${scheme} ${challengeParameters(resourceMetadataUrl)}`);
}

function challenge(status: number, header: string): Response {
  return new Response(null, { status, headers: { 'www-authenticate': header } });
}

/** The parameters of a challenge. @see RFC 9728 §5.1, RFC 6750 §3 */
function challengeParameters(resourceMetadataUrl: string): string {
  return `resource_metadata="${resourceMetadataUrl}", scope="${BASE_SCOPE}"`;
}

function invalidToken(description: string): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, description);
}

// DPoP proofs at the resource: how they are checked, and the nonces for them.

import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import { urlOf } from '../protocol/url.ts';

/** The algorithms of proofs, as in `algs` of a challenge. */
export const PROOF_ALGS = 'ES256';

/** The nonces of one resource. */
export interface Nonces {
  /** Makes a new nonce. */
  next(): string;
  /** Whether the nonce was made since the last call of `rotate`. */
  isGood(nonce: unknown): boolean;
  /** Makes all nonces so far invalid. */
  rotate(): void;
}

/** Makes the nonces of one resource. */
export function createNonces(): Nonces {
  const good = new Set<unknown>();
  return {
    next() {
      const nonce = randomBytes(16).toString('base64url');
      good.add(nonce);
      return nonce;
    },
    isGood: (nonce) => good.has(nonce),
    rotate: () => good.clear(),
  };
}

/** Why a proof is refused. `code` is the `error` of the challenge. */
export class ProofRefused extends Error {
  readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce';

  constructor(code: ProofRefused['code'], description: string) {
    super(description);
    this.code = code;
  }
}

/** How long after its `iat` a proof is accepted, in seconds. */
const PROOF_SECONDS = 60;
/** How far `iat` may be in the future, in seconds. */
const CLOCK_SECONDS = 5;

/**
 * Makes the check of proofs for one resource: the signature by the key in the proof, method, URL, time, token, the key
 * that the token is bound to, the nonce if there are nonces, and that the proof was not used before.
 * @param url The resource. The `htu` of a proof must be this URL, without query.
 * @throws {ProofRefused}
 * @see RFC 9449 §4.3, §7.1, §9
 */
export function createProofCheck(url: string, nonces: Nonces | undefined) {
  const used = new Set<unknown>();
  return async (request: Request, token: string, boundTo: string | undefined): Promise<void> => {
    const { payload, thumbprint } = await verifiedProof(request.headers.get('dpop') ?? '');
    if (payload['htm'] !== request.method) throw invalid('htm is another method');
    if (withoutQuery(payload['htu']) !== url) throw invalid('htu is another URL');
    if (payload['ath'] !== createHash('sha256').update(token).digest('base64url')) {
      throw invalid('ath is of another access token');
    }
    if (boundTo !== thumbprint) throw invalid('the access token is not bound to this key');
    if (nonces !== undefined && !nonces.isGood(payload['nonce'])) {
      throw new ProofRefused('use_dpop_nonce', 'The resource demands a nonce of its own');
    }
    if (used.has(payload.jti)) throw invalid('jti was used before');
    used.add(payload.jti);
  };
}

async function verifiedProof(proof: string): Promise<{ payload: JWTPayload; thumbprint: string }> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [PROOF_ALGS],
      requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
      maxTokenAge: PROOF_SECONDS,
      clockTolerance: CLOCK_SECONDS,
    });
    return { payload, thumbprint: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) };
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) throw invalid('the proof is missing or does not verify');
    throw error;
  }
}

/** @returns undefined when it is not a URL. */
function withoutQuery(htu: unknown): string | undefined {
  const url = typeof htu === 'string' ? urlOf(htu) : undefined;
  if (!url) return undefined;
  url.search = '';
  url.hash = '';
  return url.href;
}

function invalid(description: string): ProofRefused {
  return new ProofRefused('invalid_dpop_proof', description);
}

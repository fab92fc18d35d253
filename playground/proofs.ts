// Proofs of possession: the check that the resource makes of a DPoP proof, and the nonces that it hands out.

import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import { urlOf } from '../protocol/url.ts';

/** Algorithms that a proof may be signed with, in the form of the challenge's `algs`. */
export const PROOF_ALGS = 'ES256';

/** Nonces of one resource. All that were handed out since the last {@link rotate} are good. */
export interface Nonces {
  /** A fresh one. */
  next(): string;
  isGood(nonce: unknown): boolean;
  rotate(): void;
}

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

/** Why a proof is refused; `code` is for the challenge's `error`. */
export class ProofRefused extends Error {
  readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce';

  constructor(code: ProofRefused['code'], description: string) {
    super(description);
    this.code = code;
  }
}

/** How long after its `iat` a proof is taken, in seconds, and how far that may lie ahead. */
const PROOF_SECONDS = 60;
const CLOCK_SECONDS = 5;

/**
 * Makes the check of proofs for one resource: signature by the key inside, method, URL, time, token, the key that the
 * token is bound to, nonce when there are nonces, and that the proof is used once.
 * @param url the resource; a proof's `htu` must be it, whatever its query.
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

/** @returns undefined for what is no URL. */
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

// The key pair of one login, and the proofs that are signed with it. jose is loaded only when there is one. (RFC 9449 §4)
import * as z from 'zod/mini';
import { type Phase, refuse } from '../protocol/errors.ts';
import type { GrantRecord } from '../stores/records.ts';

/** A private JWK as the store keeps it: it may have been written by anyone, so it is read before it is used. */
export type StoredKey = NonNullable<GrantRecord['dpopKey']>;

const ALGORITHM = 'ES256';
const coordinate = z.string().check(z.regex(/^[\w-]{43}$/));
const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});

/** Makes the key pair of a login. It can be exported, since the store keeps it over restarts. */
export async function makeKey(): Promise<StoredKey> {
  const { exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return z.parse(PrivateJwk, await exportJWK(privateKey));
}

/** Whether a stored key has the shape of ours. */
export function isReadable(key: StoredKey): boolean {
  return z.safeParse(PrivateJwk, key).success;
}

/** `dpop_jkt` of an authorization request: binds the code to the key. @see RFC 9449 §10, RFC 7638 */
export async function thumbprintOf(key: StoredKey): Promise<string> {
  const { calculateJwkThumbprint } = await import('jose');
  const { d: _, ...publicJwk } = z.parse(PrivateJwk, key);
  return calculateJwkThumbprint(publicJwk);
}

/** What a proof speaks of. */
export interface ProofRequest {
  /** As it is sent: case counts. */
  readonly method: string;
  readonly url: string | URL;
  /** Of requests to the resource. */
  readonly accessToken?: string;
  readonly nonce?: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Signs a proof for one request.
 * @throws AuthError `grant_refused` when the key cannot be read.
 * @see RFC 9449 §4.2
 */
export async function prove(key: StoredKey, of: ProofRequest, phase: Phase): Promise<string> {
  const { origin, pathname } = new URL(of.url);
  const claims = {
    htm: of.method,
    htu: origin + pathname,
    ...(of.accessToken !== undefined && { ath: await hashOf(of.accessToken) }),
    ...(of.nonce !== undefined && { nonce: of.nonce }),
  };
  try {
    const { importJWK, SignJWT } = await import('jose');
    const { d, ...jwk } = z.parse(PrivateJwk, key);
    return await new SignJWT(claims)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: ALGORITHM, jwk })
      .setIssuedAt(Math.floor(of.at / 1000))
      .setJti(crypto.randomUUID())
      .sign(await importJWK({ ...jwk, d }, ALGORITHM));
  } catch {
    // What failed may quote the key.
    return refuse(
      'grant_refused',
      phase,
      'The key that this login is bound to cannot be read any more; log in again.',
    );
  }
}

async function hashOf(accessToken: string): Promise<string> {
  const { base64url } = await import('jose');
  return base64url.encode(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))),
  );
}

// The key pair of one login, and the proofs that it signs. `jose` is loaded only when there is one. (RFC 9449 §4)
import * as z from 'zod/mini';
import { Part } from '../../contract/part.ts';
import type { GrantRecord } from '../../stores/records.ts';

/** A private JWK as it is in the store. Something else may have written it, so it is checked before it is used. */
export type StoredKey = NonNullable<GrantRecord['dpopKey']>;

/** Loaded when there is a key. */
const jose = new Part(() => import('jose'));

const ALGORITHM = 'ES256';
const coordinate = z.string().check(z.regex(/^[\w-]{43}$/));
const PublicJwk = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate });
const PrivateJwk = z.extend(PublicJwk, { d: coordinate });

/** A key that can sign proofs, with its public part. */
export interface ProofKey {
  readonly privateKey: CryptoKey | Uint8Array;
  readonly publicJwk: z.infer<typeof PublicJwk>;
}

/** Makes the key pair of a login. It can be exported, since the store keeps it when the process ends. */
export async function makeKey(): Promise<StoredKey> {
  const { exportJWK, generateKeyPair } = jose.atHand ?? (await jose.load());
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return z.parse(PrivateJwk, await exportJWK(privateKey));
}

/** Checks and imports a stored key. @returns nothing when it cannot be one that we made, or cannot be imported. */
export async function readKey(stored: StoredKey): Promise<ProofKey | undefined> {
  const { success, data } = z.safeParse(PrivateJwk, stored);
  if (!success) return undefined;
  const { d: _, ...publicJwk } = data;
  try {
    const { importJWK } = jose.atHand ?? (await jose.load());
    return { privateKey: await importJWK(data, ALGORITHM), publicJwk };
  } catch {
    // The error may quote the key, so it is dropped.
    return undefined;
  }
}

/** The thumbprint for `dpop_jkt` of an authorization request, which binds the code to the key. @see RFC 9449 §10, RFC 7638 */
export async function thumbprintOf(key: StoredKey): Promise<string> {
  const { calculateJwkThumbprint } = jose.atHand ?? (await jose.load());
  return calculateJwkThumbprint(z.parse(PublicJwk, key));
}

/** The request that a proof is for. */
export interface ProofRequest {
  /** The method as it is sent. Upper and lower case differ. */
  readonly method: string;
  readonly url: string | URL;
  /** The access token of a request to the resource. */
  readonly accessToken?: string;
  /** The nonce that the server gave last, if it gave one. */
  readonly nonce: string | undefined;
  /** The time in epoch milliseconds. */
  readonly at: number;
}

/** Signs a proof for one request. @see RFC 9449 §4.2 */
export async function prove({ privateKey, publicJwk }: ProofKey, of: ProofRequest): Promise<string> {
  const { SignJWT } = jose.atHand ?? (await jose.load());
  const { origin, pathname } = new URL(of.url);
  const claims = {
    htm: of.method,
    htu: origin + pathname,
    ...(of.accessToken !== undefined && { ath: await hashOf(of.accessToken) }),
    ...(of.nonce !== undefined && { nonce: of.nonce }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: ALGORITHM, jwk: publicJwk })
    .setIssuedAt(Math.floor(of.at / 1000))
    .setJti(crypto.randomUUID())
    .sign(privateKey);
}

async function hashOf(accessToken: string): Promise<string> {
  const { base64url } = jose.atHand ?? (await jose.load());
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken));
  return base64url.encode(new Uint8Array(hash));
}

// Sealing one record: keys of the host, AES-256-GCM by WebCrypto, and an envelope that says by which key.
import { refuse } from '../contract/errors.ts';
import type { CryptoKey } from '../contract/platform.ts';
import { own, readObject } from '../protocol/json.ts';
import { shown } from '../protocol/text.ts';
import type { Stored } from './store.ts';

/** A key of the host. Records say by which id they were written: other bytes need another id. */
export interface EncryptionKey {
  /** Names the key in each record: another name for each key. */
  readonly id: string;
  /** The key: 32 random bytes (never a passphrase), or a CryptoKey for AES-GCM of 256 bits. */
  readonly key: CryptoKey | Uint8Array;
}

/** The keys of `encryptedStore`. */
export interface Encryption {
  /** Everything is written with this one. No more than 2^32 writes for one key. @see NIST SP 800-38D §8.3 */
  readonly current: EncryptionKey;
  /** Only read with: keys of before, and the next one while the processes of a host are switched to it. */
  readonly former?: readonly EncryptionKey[];
  /**
   * For the time of a migration: records that are not encrypted (JSON objects) are read too. While this is on, whoever can write
   * to the home can put a record of their own there. Run `reencrypt` with it, then leave it out again.
   */
  readonly adoptPlain?: boolean;
}

/** What is in the home. `version`: of the record that this one says again under another key. */
interface Envelope {
  readonly v: 1;
  readonly kid: string;
  readonly iv: string;
  readonly data: string;
  readonly version?: string;
}

/** The keys, imported: their bytes are not kept. */
export interface Ring {
  readonly current: { readonly id: string; readonly key: Promise<CryptoKey> };
  readonly keys: ReadonlyMap<string, Promise<CryptoKey>>;
  readonly adoptsPlain: boolean;
}

/** A record of the home, as far as it can be read. */
export type Opened =
  | { readonly is: 'read'; readonly text: string; readonly version: string; readonly isCurrent: boolean }
  | { readonly is: 'broken' | 'plain' | 'newer' }
  | { readonly is: 'locked'; readonly kid: string };

/** The version that a record has for those who read it, whatever the home calls it. */
export function versionOf(stored: Stored): string {
  return readEnvelope(readObject(stored.text))?.version ?? stored.version;
}

function readEnvelope(object: Readonly<Record<string, unknown>> | undefined): Envelope | undefined {
  if (!object || own(object, 'v') !== 1) return undefined;
  const [kid, iv, data, version] = ['kid', 'iv', 'data', 'version'].map((name) => own(object, name));
  if (typeof kid !== 'string' || typeof iv !== 'string' || typeof data !== 'string') return undefined;
  if (version === undefined) return { v: 1, kid, iv, data };
  return typeof version === 'string' ? { v: 1, kid, iv, data, version } : undefined;
}

// Keys.

/**
 * Judges and imports the keys, once.
 * @throws AuthError `config_invalid` when one cannot be a key, or there is no WebCrypto (a page that is not from https).
 */
export function ringOf({ current, former = [], adoptPlain = false }: Encryption): Ring {
  if (!globalThis.crypto?.subtle) {
    misconfigured('Encryption needs WebCrypto, which browsers have on pages from https only.');
  }
  const all = [current, ...former];
  if (all.some(({ id }) => typeof id !== 'string' || id === '')) misconfigured('Each key needs an id.');
  if (new Set(all.map(({ id }) => id)).size < all.length) {
    misconfigured('Two keys have the same id; give each its own.');
  }
  judgeKey(current, ['encrypt', 'decrypt']);
  for (const one of former) judgeKey(one, ['decrypt']);
  const keys = new Map(former.map((one) => [one.id, imported(one, ['decrypt'])]));
  const key = imported(current, ['encrypt', 'decrypt']);
  keys.set(current.id, key);
  return { current: { id: current.id, key }, keys, adoptsPlain: adoptPlain };
}

function judgeKey({ id, key }: EncryptionKey, usages: readonly KeyUsage[]): void {
  const what = `The key "${shown(id, 80)}"`;
  if (key instanceof CryptoKey) {
    const { name, length } = key.algorithm as AesKeyAlgorithm;
    const isUsable = usages.every((usage) => key.usages.includes(usage));
    if (name !== 'AES-GCM' || length !== 256 || !isUsable) {
      misconfigured(`${what} must be for AES-GCM, of 256 bits, and usable to ${usages.join(' and ')}.`);
    }
  } else if (!(key instanceof Uint8Array) || key.byteLength !== 32) {
    misconfigured(`${what} must be a CryptoKey, or a Uint8Array of 32 bytes.`);
  }
}

// Its bytes are copied at once: the host may wipe its own.
async function imported({ key }: EncryptionKey, usages: readonly KeyUsage[]): Promise<CryptoKey> {
  if (key instanceof CryptoKey) return key;
  return crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, [...usages]);
}

function misconfigured(message: string): never {
  return refuse('config_invalid', 'configuring', message);
}

// One record.

/**
 * Reads one record of the home, as far as the keys allow; it never fails.
 * @param name of the record: a text that was sealed under another name does not open.
 * @see NIST SP 800-38D §7.2
 */
export async function open(ring: Ring, name: string, stored: Stored): Promise<Opened> {
  const object = readObject(stored.text);
  // Whatever comes after version 1 has a `kid` too, and no record of ours has one outside of its encryption.
  const isPlain = object !== undefined && own(object, 'kid') === undefined;
  if (isPlain && ring.adoptsPlain) return { is: 'read', ...stored, isCurrent: false };
  const v = object && own(object, 'v');
  if (typeof v === 'number' && v > 1) return { is: 'newer' };
  const envelope = readEnvelope(object);
  if (!envelope) return { is: isPlain ? 'plain' : 'broken' };
  const { kid, version } = envelope;
  const key = await ring.keys.get(kid);
  if (!key) return { is: 'locked', kid };
  const additionalData = bound(name, kid, version);
  try {
    const algorithm = { name: 'AES-GCM', iv: fromBase64url(envelope.iv), additionalData };
    const bytes = await crypto.subtle.decrypt(algorithm, key, fromBase64url(envelope.data));
    const text: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof text !== 'string') return { is: 'broken' };
    return { is: 'read', text, version: version ?? stored.version, isCurrent: kid === ring.current.id };
  } catch {
    return { is: 'broken' }; // Whatever it was, its message and cause are not for others.
  }
}

/**
 * Encrypts one record with the current key.
 * @param name of the record, which is bound to the text.
 * @param version that the record keeps, when it is only said again.
 * @returns what the home is to hold.
 * @see NIST SP 800-38D §7.1
 */
export async function seal(ring: Ring, name: string, text: string, version?: string): Promise<string> {
  const { id: kid } = ring.current;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: 'AES-GCM', iv, additionalData: bound(name, kid, version) };
  // As JSON, because a lone surrogate has no UTF-8.
  const bytes = new TextEncoder().encode(JSON.stringify(text));
  const data = toBase64url(
    new Uint8Array(await crypto.subtle.encrypt(algorithm, await ring.current.key, bytes)),
  );
  return JSON.stringify({ v: 1, kid, iv: toBase64url(iv), data, version });
}

/** What else has to be as it was: a text that is moved to another record does not decrypt there (S06). */
function bound(name: string, kid: string, version: string | undefined): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(['authchart', 1, name, kid, version ?? null]));
}

/** Characters that one call can be given. */
const CHUNK = 0x2000;

function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws what `atob` throws. */
function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

// Tokens bound to a key (DPoP): the keys and proofs of an engine, and what servers and resources said lately. (RFC 9449)

import { AuthError, type Failure, type Phase } from '../../contract/errors.ts';
import type { Challenge, ServerMetadata } from '../../contract/facts.ts';
import { readNonce } from '../../protocol/dpopNonce.ts';
import {
  type DpopMode,
  dpopServerFailure,
  dpopTokenFailure,
  isOutgrown,
  isUsableGrant,
  wantsKey,
} from '../../protocol/dpopPolicy.ts';
import type { GrantRecord } from '../../stores/records.ts';
import { makeKey, type ProofKey, type ProofRequest, prove, readKey, type StoredKey } from './dpopKey.ts';

interface Opened {
  readonly key?: ProofKey;
}

/** The nonces of so many origins are kept. Then the oldest is forgotten. */
const MAX_ORIGINS = 100;
/** So many resources that demand DPoP are remembered. Then the oldest is forgotten. */
const MAX_RESOURCES = 1000;

/** What an engine knows of DPoP beside its records: the option of the host, and what servers answered last. */
export class Dpop {
  readonly #mode: DpopMode;
  readonly #now: () => number;
  readonly #nonces = new Map<string, string>();
  readonly #demanding = new Map<string, true>();

  /** @param now Gives the time in epoch milliseconds. */
  constructor(mode: DpopMode, now: () => number) {
    this.#mode = mode;
    this.#now = now;
  }

  /**
   * Checks a server before anything is sent to it.
   * @throws AuthError `dpop_unsupported` when DPoP is required, and the server lists algorithms without ES256.
   * @see RFC 9449 §5.1
   */
  judgeServer(server: ServerMetadata): void {
    orThrow(dpopServerFailure(this.#mode, server));
  }

  /** Remembers whether the resource asked for DPoP when it last challenged us. */
  hearChallenge(resource: string, challenge: Challenge): void {
    this.#demanding.delete(resource);
    if (challenge.scheme === 'dpop') remember(this.#demanding, resource, true, MAX_RESOURCES);
  }

  /** Makes a new key pair for a login; nothing when its tokens are not to be bound to a key. */
  async keyForLogin(resource: string, server: ServerMetadata): Promise<StoredKey | undefined> {
    return wantsKey(this.#mode, server, this.#demanding.has(resource)) ? makeKey() : undefined;
  }

  /**
   * Judges tokens that were issued (T06).
   * @throws AuthError `dpop_downgraded` for a token that is not bound, where DPoP is required.
   * @see RFC 9449 §5
   */
  judgeTokens({ bound = false }: { readonly bound?: boolean }, issuer: string, phase: Phase): void {
    orThrow(dpopTokenFailure(this.#mode, bound, issuer, phase));
  }

  /**
   * Gets a stored grant ready for use. Its key, if it has one, signs the proofs for the token endpoint. It also signs
   * those for the resource when the token is bound to it.
   * @returns nothing when the grant cannot be used: its key is missing or unreadable, or it is not bound and must be.
   */
  async open({ tokenType, dpopKey }: GrantRecord): Promise<Opened | undefined> {
    const key = dpopKey && (await readKey(dpopKey));
    const isBound = tokenType !== undefined;
    const facts = { isBound, hasKey: dpopKey !== undefined, isReadable: key !== undefined };
    if (!isUsableGrant(this.#mode, facts)) return undefined;
    return key ? { key } : {};
  }

  /** Whether the resource demands a bound token, and this grant has none: another login may help. */
  isOutgrown({ tokenType, session }: GrantRecord): boolean {
    return isOutgrown(this.#mode, tokenType !== undefined, this.#demanding.has(session.resource));
  }

  /** Signs the proof of one request. */
  prove(key: ProofKey, of: Omit<ProofRequest, 'at'>): Promise<string> {
    return prove(key, { ...of, at: this.#now() });
  }

  /** Keeps the nonce of an answer for the next proof, also when the answer is an error (T23). @returns the nonce, if it is one. */
  hear(url: string | URL, nonceHeader: string | null): string | undefined {
    const nonce = readNonce(nonceHeader);
    if (nonce !== undefined) remember(this.#nonces, new URL(url).origin, nonce, MAX_ORIGINS);
    return nonce;
  }

  /** The nonce that this server wants in the next proof. */
  nonceFor(url: string | URL): string | undefined {
    return this.#nonces.get(new URL(url).origin);
  }
}

function orThrow(failure: Failure | undefined): void {
  if (failure) throw new AuthError(failure);
}

/** T24: bounded, whatever servers send. */
function remember<Value>(into: Map<string, Value>, name: string, value: Value, most: number): void {
  into.delete(name);
  into.set(name, value);
  for (const oldest of into.keys()) {
    if (into.size <= most) return;
    into.delete(oldest);
  }
}

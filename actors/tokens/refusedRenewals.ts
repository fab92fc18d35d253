// Renewals that a server has refused for good: its word is remembered for a while, so that calls do not ask again and again.
import type { Failure } from '../../contract/errors.ts';

/** How long a refusal is remembered, in milliseconds: a host that has mended its client is not held up for long. */
const REMEMBERED = 60_000;
/** So many are kept at most; then the oldest is forgotten. */
const MOST = 1_000;

interface Refused {
  /** Version of the grant: another one was not refused. */
  readonly version: string;
  readonly failure: Failure;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The refusals of one engine, by the key of the grant. */
export class RefusedRenewals {
  readonly #known = new Map<string, Refused>();

  /** @param now epoch milliseconds. */
  note(key: string, version: string, failure: Failure, now: number): void {
    this.#known.delete(key);
    this.#known.set(key, { version, failure, at: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  /** What the server has said of this version of a grant within the last minute. @param now epoch milliseconds. */
  of(key: string, version: string, now: number): Failure | undefined {
    const known = this.#known.get(key);
    if (known?.version !== version) return undefined;
    const age = now - known.at;
    return age >= 0 && age < REMEMBERED ? known.failure : undefined;
  }
}

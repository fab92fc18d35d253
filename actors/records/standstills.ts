// How long what a sibling has begun has stood still, also over failures of the store: else each failure would start the wait
// for a sibling that has died anew, and a store that fails every half minute would hold a person up for ever (C04).
import type { Key } from '../../stores/records.ts';

/** So many are known at most; then the oldest is forgotten, and waited for anew. */
const MOST = 10_000;

/** What an engine has seen of intents and requests of others. */
export class Standstills {
  readonly #known = new Map<Key, { readonly version: string; readonly still: number }>();

  /** For how many milliseconds this version of a record has been seen to stand still. */
  of(at: Key, version: string): number {
    const known = this.#known.get(at);
    return known?.version === version ? known.still : 0;
  }

  /** @param still milliseconds. Of several who wait for the same, the one who has waited longest counts. */
  note(at: Key, version: string, still: number): void {
    const longest = Math.max(still, this.of(at, version));
    this.#known.delete(at);
    this.#known.set(at, { version, still: longest });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Nobody waits for it any more. */
  forget(at: Key): void {
    this.#known.delete(at);
  }
}

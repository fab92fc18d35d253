// Which logins charts of this engine are at work on: another chart of the same engine joins them, and opens no second page.
import type { Key } from '../../stores/records.ts';

/** Logins that some chart of this engine presents, or waits for, by the key of their request. */
export class AttendedLogins {
  readonly #attended = new Map<Key<'pending'>, number>();

  get keys(): readonly Key<'pending'>[] {
    return [...this.#attended.keys()];
  }

  has(key: Key<'pending'>): boolean {
    return this.#attended.has(key);
  }

  /** @returns what ends it; to be called once. */
  enter(key: Key<'pending'>): () => void {
    this.#attended.set(key, (this.#attended.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#attended.get(key) ?? 0) - 1;
      if (left > 0) this.#attended.set(key, left);
      else this.#attended.delete(key);
    };
  }
}

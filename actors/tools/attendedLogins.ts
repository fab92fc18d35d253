// Which logins charts of this engine are at work on: another chart of the same engine joins them, and opens no second page.
import type { Key } from '../../stores/records.ts';

/** Logins that some chart of this engine presents, or waits for, by the key of their request. */
export class AttendedLogins {
  readonly #attended = new Map<Key<'pending'>, number>();

  readonly #left = new Set<Key<'pending'>>();

  get keys(): readonly Key<'pending'>[] {
    return [...this.#attended.keys()];
  }

  has(key: Key<'pending'>): boolean {
    return this.#attended.has(key);
  }

  /** Its holder was gone when it was found here: nobody leads the person, and their page may be gone, too. */
  findLeft(key: Key<'pending'>): void {
    this.#left.add(key);
  }

  isLeft(key: Key<'pending'>): boolean {
    return this.#left.has(key);
  }

  /** @returns what ends it; to be called once. */
  enter(key: Key<'pending'>): () => void {
    this.#attended.set(key, (this.#attended.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#attended.get(key) ?? 0) - 1;
      if (left > 0) this.#attended.set(key, left);
      else {
        this.#attended.delete(key);
        this.#left.delete(key);
      }
    };
  }
}

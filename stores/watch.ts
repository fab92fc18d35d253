// One who waits for some records of a home: watches them where the home can tell, and knows whether it can.
import { OVER } from './over.ts';
import type { Store } from './store.ts';

/** Begun anew before each look at the records, so that no change falls between the two. */
export class Watch {
  readonly #store: Store;
  readonly #keys: readonly string[];
  #ends: (() => void)[] = [];
  #canTell = false;
  #changed = new AbortController();
  #lost = (): void => {};
  #finish = (): void => {};
  /** Nobody waits any more. */
  isOver = false;

  constructor(store: Store, keys: readonly string[]) {
    this.#store = store;
    this.#keys = keys;
  }

  /** Whether the home tells of changes, as far as it has said. */
  get canTell(): boolean {
    return this.#canTell;
  }

  /** Given when a record may have changed since `begin`, and when nobody waits any more. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  /** Forgets what was told, and watches where nothing does. */
  begin(): void {
    this.#changed = new AbortController();
    if (this.#canTell || !this.#store.watch) return;
    this.#unwatch();
    this.#canTell = true;
    try {
      for (const key of this.#keys) {
        this.#ends.push(
          this.#store.watch(
            key,
            () => this.#changed.abort(OVER),
            () => this.#lose(),
          ),
        );
      }
    } catch {
      // Then it cannot tell now: the next look tries again.
      this.#lose();
    }
  }

  /** The outcome of a look, or nothing when nobody waits any more: a home may be slow to answer. */
  async during<T>(look: Promise<T>): Promise<T | undefined> {
    if (this.isOver) return undefined;
    // Not by a race with a promise that lives long: that would remember every look.
    return new Promise((resolve, reject) => {
      this.#finish = () => resolve(undefined);
      look.then(resolve, reject);
    });
  }

  /** Waits until a record may have changed, or until the home cannot tell any more. */
  async told(): Promise<void> {
    const { changed } = this;
    if (changed.aborted || !this.#canTell) return;
    await new Promise<void>((resolve) => {
      this.#lost = resolve;
      changed.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Nobody waits any more. */
  finish(): void {
    this.isOver = true;
    this.#unwatch();
    this.#changed.abort(OVER);
    this.#finish();
  }

  #lose(): void {
    this.#canTell = false;
    this.#lost();
  }

  #unwatch(): void {
    for (const end of this.#ends.splice(0)) {
      try {
        end();
      } catch {
        // A home that is left has nothing more to say; and this may run while a signal is given, where nobody catches.
      }
    }
  }
}

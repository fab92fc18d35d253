// Tells when records may have changed: by the word of their home where it gives one, by looks at them where it does not.
import { AuthError } from '../contract/errors.ts';
import { pause } from './pause.ts';
import type { Key } from './recordKeys.ts';
import type { Sleep } from './sleep.ts';
import type { Store } from './store.ts';
import { Watch } from './watch.ts';
import { Watchers } from './watchers.ts';

/** How looks at records are spread over time. */
export interface Looks {
  /** Waits for the next look; by the system's timers unless given. */
  readonly sleep?: Sleep;
  /** From 0 to 1, so that many who wait do not look all at once; `Math.random` unless given. */
  readonly random?: () => number;
}

/** The version of each record; `undefined` where there is none. */
export type Versions = ReadonlyMap<Key, string | undefined>;

/** How long the first wait is, in milliseconds: each is twice as long as the one before. */
const FIRST = 250;
/** The longest wait between two looks at a home that never tells, in milliseconds. */
const LONGEST = 5000;
/** The same where a home that tells is out of order: it is expected back. */
const LONGEST_LOST = 1000;

/** Stands for the version of a record that could not be read: no home has such a version. */
const UNKNOWN = '\u0000 unknown';
/** The same for one that a newer authchart has written. */
const NEWER = '\u0000 newer';

/** Changes of the records of one home. */
export class Changes {
  readonly #store: Store;
  readonly #get: (at: Key) => ReturnType<Store['get']>;
  readonly #looks: Required<Looks>;
  /** Told of what is changed by this very object, whatever the home. */
  readonly #own = new Watchers();

  /** @param get reads a record, to see its version. */
  constructor(store: Store, get: (at: Key) => ReturnType<Store['get']>, looks: Looks = {}) {
    this.#store = store;
    this.#get = get;
    this.#looks = { sleep: pause, random: Math.random, ...looks };
  }

  /** To be called after each change that was made here. */
  tell(at: Key): void {
    this.#own.tell(at);
  }

  /** See `Records.versions`. */
  async versions(at: Iterable<Key>): Promise<Versions> {
    return new Map(await Promise.all([...at].map(async (key) => [key, await this.#versionOf(key)] as const)));
  }

  async #versionOf(at: Key): Promise<string | undefined> {
    try {
      return (await this.#get(at))?.version;
    } catch (error) {
      return error instanceof AuthError && error.code === 'record_newer' ? NEWER : UNKNOWN;
    }
  }

  /** See `Records.changed`. */
  async until(seen: Versions, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const keys = [...seen.keys()];
    const watch = new Watch(this.#store, keys);
    const finish = (): void => watch.finish();
    const ends = keys.map((key) => this.#own.add(key, finish));
    signal.addEventListener('abort', finish, { once: true });
    try {
      await this.#look(watch, seen);
    } finally {
      watch.finish();
      // Nothing is left on the signal: it may outlive ten thousand changes (C12).
      signal.removeEventListener('abort', finish);
      for (const end of ends) end();
    }
  }

  /** Looks at the records after each word of the home, and now and then while it cannot tell. */
  async #look(watch: Watch, seen: Versions): Promise<void> {
    for (let gap = FIRST; !watch.isOver; gap = 2 * gap) {
      watch.begin();
      const found = await watch.during(this.#compare(seen));
      if (found === 'changed') return;
      if (found === 'same' && watch.canTell) {
        await watch.told();
        gap = FIRST;
      }
      if (!watch.changed.aborted) await this.#looks.sleep(this.#jittered(gap), watch.changed);
    }
  }

  #jittered(gap: number): number {
    const longest = Math.min(gap, this.#store.watch ? LONGEST_LOST : LONGEST);
    return (longest * (1 + this.#looks.random())) / 2;
  }

  /** A record that cannot be read now is looked at again: to say that it has changed would have its reader fail, and ask at once. */
  async #compare(seen: Versions): Promise<'same' | 'changed' | 'unknown'> {
    const now = await this.versions(seen.keys());
    const isChanged = [...now].some(([key, version]) => version !== UNKNOWN && version !== seen.get(key));
    if (isChanged) return 'changed';
    return [...now.values()].includes(UNKNOWN) ? 'unknown' : 'same';
  }
}

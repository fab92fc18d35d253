// The store on the stage: a real one, which can be out of reach, and in which records can be put by a sibling.

import { failure } from '../../../contract/errors.ts';
import { AuthError, memoryStore, type Store, type Stored } from '../../../index.ts';

export class TestStore {
  #kept = new Map<string, Stored>();
  records = memoryStore(this.#kept);
  isAway = false;

  /** Everything that is kept now, to come back to it. */
  get copy(): ReadonlyMap<string, Stored> {
    return new Map(this.#kept);
  }

  restore(kept: ReadonlyMap<string, Stored>): void {
    this.#kept = new Map(kept);
    this.records = memoryStore(this.#kept);
  }

  /** The store as the engine sees it. */
  get forEngine(): Store {
    return {
      get: (key) => this.#reach((records) => records.get(key)),
      put: (key, text, expected) => this.#reach((records) => records.put(key, text, expected)),
      delete: (key, version) => this.#reach((records) => records.delete(key, version)),
      list: (prefix) => this.#reach((records) => records.list(prefix)),
      setAside: (key, version) => this.#reach((records) => records.setAside(key, version)),
    };
  }

  /** Leaves what is as it should be untouched, and so its version. Nothing: deletes it. @param version of old. */
  async put(key: string, value: object | undefined, version?: string): Promise<void> {
    const before = await this.records.get(key);
    const text = value && JSON.stringify(value);
    if (text !== undefined && version !== undefined) this.#kept.set(key, { version, text });
    else if (before?.text === text) return;
    else if (text !== undefined) await this.records.put(key, text, before?.version);
    else if (before) await this.records.delete(key, before.version);
  }

  /** A record as it is; nothing when there is none. */
  async read<Value>(key: string): Promise<Value | undefined> {
    const stored = await this.records.get(key);
    return stored && (JSON.parse(stored.text) as Value);
  }

  async #reach<Result>(work: (records: Store) => Promise<Result>): Promise<Result> {
    if (this.isAway) throw new AuthError(failure('store_failed', 'storing', 'The store is out of reach.'));
    return work(this.records);
  }
}

// Records in memory: for tests, for short-lived hosts, and for when no other home can be reached.
import type { Store, Stored } from './store.ts';
import { Watchers } from './watchers.ts';

/**
 * A store that lives as long as the process, in any runtime. It never fails.
 * What is set aside is dropped: nobody could look at it.
 * @param records where they are kept (a Map, because a key may be any text, also `__proto__`).
 */
export function memoryStore(records: Map<string, Stored> = new Map()): Store {
  const watchers = watchersOf(records);
  const drop = (key: string, version: string): boolean => {
    const isDropped = records.get(key)?.version === version && records.delete(key);
    if (isDropped) watchers.tell(key);
    return isDropped;
  };

  return {
    async get(key) {
      return records.get(key);
    },
    async put(key, text, expected) {
      if (records.get(key)?.version !== expected) return undefined;
      const version = crypto.randomUUID();
      records.set(key, { version, text });
      watchers.tell(key);
      return version;
    },
    async delete(key, version) {
      return drop(key, version);
    },
    async list(prefix) {
      return [...records.keys()].filter((key) => key.startsWith(prefix));
    },
    watch: (key, changed, lost) => watchers.add(key, changed, lost),
    async setAside(key, version) {
      drop(key, version);
    },
  };
}

/** Stores that share their records tell each other of changes. */
const shared = new WeakMap<object, Watchers>();

function watchersOf(records: object): Watchers {
  const watchers = shared.get(records) ?? new Watchers();
  shared.set(records, watchers);
  return watchers;
}

// Records in memory: for tests, for short-lived hosts, and for when no other home can be reached.
import type { Store, Stored } from './store.ts';

/**
 * A store that lives as long as the process, in any runtime. It never fails.
 * What is set aside is dropped: nobody could look at it.
 */
export function memoryStore(): Store {
  // A Map, because a key may be any text, also `__proto__`.
  const records = new Map<string, Stored>();

  const drop = (key: string, version: string): boolean =>
    records.get(key)?.version === version && records.delete(key);

  return {
    async get(key) {
      return records.get(key);
    },
    async put(key, text, expected) {
      if (records.get(key)?.version !== expected) return undefined;
      const version = crypto.randomUUID();
      records.set(key, { version, text });
      return version;
    },
    async delete(key, version) {
      return drop(key, version);
    },
    async list(prefix) {
      return [...records.keys()].filter((key) => key.startsWith(prefix));
    },
    async setAside(key, version) {
      drop(key, version);
    },
  };
}

// Records in a folder under a key in a keychain: which home it is, is decided by the first operation.
import { resolve } from 'node:path';
import type { Failure } from '../contract/errors.ts';
import { encryptedStore } from './encrypted.ts';
import { fileStore } from './file.ts';
import { keyOf } from './keychainKey.ts';
import type { Store } from './store.ts';
import { type Keychain, KeychainFailure } from './systemKeychain.ts';
import { Watchers } from './watchers.ts';

/** Where the records are, and where they go while the keychain cannot be used. */
export interface HomeOptions {
  /** For the records, encrypted, and for the name of their key. Each folder has a key of its own. */
  readonly folder: string;
  /**
   * Holds the records instead while the keychain cannot be used: `memoryStore()`, or a `fileStore` in another folder.
   * Once it was taken, this store keeps to it to its end, so that no login is half here and half there.
   */
  readonly fallback?: Store;
  /** Told why, once, when the fallback is taken. */
  readonly onFallback?: (failure: Failure) => void;
}

/** The home over any keychain: see `keychainStore`, which gives it the system's. */
export function keychainHome(
  keychain: Keychain,
  { folder: named, fallback, onFallback }: HomeOptions,
): Store {
  const folder = resolve(named);
  const records = fileStore({ folder });
  const { processes } = records;
  let opening: Promise<Store> | undefined;
  /** Where the records are, once that is decided. */
  let taken: Store | undefined;
  /** Those who watch: they are to watch anew when that is decided. */
  const undecided = new Watchers();

  const open = async (): Promise<Store> => {
    try {
      const key = await keyOf({ keychain, folder, records });
      taken = records;
      return encryptedStore(records, { current: key });
    } catch (error) {
      if (fallback && error instanceof KeychainFailure) {
        queueMicrotask(() => onFallback?.(error.toFailure()));
        taken = fallback;
        undecided.lose();
        return fallback;
      }
      opening = undefined;
      throw error;
    }
  };
  const home = (): Promise<Store> => {
    opening ??= open();
    return opening;
  };

  return {
    get: async (key) => (await home()).get(key),
    put: async (key, text, expected) => (await home()).put(key, text, expected),
    delete: async (key, version) => (await home()).delete(key, version),
    list: async (prefix) => (await home()).list(prefix),
    watch(key, changed, lost) {
      // Of both, as long as it is not decided: watching asks no keychain. A word too many costs a look.
      const homes = taken ? [taken] : [records, fallback];
      const ends = taken?.watch ? [] : [undecided.add(key, changed, lost)];
      const end = (): void => {
        for (const one of ends) one();
      };
      try {
        for (const one of homes) if (one?.watch) ends.push(one.watch(key, changed, lost));
      } catch (error) {
        end();
        throw error;
      }
      return end;
    },
    setAside: async (key, version) => (await home()).setAside(key, version),
    ...(processes && {
      processes: {
        own: processes.own,
        hasEnded: (name: string) => (taken ?? records).processes?.hasEnded(name) ?? false,
      },
    }),
  };
}

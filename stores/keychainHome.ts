// Records in a folder under a key in a keychain: which home it is, is decided by the first operation.
import { resolve } from 'node:path';
import type { Failure } from '../contract/errors.ts';
import { encryptedStore } from './encrypted.ts';
import { fileStore } from './file.ts';
import { keyOf } from './keychainKey.ts';
import type { Store } from './store.ts';
import { type Keychain, KeychainFailure } from './systemKeychain.ts';

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

/** The home over any keychain. */
export function keychainHome(
  keychain: Keychain,
  { folder: named, fallback, onFallback }: HomeOptions,
): Store {
  const folder = resolve(named);
  const records = fileStore({ folder });
  let opening: Promise<Store> | undefined;

  const open = async (): Promise<Store> => {
    try {
      return encryptedStore(records, { current: await keyOf({ keychain, folder, records }) });
    } catch (error) {
      if (fallback && error instanceof KeychainFailure) {
        queueMicrotask(() => onFallback?.(error.toFailure()));
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
    // Of both, because watching asks no keychain: a word too many costs a look.
    watch(key, changed) {
      const ends = [records, fallback].map((one) => one?.watch?.(key, changed));
      return () => {
        for (const end of ends) end?.();
      };
    },
    setAside: async (key, version) => (await home()).setAside(key, version),
  };
}

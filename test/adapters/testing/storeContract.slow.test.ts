// The contract of stores finds each way in which a home can be wrong; a home that is right passes it (test/stores).
import { describe, expect, test } from 'vitest';
import { storeContract } from '../../../adapters/testing.ts';
import { memoryStore, type Store, type Stored } from '../../../index.ts';

/** Of the tests that are called so, the names of those that fail for such homes. */
async function failedBy(open: () => Store, options = {}, called = /./): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of storeContract(open, options).filter((one) => called.test(one.name)))
    await run().catch((thrown: unknown) => {
      if (!(thrown instanceof Error) || !/[.:]/.test(thrown.message)) throw thrown;
      failed.push(name);
    });
  return failed;
}

/** A home in memory, with something wrong in it. */
const wrong = (change: (home: Store) => Partial<Store>) => (): Store => {
  const home = memoryStore();
  return { ...home, ...change(home) };
};

const anyVersion = async ({ get }: Store, key: string): Promise<string | undefined> =>
  (await get(key))?.version;

const homes: Readonly<Record<string, readonly [() => Store, RegExp]>> = {
  'writes over what another has written': [
    wrong((home) => ({ put: async (key, text) => home.put(key, text, await anyVersion(home, key)) })),
    /^a swap at an old version/,
  ],
  'deletes what has moved on': [
    wrong((home) => ({
      delete: async (key) => home.delete(key, (await anyVersion(home, key)) ?? ''),
    })),
    /^deleting an old version/,
  ],
  'counts its versions, and begins again after a delete': [
    () => {
      const records = new Map<string, Stored>();
      const home = memoryStore(records);
      return {
        ...home,
        async put(key, text, expected) {
          if (records.get(key)?.version !== expected) return undefined;
          const version = String(Number(expected ?? 0) + 1);
          records.set(key, { version, text });
          return version;
        },
      };
    },
    /^a version is never used again/,
  ],
  'keeps its version when the text is the same': [
    wrong((home) => ({
      async put(key, text, expected) {
        const found = await home.get(key);
        return found?.text === text && found.version === expected ? expected : home.put(key, text, expected);
      },
    })),
    /^a swap at the read version/,
  ],
  'takes keys for paths': [
    wrong((home) => {
      const named = (key: string): string => key.replaceAll('../', '').toLowerCase();
      return {
        get: (key) => home.get(named(key)),
        put: (key, text, expected) => home.put(named(key), text, expected),
      };
    }),
    /^keys of any kind/,
  ],
  'takes prefixes for patterns': [
    wrong((home) => ({ list: (prefix) => home.list(prefix.replace('*', '').toLowerCase()) })),
    /^listing finds keys/,
  ],
  'shortens texts': [
    wrong((home) => ({ put: (key, text, expected) => home.put(key, text.slice(0, 1000), expected) })),
    /^a text comes back as it was: 1 MiB/,
  ],
  'leaves what is set aside where it was': [
    wrong(() => ({ setAside: async () => {} })),
    /^setting aside takes the version/,
  ],
  'lets two win a race': [
    wrong((home) => ({
      async put(key, text, expected) {
        const found = await home.get(key);
        if (found?.version !== expected) return undefined;
        await new Promise((resolve) => setTimeout(resolve, 1));
        return home.put(key, text, await anyVersion(home, key));
      },
    })),
    /^of 100 racing creations/,
  ],
  'tells of other records': [
    wrong((home) => {
      const all = new Set<() => void>();
      return {
        watch: (_key, changed) => {
          all.add(changed);
          return () => void all.delete(changed);
        },
        put: async (key, text, expected) => {
          const version = await home.put(key, text, expected);
          for (const changed of all) changed();
          return version;
        },
      };
    }),
    /^is told of a write/,
  ],
  'goes on telling': [
    wrong((home) => ({
      watch: (key, changed, lost) => {
        home.watch?.(key, changed, lost);
        return () => {};
      },
    })),
    /^is not told any more/,
  ],
};

describe('the contract of stores', () => {
  test('is kept by memoryStore', async () => {
    expect(await failedBy(memoryStore)).toEqual([]);
  });

  test.each(Object.entries(homes))('finds a home that %s', async (_what, [open, found]) => {
    expect(await failedBy(open, {}, found)).not.toEqual([]);
  });

  test('says what to do about a home that cannot tell of changes, and leaves these tests out when told to', async () => {
    const silent = (): Store => {
      const { watch: _, ...home } = memoryStore();
      return home;
    };
    const watching = storeContract(silent).filter(({ name }) => name.startsWith('is '));
    expect(watching).toHaveLength(3);
    for (const { run } of watching) await expect(run()).rejects.toThrow('say { watch: false }');
    expect(await failedBy(silent, { watch: false })).toEqual([]);
  });

  test('says in a sentence what was found', async () => {
    const contract = storeContract(wrong(() => ({ list: async () => [] })));
    const listing = contract.find(({ name }) => name.startsWith('listing'));
    await expect(listing?.run()).rejects.toThrow(
      'The list of grant/ has to be ["grant/a","grant/b"], and is [].',
    );
  });
});

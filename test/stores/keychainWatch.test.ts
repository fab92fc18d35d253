// The keychain home tells of changes wherever its records are: in the folder, or in the fallback.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { keychainHome } from '../../stores/keychainHome.ts';
import { memoryStore } from '../../stores/memory.ts';
import type { Store } from '../../stores/store.ts';
import { type Keychain, KeychainFailure } from '../../stores/systemKeychain.ts';

let world: string;
beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), 'authchart-keychain-watch-'));
});
afterAll(() => rm(world, { recursive: true, force: true }));

/** The name of a folder that is not there yet. */
const fresh = (): string => join(world, randomUUID());
const locked = async (): Promise<never> => {
  throw new KeychainFailure('it is locked', 'retry-later');
};
const unusable: Keychain = { get: locked, set: locked, delete: locked };
const usable = (): Keychain => {
  const secrets = new Map<string, string>();
  return {
    get: async (name) => secrets.get(name),
    set: async (name, secret) => void secrets.set(name, secret),
    delete: async (name) => void secrets.delete(name),
  };
};

/** Counts who watches a home. */
function counted(store: Store): { readonly store: Store; watching: number } {
  const home = { store, watching: 0 };
  home.store = {
    ...store,
    watch(...args) {
      const end = store.watch?.(...args);
      home.watching += 1;
      return () => {
        home.watching -= 1;
        end?.();
      };
    },
  };
  return home;
}

function watcherOf(store: Store): { readonly told: string[]; readonly end: () => void } {
  const told: string[] = [];
  const end = store.watch?.(
    'a',
    () => told.push('changed'),
    () => told.push('lost'),
  );
  return { told, end: end ?? expect.unreachable() };
}

describe('before the first operation', () => {
  test('who watches hears of both, and is sent to where the records are when that is decided', async () => {
    const fallback = counted(memoryStore());
    const store = keychainHome(unusable, { folder: fresh(), fallback: fallback.store });
    const { told, end } = watcherOf(store);
    await wait(5);
    // There is no folder yet.
    expect(told).toEqual(['lost']);
    expect(fallback.watching).toBe(1);
    await store.put('a', 'text', undefined);
    await wait(5);
    expect(told.sort()).toEqual(['changed', 'lost', 'lost']);
    end();
    expect(fallback.watching).toBe(0);
  });

  test('nothing is left behind when the fallback does not let itself be watched', async () => {
    const folder = fresh();
    await keychainHome(usable(), { folder }).put('a', 'text', undefined);
    const broken: Store = {
      ...memoryStore(),
      watch: () => {
        throw new Error('out of watches');
      },
    };
    const store = keychainHome(usable(), { folder, fallback: broken });
    const watch = vi.spyOn(fs, 'watch');
    syncBuiltinESMExports();
    try {
      expect(() => watcherOf(store)).toThrow('out of watches');
      expect(watch).toHaveBeenCalledTimes(1);
      const [opened] = watch.mock.results;
      await wait(5);
      // What is closed cannot be closed again.
      const closed = vi.spyOn(opened?.value, 'emit');
      opened?.value.close();
      await wait(5);
      expect(closed).not.toHaveBeenCalled();
    } finally {
      watch.mockRestore();
      syncBuiltinESMExports();
    }
  });
});

describe('afterwards', () => {
  test('the fallback tells, as far as it can, and the folder is not asked', async () => {
    const fallback = counted(memoryStore());
    const store = keychainHome(unusable, { folder: fresh(), fallback: fallback.store });
    await store.get('a');
    const { told, end } = watcherOf(store);
    await wait(5);
    expect(told).toEqual([]);
    await fallback.store.put('a', 'text', undefined);
    await wait(5);
    expect(told).toEqual(['changed']);
    end();
    expect(fallback.watching).toBe(0);
  });

  test('a fallback that cannot tell is said to be one', async () => {
    const { watch: _, ...fallback } = memoryStore();
    const store = keychainHome(unusable, { folder: fresh(), fallback });
    const early = watcherOf(store);
    await wait(5);
    early.told.length = 0;
    await store.get('a');
    const late = watcherOf(store);
    await wait(5);
    expect([early.told, late.told]).toEqual([['lost'], ['lost']]);
    early.end();
    late.end();
  });

  test('the folder tells, and the fallback is not asked', async () => {
    const fallback = counted(memoryStore());
    const store = keychainHome(usable(), { folder: fresh(), fallback: fallback.store });
    const version = await store.put('a', 'text', undefined);
    const { told, end } = watcherOf(store);
    expect(fallback.watching).toBe(0);
    await wait(20);
    expect(told).not.toContain('lost');
    told.length = 0;
    await store.put('a', 'more', version);
    await expect.poll(() => told).toContain('changed');
    expect(told).not.toContain('lost');
    end();
  });
});

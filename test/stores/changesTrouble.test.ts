// The change signal while records cannot be read, and when nobody waits for it any more.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { AuthError, type FailureCode, failure } from '../../contract/errors.ts';
import { memoryStore } from '../../stores/memory.ts';
import { Records } from '../../stores/records.ts';
import type { Store } from '../../stores/store.ts';
import { hasEnded, hasty, key, never, seenAt, ways, write } from './changed.ts';
import { samples } from './recordSamples.ts';

describe('records that cannot be read', () => {
  const failing = (store: Store, code: FailureCode | 'a defect'): { store: Store; fails: boolean } => {
    const home = { store, fails: true };
    home.store = {
      ...store,
      async get(at) {
        if (!home.fails) return store.get(at);
        if (code === 'a defect') throw new Error('a defect of the home');
        throw new AuthError(failure(code, 'storing', 'Out of reach.'));
      },
    };
    return home;
  };

  test.each<FailureCode | 'a defect'>(['store_failed', 'a defect'])(
    'S04: %s: they are looked at again and again, not in a hurry, until they can be read',
    async (code) => {
      for (const inner of [memoryStore(), ways['absent'](memoryStore()).store]) {
        await write(inner);
        const looks = hasty();
        const seen = seenAt([key, (await inner.get(key))?.version]);
        const home = failing(inner, code);
        const heard = new Records(home.store, undefined, looks).changed(seen, never);
        await vi.waitFor(() => expect(looks.waits.length).toBeGreaterThan(3));
        home.fails = false;
        await wait(100);
        // They are where they were seen.
        expect(await hasEnded(heard)).toBe(false);
        await write(inner);
        await heard;
        for (const waited of looks.waits) expect(waited).toBeGreaterThanOrEqual(125);
      }
    },
  );

  test('S04: a change is heard of by those that can be read, though others cannot', async () => {
    const home = memoryStore();
    const other = samples().login.key;
    const records = new Records(
      {
        ...home,
        get: async (at) => (at === other ? Promise.reject(new Error('out of reach')) : home.get(at)),
      },
      undefined,
      hasty(),
    );
    const heard = records.changed(seenAt([other, '1'], [key, undefined]), never);
    await write(home);
    await heard;
  });

  test('have a version of their own: they change when they can be read, and not before', async () => {
    const inner = memoryStore();
    const home = failing(inner, 'store_failed');
    const looks = hasty();
    const records = new Records(home.store, undefined, looks);
    const seen = await records.versions([key]);
    expect(seen.get(key)).toEqual(expect.any(String));
    const heard = records.changed(seen, never);
    await vi.waitFor(() => expect(looks.waits.length).toBeGreaterThan(2));
    home.fails = false;
    await heard;
  });

  test('S08: one that a newer authchart has written has changed, once', async () => {
    const inner = memoryStore();
    await write(inner);
    const home = failing(inner, 'record_newer');
    const looks = hasty();
    const records = new Records(home.store, undefined, looks);
    await records.changed(seenAt([key, (await inner.get(key))?.version]), never);
    const stop = new AbortController();
    const heard = records.changed(await records.versions([key]), stop.signal);
    expect(await hasEnded(heard)).toBe(false);
    expect(looks.waits, 'the home can tell of the next one').toEqual([]);
    stop.abort();
    await heard;
  });

  test('S01: one that the home has set aside is gone, and is told', async () => {
    const setAside: string[] = [];
    const home = failing(memoryStore(), 'record_corrupt');
    const records = new Records(home.store, (at) => setAside.push(at));
    await records.changed(seenAt([key, '1']), never);
    expect(setAside).toEqual([key]);
  });
});

describe('the end of the waiting', () => {
  const hanging = (store: Store): Store => ({ ...store, get: () => new Promise(() => {}) });
  const cases: readonly (readonly [what: string, store: () => Store])[] = [
    ['where the home can tell', memoryStore],
    ['where it cannot', () => ways['absent'](memoryStore()).store],
    ['where it is lost', () => ways['dropped at once'](memoryStore()).store],
    ['where it does not answer', () => hanging(memoryStore())],
    ['where it is failing to end', () => ways['failing to end'](memoryStore()).store],
  ];

  test.each(cases)('C08, C12: comes with the signal, and leaves nothing behind: %s', async (_what, open) => {
    let watching = 0;
    const inner = open();
    const store: Store = {
      ...inner,
      ...(inner.watch && {
        watch: (...args) => {
          watching += 1;
          const end = inner.watch?.(...args);
          return () => {
            watching -= 1;
            end?.();
          };
        },
      }),
    };
    const records = new Records(store, undefined, hasty());
    const stop = new AbortController();
    const added = vi.spyOn(stop.signal, 'addEventListener');
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    const heard = records.changed(seenAt([key, undefined], [samples().login.key, undefined]), stop.signal);
    expect(await hasEnded(heard)).toBe(false);
    stop.abort();
    expect(await hasEnded(heard)).toBe(true);
    expect(watching).toBe(0);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      expect.arrayContaining(added.mock.calls.map(([, listener]) => listener)),
    );
  });

  test('is there already when the signal was given before: the home is not asked', async () => {
    const home = memoryStore();
    const asked = [vi.spyOn(home, 'get'), vi.spyOn(home, 'watch')];
    await new Records(home).changed(seenAt([key, 'another version']), AbortSignal.abort());
    for (const one of asked) expect(one).not.toHaveBeenCalled();
  });

  test('may come while the home is being watched: that ends, too', async () => {
    const stop = new AbortController();
    let watching = 0;
    const home: Store = {
      ...memoryStore(),
      get: () => new Promise(() => {}),
      watch: () => {
        watching += 1;
        stop.abort();
        return () => {
          watching -= 1;
        };
      },
    };
    expect(await hasEnded(new Records(home).changed(seenAt([key, undefined]), stop.signal))).toBe(true);
    expect(watching).toBe(0);
  });

  test('does not come by itself for no record at all', async () => {
    const stop = new AbortController();
    const heard = new Records(memoryStore()).changed(new Map(), stop.signal);
    expect(await hasEnded(heard)).toBe(false);
    stop.abort();
    await heard;
  });
});

// The change signal: it always ends after a change, whatever the home can tell, and costs little while nothing changes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AuthError, type FailureCode, failure } from '../../contract/errors.ts';
import { encryptedStore } from '../../stores/encrypted.ts';
import { fileStore } from '../../stores/file.ts';
import { keychainHome } from '../../stores/keychainHome.ts';
import { memoryStore } from '../../stores/memory.ts';
import { pause } from '../../stores/pause.ts';
import { type Key, keys, Records } from '../../stores/records.ts';
import { redisStore } from '../../stores/redis.ts';
import type { Store } from '../../stores/store.ts';
import type { Keychain } from '../../stores/systemKeychain.ts';
import {
  changedContract,
  hasEnded,
  hasty,
  key,
  never,
  type Pair,
  seenAt,
  value,
  ways,
  write,
} from './changed.ts';
import { FakeRedis } from './fakeRedis.ts';
import { samples } from './recordSamples.ts';

let folders: string;
beforeAll(async () => {
  folders = await mkdtemp(join(tmpdir(), 'authchart-changes-'));
});
afterAll(() => rm(folders, { recursive: true, force: true }));

const twice = (open: () => Store): Pair => [open(), open()];
const key32 = { id: 'key', key: new Uint8Array(32).fill(7) };
const folder = (): Promise<string> => mkdtemp(join(folders, 'store-'));

function keychainOf(): Keychain {
  const secrets = new Map<string, string>();
  return {
    get: async (name) => secrets.get(name),
    set: async (name, secret) => void secrets.set(name, secret),
    delete: async (name) => void secrets.delete(name),
  };
}

const homes: Readonly<Record<string, () => Promise<Pair>>> = {
  memory: async () => {
    const records = new Map();
    return twice(() => memoryStore(records));
  },
  folder: async () => {
    const at = await folder();
    return twice(() => fileStore({ folder: at }));
  },
  'encrypted memory': async () => {
    const home = memoryStore();
    return twice(() => encryptedStore(home, { current: key32 }));
  },
  'encrypted folder': async () => {
    const at = await folder();
    return twice(() => encryptedStore(fileStore({ folder: at }), { current: key32 }));
  },
  keychain: async () => {
    const [at, keychain] = [await folder(), keychainOf()];
    return twice(() => keychainHome(keychain, { folder: at }));
  },
  Redis: async () => {
    const server = new FakeRedis();
    return twice(() => redisStore({ redis: server.client, subscriber: server.subscriber() }));
  },
};

for (const [name, open] of Object.entries(homes)) changedContract(name, open);

describe('a home that can tell', () => {
  test('is looked at once, and again after a word, and not while it is silent', async () => {
    const home = memoryStore();
    const looks = hasty();
    const get = vi.spyOn(home, 'get');
    const records = new Records(home, undefined, looks);
    const seen = await records.versions([key]);
    get.mockClear();
    const heard = records.changed(seen, never);
    expect(await hasEnded(heard)).toBe(false);
    expect(get).toHaveBeenCalledTimes(1);
    await write(home, 'another record');
    expect(await hasEnded(heard)).toBe(false);
    expect(get).toHaveBeenCalledTimes(2);
    await write(home);
    await heard;
    expect(looks.waits).toEqual([]);
  });

  test('and says too much does not end it: the record is where it was seen', async () => {
    let tell = (): void => {};
    const home: Store = {
      ...memoryStore(),
      watch: (_key, changed) => {
        tell = changed;
        return () => {};
      },
    };
    const records = new Records(home);
    const heard = records.changed(seenAt([key, undefined]), never);
    for (let word = 0; word < 3; word += 1) {
      tell();
      expect(await hasEnded(heard)).toBe(false);
    }
    await write(home);
    expect(await hasEnded(heard)).toBe(false);
    tell();
    await heard;
  });

  test('and tells while it is looked at is looked at again', async () => {
    const home = memoryStore();
    const get = home.get.bind(home);
    let isFirst = true;
    const records = new Records({
      ...home,
      async get(at) {
        const found = await get(at);
        if (isFirst) await write(home);
        isFirst = false;
        return found;
      },
    });
    await records.changed(seenAt([key, undefined]), never);
  });

  test.each(['absent', 'throwing always', 'dropped at once', 'dropped later'] as const)(
    'is out of order (watch is %s): it is looked at sooner than one that never tells, and watched again',
    async (way) => {
      const { store, watched } = ways[way](memoryStore());
      const looks = hasty();
      const stop = new AbortController();
      const heard = new Records(store, undefined, { ...looks, random: () => 1 }).changed(
        seenAt([key, undefined]),
        stop.signal,
      );
      await vi.waitFor(() => expect(looks.waits.length).toBeGreaterThan(6));
      stop.abort();
      await heard;
      const gaps = looks.waits.slice(0, 7);
      expect(gaps).toEqual(
        way === 'absent'
          ? [250, 500, 1000, 2000, 4000, 5000, 5000]
          : way === 'dropped later'
            ? gaps.map(() => expect.toSatisfy((gap: number) => gap >= 250 && gap <= 1000))
            : [250, 500, 1000, 1000, 1000, 1000, 1000],
      );
      if (store.watch) expect(watched()).toBeGreaterThanOrEqual(gaps.length);
    },
  );

  test('waits differ from one to the other, by half', async () => {
    const { store } = ways['absent'](memoryStore());
    const [low, high] = [hasty(), hasty()];
    const stop = new AbortController();
    const ends = [
      new Records(store, undefined, { ...low, random: () => 0 }),
      new Records(store, undefined, { ...high, random: () => 1 }),
    ].map((records) => records.changed(seenAt([key, undefined]), stop.signal));
    await vi.waitFor(() => expect(high.waits.length).toBeGreaterThan(2));
    await vi.waitFor(() => expect(low.waits.length).toBeGreaterThan(2));
    stop.abort();
    await Promise.all(ends);
    expect(low.waits.slice(0, 3)).toEqual([125, 250, 500]);
    expect(high.waits.slice(0, 3)).toEqual([250, 500, 1000]);
  });

  test('that comes back is silent again: nobody looks any more', async () => {
    const { store } = ways['dropped twice'](memoryStore());
    const looks = hasty();
    const stop = new AbortController();
    const heard = new Records(store, undefined, looks).changed(seenAt([key, undefined]), stop.signal);
    await vi.waitFor(() => expect(looks.waits).toHaveLength(2));
    await wait(100);
    expect(looks.waits).toHaveLength(2);
    stop.abort();
    await heard;
  });
});

describe('what is changed through the same object', () => {
  const actions: readonly (readonly [
    what: string,
    act: (records: Records, at: Key<'pin'>) => Promise<unknown>,
  ])[] = [
    ['write', async (records, at) => records.write(at, value, await records.read(at))],
    ['update', (records, at) => records.update(at, () => value)],
    ['remove', async (records, at) => records.remove(at, (await records.read(at))?.version ?? '')],
    ['forget', (records, at) => records.forget(at)],
  ];
  const asleep = { sleep: (_ms: number, signal: AbortSignal) => pause(2 ** 30, signal) };

  test.each(actions)('is told at once, whatever the home: %s', async (_what, act) => {
    const { watch: _, ...home } = memoryStore();
    const records = new Records(home, undefined, asleep);
    await write(home);
    const heard = records.changed(await records.versions([samples().login.key, key]), never);
    expect(await hasEnded(heard)).toBe(false);
    await act(records, key);
    expect(await hasEnded(heard)).toBe(true);
  });

  test('is told at once, too, when a record that cannot be read is set aside', async () => {
    const { watch: _, ...home } = memoryStore();
    const records = new Records(home, undefined, asleep);
    await home.put(key, 'damaged', undefined);
    const heard = records.changed(await records.versions([key]), never);
    expect(await hasEnded(heard)).toBe(false);
    expect(await records.read(key)).toBeUndefined();
    expect(await hasEnded(heard)).toBe(true);
  });

  test('is not told of when it was not changed: somebody was faster, or there was nothing', async () => {
    const { watch: _, ...home } = memoryStore();
    const records = new Records(home, undefined, asleep);
    await write(home);
    const heard = records.changed(await records.versions([key]), never);
    await records.write(key, value, undefined);
    await records.remove(key, 'another version');
    await records.update(key, () => undefined);
    await records.forget(samples().login.key);
    await records.update(keys.pin('another'), () => ({ ...value, clientId: 'another' }));
    expect(await hasEnded(heard)).toBe(false);
    await records.forget(key);
    await heard;
  });
});

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

  test('does not come by itself for no record at all', async () => {
    const stop = new AbortController();
    const heard = new Records(memoryStore()).changed(new Map(), stop.signal);
    expect(await hasEnded(heard)).toBe(false);
    stop.abort();
    await heard;
  });
});

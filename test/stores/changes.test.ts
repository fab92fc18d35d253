// The change signal: it always ends after a change, whatever the home can tell, and costs little while nothing changes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
    const [get, watch] = [vi.spyOn(home, 'get'), vi.spyOn(home, 'watch')];
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
    expect(watch, 'and watched once').toHaveBeenCalledTimes(1);
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
    let [open, most] = [0, 0];
    const { watch } = store;
    store.watch = (...args) => {
      const end = watch?.(...args);
      open += 1;
      most = Math.max(most, open);
      return () => {
        open -= 1;
        end?.();
      };
    };
    const looks = hasty();
    const stop = new AbortController();
    const heard = new Records(store, undefined, looks).changed(seenAt([key, undefined]), stop.signal);
    await vi.waitFor(() => expect(looks.waits).toHaveLength(2));
    await wait(100);
    expect(looks.waits).toHaveLength(2);
    stop.abort();
    await heard;
    expect([open, most], 'what is lost is not watched any more').toEqual([0, 1]);
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

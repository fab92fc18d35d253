// What the change signal must do over every home, however badly that can tell of changes.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { pause } from '../../stores/pause.ts';
import { type Key, Records } from '../../stores/records.ts';
import type { Store } from '../../stores/store.ts';
import { samples } from './recordSamples.ts';

/** Two objects for one home, as two processes have them. */
export type Pair = readonly [watching: Store, writing: Store];

/** A record to be watched. */
export const { key, value } = samples().pin;
/** Of a waiting that nothing else ends. */
export const never = new AbortController().signal;

/** The versions at which records were seen. */
export const seenAt = (
  ...seen: readonly (readonly [Key, string | undefined])[]
): ReadonlyMap<Key, string | undefined> => new Map(seen);

/** Whether it has ended by the time that everything else which could happen has happened. */
export async function hasEnded(work: Promise<void>): Promise<boolean> {
  return Promise.race([work.then(() => true), wait(20).then(() => false)]);
}

/** Waits as it is told to, but for a hundredth of the time; notes for how long, in milliseconds. */
export function hasty(): { sleep: typeof pause; readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    sleep: (milliseconds, signal) => {
      waits.push(milliseconds);
      return pause(milliseconds / 100, signal);
    },
  };
}

/** Writes over whatever is there. */
export async function write(store: Store, at: string = key): Promise<void> {
  expect(await store.put(at, JSON.stringify(value), (await store.get(at))?.version)).toBeDefined();
}

// Ways in which `watch` is out of order.

type Watch = NonNullable<Store['watch']>;
/** A home, and how often it was watched. */
interface Broken {
  readonly store: Store;
  readonly watched: () => number;
}

/** A home whose `watch` is another, made of its own. */
function withWatch(store: Store, make: (watch: Watch, nth: number) => Watch): Broken {
  let count = 0;
  const { watch } = store;
  if (!watch) throw new Error('This home cannot tell of changes.');
  const broken: Watch = (...args) => {
    count += 1;
    return make(watch.bind(store), count)(...args);
  };
  return { store: { ...store, watch: broken }, watched: () => count };
}

/** Tells nothing, and says so after a while. */
const deaf =
  (after: number): Watch =>
  (_key, _changed, lost) => {
    if (after === 0) lost?.();
    const timer = setTimeout(() => lost?.(), after);
    return () => clearTimeout(timer);
  };

/** By name, in the order of how bad it is. */
export const ways = {
  'in order': (store: Store) => withWatch(store, (watch) => watch),
  absent: ({ watch: _, ...store }: Store): Broken => ({ store, watched: () => 0 }),
  'throwing always': (store: Store) =>
    withWatch(store, () => () => {
      throw new Error('out of watches');
    }),
  'throwing once': (store: Store) =>
    withWatch(store, (watch, nth) => {
      if (nth === 1) throw new Error('out of watches');
      return watch;
    }),
  'dropped at once': (store: Store) => withWatch(store, () => deaf(0)),
  'dropped at once, once': (store: Store) => withWatch(store, (watch, nth) => (nth === 1 ? deaf(0) : watch)),
  'dropped later': (store: Store) => withWatch(store, () => deaf(10)),
  'dropped twice': (store: Store) => withWatch(store, (watch, nth) => (nth <= 2 ? deaf(10) : watch)),
  'failing to end': (store: Store) =>
    withWatch(store, (watch) => (...args) => {
      const end = watch(...args);
      return () => {
        end();
        throw new Error('gone already');
      };
    }),
} satisfies Readonly<Record<string, (store: Store) => Broken>>;

/** Runs the signal over fresh homes. */
export function changedContract(name: string, open: () => Promise<Pair>): void {
  describe(`the change signal over ${name}`, () => {
    test.each(Object.entries(ways))(
      'R13, C03: a change elsewhere is heard of with watch %s',
      async (_way, broken) => {
        const [watching, writing] = await open();
        const looks = hasty();
        await write(writing);
        const { store } = broken(watching);
        const records = new Records(store, undefined, looks);
        for (const change of ['a write', 'a deletion', 'a creation', 'what is set aside']) {
          const seen = await records.versions([key]);
          const heard = records.changed(seen, never);
          await wait(30);
          const version = (await writing.get(key))?.version;
          if (change === 'a deletion') await writing.delete(key, version ?? '');
          else if (change === 'what is set aside') await writing.setAside(key, version ?? '');
          else await write(writing);
          await heard;
          expect((await records.versions([key])).get(key), change).not.toBe(seen.get(key));
        }
        for (const waited of looks.waits) {
          expect(waited).toBeGreaterThanOrEqual(125);
          expect(waited).toBeLessThanOrEqual(store.watch ? 1000 : 5000);
        }
      },
    );

    test('S05: a change between the look of the caller and the watch is not missed', async () => {
      const [watching, writing] = await open();
      const records = new Records(watching);
      const seen = await records.versions([key, samples().login.key]);
      await write(writing, samples().login.key);
      await records.changed(seen, never);
    });
  });
}

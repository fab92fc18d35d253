// What every home must do that can tell of changes.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Store } from '../../stores/store.ts';
import { create } from './contract.ts';

/** Longer than a word of this process takes; other processes are waited for otherwise. */
const turn = (): Promise<void> => wait(20);

interface Told {
  /** Ends when it is told of a change for the first time. */
  readonly first: Promise<void>;
  count: number;
  losses: number;
  end: () => void;
}

/** How often a watcher of this key is told. */
function told(store: Store, key: string): Told {
  let tell = (): void => {};
  const first = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const watcher: Told = { first, count: 0, losses: 0, end: () => {} };
  const changed = (): void => {
    watcher.count += 1;
    tell();
  };
  const lost = (): void => {
    watcher.losses += 1;
  };
  watcher.end = store.watch?.(key, changed, lost) ?? watcher.end;
  return watcher;
}

/** A home that has to subscribe first says that it cannot tell yet, and when it can. @returns ends it. */
async function untilItTells(store: Store): Promise<() => void> {
  const watcher = told(store, 'watched by somebody else');
  await turn();
  if (watcher.losses > 0) await watcher.first;
  expect(watcher.losses).toBeLessThan(2);
  return watcher.end;
}

/** Runs it against fresh, empty stores; those that cannot tell are skipped. */
export function watchContract(open: () => Promise<Store>): void {
  const openTelling = async (): Promise<readonly [Store, () => void]> => {
    const store = await open();
    await create(store, 'before', 'a home may be made by its first record');
    return [store, await untilItTells(store)];
  };
  const cannotTell = 'this home cannot tell of changes';

  test('is told of a write, of a deletion and of what is set aside, and not of other records', async ({
    skip,
  }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const other = told(store, 'b');
    const written = told(store, 'a');
    const version = await create(store, 'a', 'text');
    await written.first;
    written.end();
    const deleted = told(store, 'a');
    await store.delete('a', version);
    await deleted.first;
    deleted.end();
    const again = await create(store, 'a', 'text');
    await quiet(store);
    const aside = told(store, 'a');
    await store.setAside('a', again);
    await aside.first;
    aside.end();
    expect(other.count).toBe(0);
    for (const watcher of [other, written, deleted, aside]) expect(watcher.losses).toBe(0);
    other.end();
    end();
  });

  test('is not told of what did not happen', async ({ skip }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const version = await create(store, 'a', 'text');
    await quiet(store);
    const watcher = told(store, 'a');
    expect(await store.put('a', 'text', undefined)).toBeUndefined();
    expect(await store.delete('a', 'no-such-version')).toBe(false);
    await store.setAside('a', 'no-such-version');
    await quiet(store);
    expect(watcher.count).toBe(0);
    expect(await store.get('a')).toEqual({ version, text: 'text' });
    watcher.end();
    end();
  });

  test('is not told any more to who has stopped watching', async ({ skip }) => {
    const [store, end] = await openTelling();
    if (!store.watch) return skip(cannotTell);
    const gone = told(store, 'a');
    const twice = [told(store, 'a'), told(store, 'a')] as const;
    gone.end();
    gone.end();
    twice[0].end();
    await create(store, 'a', 'text');
    await twice[1].first;
    twice[1].end();
    expect([gone.count, twice[0].count]).toEqual([0, 0]);
    end();
  });
}

/** Until a change that is made now was told: then all before it were. */
async function quiet(store: Store): Promise<void> {
  const watcher = told(store, 'quiet');
  await create(store, 'quiet', 'text').catch(async () => {
    await store.put('quiet', 'text', (await store.get('quiet'))?.version);
  });
  await watcher.first;
  await turn();
  watcher.end();
}

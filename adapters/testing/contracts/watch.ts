// What a home for records must do that tells of changes.
import type { Store } from '../../../stores/store.ts';
import { check, ends, same } from './contract.ts';
import { create } from './store.ts';

/** Longer than a word of this process takes, in milliseconds; other processes are waited for otherwise. */
const TURN = 20;

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, TURN);
  });

interface Told {
  /** Ends when it is told of a change for the first time. */
  readonly first: Promise<void>;
  count: number;
  losses: number;
  end: () => void;
}

/** How often a watcher of this key is told. */
function told(store: Store, key: string): Told {
  check(
    store.watch !== undefined,
    'The home has no watch(): say { watch: false } to storeContract if it cannot tell.',
  );
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
  watcher.end = store.watch(key, changed, lost);
  return watcher;
}

/** A home that has to subscribe first says that it cannot tell yet, and when it can. @returns ends it. */
async function untilItTells(store: Store): Promise<() => void> {
  await create(store, 'before', 'a home may be made by its first record');
  const watcher = told(store, 'watched by somebody else');
  await turn();
  if (watcher.losses > 0) await ends(watcher.first, 'A home that cannot tell yet, and says so,');
  check(watcher.losses < 2, 'lost() has to be called once, and was called again.');
  return watcher.end;
}

const hears = ({ first }: Told, of: string): Promise<void> => ends(first, `Waiting to be told of ${of}`);

/** By what has to hold. */
export const watchTests: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  async 'is told of a write, of a deletion and of what is set aside, and not of other records'(store) {
    const end = await untilItTells(store);
    const other = told(store, 'b');
    const written = told(store, 'a');
    const version = await create(store, 'a', 'text');
    await hears(written, 'a write');
    written.end();
    const deleted = told(store, 'a');
    await store.delete('a', version);
    await hears(deleted, 'a deletion');
    deleted.end();
    const again = await create(store, 'a', 'text');
    await quiet(store);
    const aside = told(store, 'a');
    await store.setAside('a', again);
    await hears(aside, 'what is set aside');
    aside.end();
    same(other.count, 0, 'How often a watcher of another record was told');
    for (const { losses } of [other, written, deleted, aside]) same(losses, 0, 'How often lost() was called');
    other.end();
    end();
  },
  async 'is not told of what did not happen'(store) {
    const end = await untilItTells(store);
    const version = await create(store, 'a', 'text');
    await quiet(store);
    const watcher = told(store, 'a');
    same(await store.put('a', 'text', undefined), undefined, 'put() where there is a record');
    same(await store.delete('a', 'no-such-version'), false, 'delete() of another version');
    await store.setAside('a', 'no-such-version');
    await quiet(store);
    same(watcher.count, 0, 'How often a watcher was told of nothing');
    same((await store.get('a'))?.version, version, 'The version of the record');
    watcher.end();
    end();
  },
  async 'is not told any more to who has stopped watching'(store) {
    const end = await untilItTells(store);
    const gone = told(store, 'a');
    const twice = [told(store, 'a'), told(store, 'a')] as const;
    gone.end();
    gone.end();
    twice[0].end();
    await create(store, 'a', 'text');
    await hears(twice[1], 'a write');
    twice[1].end();
    same([gone.count, twice[0].count], [0, 0], 'How often those were told who had stopped');
    end();
  },
};

/** Until a change that is made now was told: then all before it were. */
async function quiet(store: Store): Promise<void> {
  const watcher = told(store, 'quiet');
  const written = await store.put('quiet', 'text', undefined);
  if (written === undefined) await store.put('quiet', 'text', (await store.get('quiet'))?.version);
  await hears(watcher, 'a write');
  await turn();
  watcher.end();
}

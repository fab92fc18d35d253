// Many who write new records all the time, and what has become of the writes that were reported as done.
import type { Store } from '../../stores/store.ts';

export interface Written {
  /** Writes that were reported as done, and those of them that are gone. */
  readonly acknowledged: number;
  readonly lost: number;
  /** Writes that were reported as failed. */
  readonly failed: number;
  /** The longest time in which no write was done, in milliseconds. */
  readonly longestMs: number;
  /** Writes in a second, while nothing happened. */
  readonly perSecond: number;
}

/** How long there is nothing but writing, in milliseconds. */
const QUIET = 1500;
/** How long a writer rests whose write has failed, in milliseconds. */
const REST = 50;

/**
 * @param stores one for each writer.
 * @param event what happens while they write.
 * @param after reads what is there in the end.
 */
export async function writeThrough(
  stores: readonly Store[],
  event: () => Promise<void>,
  after: Store,
): Promise<Written> {
  const versions = new Map<string, string>();
  let [isOver, failed, last, longestMs] = [false, 0, performance.now(), 0];
  const write = async (store: Store, writer: number): Promise<void> => {
    for (let number = 0; !isOver; number += 1) {
      const key = `${writer}/${number}`;
      try {
        const version = await store.put(key, 'x'.repeat(500), undefined);
        if (version !== undefined) versions.set(key, version);
        const now = performance.now();
        longestMs = Math.max(longestMs, now - last);
        last = now;
      } catch {
        failed += 1;
        await rest(REST);
      }
    }
  };
  const writing = stores.map(write);
  await rest(QUIET);
  const perSecond = Math.round((versions.size * 1000) / QUIET);
  // What is lost is told before the event, too: longest times count from here.
  longestMs = 0;
  await event();
  await rest(QUIET);
  isOver = true;
  await Promise.all(writing);
  const lost = await missing(after, versions);
  return { acknowledged: versions.size, lost, failed, longestMs: Math.round(longestMs), perSecond };
}

async function missing(store: Store, versions: ReadonlyMap<string, string>): Promise<number> {
  let lost = 0;
  const all = [...versions];
  for (let from = 0; from < all.length; from += 500) {
    const some = all.slice(from, from + 500);
    const found = await Promise.all(some.map(([key]) => store.get(key)));
    lost += found.filter((one, index) => one?.version !== some[index]?.[1]).length;
  }
  return lost;
}

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

// Work of the store that has to be done although the store fails: while somebody waits for it, and when nobody does any more.
import { AuthError } from '../../contract/errors.ts';
import { keepAlive } from './keepAlive.ts';
import type { Tools } from './tools.ts';

/** The pause before each try, in milliseconds. */
const AGAIN = 1_000;
/** How often at most: siblings have given up by then. */
const MOST_TRIES = 60;

/**
 * Tries once a second, for a minute, or until the engine is disposed of. It never fails.
 * @param work returns false when it is not done. What it throws counts as not done, too.
 */
export async function keepTrying(
  { sleep, closing }: Pick<Tools, 'sleep' | 'closing'>,
  work: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !closing.aborted; tries += 1) {
    await sleep(AGAIN, closing);
    if ((await work().catch(() => false)) !== false) return;
  }
}

/** Whether it is the store that failed. */
export const isOfStore = (error: unknown): boolean =>
  error instanceof AuthError && error.code === 'store_failed';

/** The pauses between the tries while somebody waits, in milliseconds: as long as databases take to change their master. */
const PAUSES = [250, 750, 2_000];
/** Who waits is told of a store that has failed for so long, in milliseconds. */
const PATIENCE = 3_000;

/**
 * Tries a few times, for what would be lost otherwise: what a server has issued once, it does not issue again.
 * @param work can be done twice.
 * @throws AuthError `store_failed` when the store fails for some seconds; what else the work throws, at once.
 */
export async function despiteFailures<Result>(
  { sleep, closing }: Pick<Tools, 'sleep' | 'closing'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  for (const pause of PAUSES) {
    try {
      return await work();
    } catch (error) {
      if (!isOfStore(error) || closing.aborted || performance.now() - start > PATIENCE) throw error;
    }
    // Somebody waits, and a process with nothing else to do would end here, without a word.
    await keepAlive(sleep(pause, closing));
  }
  return work();
}

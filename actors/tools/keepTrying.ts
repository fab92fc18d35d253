// Work of the store that nobody waits for any more, and that has to be done all the same: it is tried until it succeeds.
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

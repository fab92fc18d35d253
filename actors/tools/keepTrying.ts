// Work of the store that has to be done although the store fails: while somebody waits for it, and when nobody does any more.
import { AuthError } from '../../contract/errors.ts';
import { keepAlive } from './keepAlive.ts';
import type { Tools } from './tools.ts';
import { throwIfCancelled, untilEither } from './waiting.ts';

/** The pause before each try, in milliseconds. */
const AGAIN = 1_000;
/** How often at most: siblings have given up by then. */
const MOST_TRIES = 60;

/**
 * Tries once a second, for a minute, or until the engine is disposed of. It never fails.
 * @param work returns false when it is not done. What it throws counts as not done, too.
 */
export async function keepTrying({ sleep, closing }: Closing, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !closing.aborted; tries += 1) {
    await sleep(AGAIN, closing);
    if ((await work().catch(() => false)) !== false) return;
  }
}

/** Does the work now; where that fails, it goes on by itself, and nobody has to wait. It never fails. */
export async function nowOrLater(tools: Closing, work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => void keepTrying(tools, work));
}

/** Whether it is the store that failed. */
export const isOfStore = (error: unknown): boolean =>
  error instanceof AuthError && error.code === 'store_failed';

/** The pauses between the tries for what was got and has to be stored, in milliseconds: databases change their master so fast. */
const BRIEFLY = [250, 750, 2_000];
/** For who waits for somebody else already. */
const A_WHILE = Array.from({ length: 15 }, () => 1_000);

/**
 * For what would be lost otherwise: what a server has issued once, it does not issue again.
 * @param work can be done twice.
 * @throws AuthError `store_failed` when the store fails for 3 seconds; what else the work throws, at once.
 */
export const despiteFailures = <Result>(tools: Closing, work: () => Promise<Result>): Promise<Result> =>
  tryAgain(tools, BRIEFLY, work, tools.closing);

/**
 * For who waits for a sibling: a wait that began anew after each failure of the store might never end.
 * @throws AuthError `store_failed` when the store fails for 15 seconds; `cancelled` by the signal; what else the work throws, at once.
 */
export const despiteOutage = <Result>(
  tools: Closing,
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> => tryAgain(tools, A_WHILE, work, signal);

type Closing = Pick<Tools, 'sleep' | 'closing'>;

async function tryAgain<Result>(
  { sleep, closing }: Closing,
  pauses: readonly number[],
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const patience = pauses.reduce((sum, pause) => sum + pause, 0);
  const start = performance.now();
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      // A store may take long to fail: who waits is not kept for so many times as long.
      if (!isOfStore(error) || closing.aborted || performance.now() - start > patience) throw error;
    }
    // Somebody waits, and a process with nothing else to do would end here, without a word.
    await keepAlive(untilEither(signal, closing, (until) => sleep(pause, until)));
    throwIfCancelled(signal);
  }
  return work();
}

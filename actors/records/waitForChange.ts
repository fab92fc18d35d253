// Waits for siblings to change records: as long as it takes, or a while.
import type { Key } from '../../stores/records.ts';
import { keepAlive } from '../tools/keepAlive.ts';
import type { Tools } from '../tools/tools.ts';
import { throwIfCancelled } from '../tools/waiting.ts';

/**
 * Waits until one of these records may not be at the version any more at which it was seen, but no longer than a while.
 * The process is kept alive meanwhile: something was asked for, and goes on afterwards.
 * @param seen the version of each record when it was read; undefined where there was none.
 * @param most milliseconds
 * @returns how long was waited, in milliseconds.
 * @throws AuthError `cancelled` by the signal.
 */
export async function waitForChange(
  tools: Pick<Tools, 'records' | 'sleep'>,
  seen: ReadonlyMap<Key, string | undefined>,
  most: number,
  signal: AbortSignal,
): Promise<number> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const start = performance.now();
  const changed = tools.records.changed(seen, until).then(() => performance.now() - start);
  const slept = tools.sleep(most, until).then(() => most);
  const waited = await keepAlive(Promise.race([changed, slept]));
  over.abort();
  throwIfCancelled(signal);
  return waited;
}

// Whether the page of a login has just been opened from here, as by a request of the same moment: then it is not opened again.
import type { Tools } from '../actors/tools/tools.ts';
import { includesAll } from '../protocol/scopes.ts';
import { keys } from '../stores/recordKeys.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** Whoever asks for a login within so many milliseconds joins silently; later, the person is shown the page again. */
export const AT_ONCE = 1_000;

/**
 * Whether a person was led to a login a moment ago that brings all that is asked for.
 * @param scopes what is asked for now.
 * @throws AuthError what the store throws.
 */
export async function isJustShown(
  { records, now }: Pick<Tools, 'records' | 'now'>,
  { context: { pending, presented } }: AuthSnapshot,
  scopes: readonly string[],
): Promise<boolean> {
  if (!pending || pending.key !== presented || !includesAll(pending.requested, scopes)) return false;
  const shown = (await records.read(keys.as('pending', pending.key)))?.value;
  return shown?.createdAt !== undefined && now() - shown.createdAt < AT_ONCE;
}

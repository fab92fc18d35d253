// The page of a login that waits for a person: for hosts that show it themselves (HOST-1).
import type { Tools } from '../actors/tools/tools.ts';
import { orClosed } from '../actors/tools/waiting.ts';
import { keys } from '../stores/records.ts';
import type { AuthSnapshot, ChartInUse } from './sessionChart.ts';

/**
 * Waits until the login needs its person, or is over.
 * @param login the login that somebody has asked the session for; undefined when nobody has.
 * @returns the URL to open; nothing when no person is waited for, or none that has to open a page.
 */
export async function loginPage(
  { records, closing }: Pick<Tools, 'records' | 'closing'>,
  chart: ChartInUse,
  login: Promise<unknown> | undefined,
): Promise<string | undefined> {
  const isReached = (snapshot: AuthSnapshot): boolean =>
    snapshot.hasTag('needsUser') || (login === undefined && !snapshot.hasTag('busy'));
  await Promise.race([chart.until(isReached), ...(login ? [login.catch(() => {})] : [])]);
  const { pending } = chart.snapshot.context;
  if (!pending || pending.redirectUri === null || !chart.snapshot.hasTag('needsUser')) return undefined;
  const read = orClosed(records.read(keys.as('pending', pending.key)), closing, 'authorizing');
  return (await read)?.value.url;
}

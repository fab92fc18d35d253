// A chart that ends in mid-login leaves the login to others: its redirect URI is free, and whoever waits may take it over (AUTHZ-12).
import { keys } from '../../stores/records.ts';
import { leaveToOthers } from '../records/loginUnderWay.ts';
import type { Tools } from '../tools/tools.ts';

/**
 * For a chart that has ended without a word, as one that the host stops. Another chart of this engine that waits for the
 * same person keeps the login. It never fails: there is nobody left to tell.
 * @param pending the request that the chart held.
 */
export async function leaveLogin(
  tools: Tools,
  pending: { readonly key: string; readonly redirectUri: string | null },
): Promise<void> {
  const key = keys.as('pending', pending.key);
  // An engine that is disposed of leaves what it holds by itself.
  if (pending.redirectUri === null || tools.closing.aborted || tools.attended.has(key)) return;
  try {
    if (await leaveToOthers(tools, key)) await tools.userAgent.release(pending.redirectUri);
  } catch {
    // What could not be left ends with its time.
  }
}

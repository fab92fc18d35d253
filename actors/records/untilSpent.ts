// Waits while another engine spends a code: for who finds it spent, and for who answers the browser that brought it.
import type { Key } from '../../stores/records.ts';
import { despiteOutage } from '../tools/keepTrying.ts';
import type { Tools } from '../tools/tools.ts';
import { waitForChange } from './waitForChange.ts';

/**
 * Waits until the request is gone: its engine has a grant then, or none. One that is not heard of any more is not waited for
 * again: its request is removed.
 * @throws AuthError `cancelled` by the signal; `store_failed`
 */
export async function untilSpent(tools: Tools, at: Key<'pending'>, signal: AbortSignal): Promise<void> {
  const { records, standstills, leaseTerm, isGone } = tools;
  for (let [version, still] = ['', 0]; ; standstills.note(at, version, still)) {
    const pending = await despiteOutage(tools, () => records.read(at), signal);
    if (!pending) break;
    if (pending.version !== version)
      [version, still] = [pending.version, standstills.of(at, pending.version)];
    if (still >= leaseTerm || isGone(pending.value.spentBy)) {
      if (pending.value.spent) await records.remove(at, version);
      break;
    }
    still += await waitForChange(tools, new Map([[at, version]]), leaseTerm - still, signal);
  }
  standstills.forget(at);
}

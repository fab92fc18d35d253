// What the store knows and the chart does not: siblings may have finished a login, made one, or signed out.
import { readBinding, readGrant } from '../actors/recall.ts';
import type { Tools } from '../actors/tools.ts';
import type { SessionId } from '../protocol/facts.ts';
import type { AuthSnapshot } from './session.ts';

/** Asked of a chart that has no grant to send: is there one, or has the login that it waits for come to an end? */
export async function hasNews(tools: Tools, id: SessionId, snapshot: AuthSnapshot): Promise<boolean> {
  const { grant, pending, refused } = snapshot.context;
  if (snapshot.hasTag('needsUser')) {
    // A code for another device is polled for by one process only: nobody else can have finished it.
    if (pending?.redirectUri === null) return false;
    const waiting = pending && (await tools.records.read('pending', pending.key));
    return waiting === undefined || waiting?.value.spent === true;
  }
  if (snapshot.matches('rejected')) return false;
  const binding = await readBinding(tools.records, id);
  const stored = binding && (await readGrant(tools, id, binding, binding.current));
  return Boolean(stored) && stored?.version !== refused?.version && stored?.version !== grant?.version;
}

// What the store knows and the chart does not: siblings may have finished a login, made one, ended one, or signed out.
import { readBinding, readGrant } from '../actors/records/recall.ts';
import type { Tools } from '../actors/tools/tools.ts';
import type { SessionId } from '../contract/facts.ts';
import type { AuthEvent } from '../machines/context.ts';
import { keys } from '../stores/records.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** What a chart that has no grant to send is to be told: there is one now, or its login has come to an end elsewhere. */
export async function newsFor(
  tools: Tools,
  id: SessionId,
  snapshot: AuthSnapshot,
): Promise<AuthEvent | undefined> {
  if (snapshot.matches('rejected')) return undefined;
  if (snapshot.hasTag('needsUser')) return newsOfLogin(tools, id, snapshot);
  return (await hasNewGrant(tools, id, snapshot)) ? { type: 'grant.changed' } : undefined;
}

async function newsOfLogin(
  tools: Tools,
  id: SessionId,
  snapshot: AuthSnapshot,
): Promise<AuthEvent | undefined> {
  const { pending } = snapshot.context;
  // A code for another device is polled for by one process only: nobody else can have finished it.
  if (pending === null || pending.redirectUri === null) return undefined;
  const request = await tools.records.read(keys.as('pending', pending.key));
  if (request && !request.value.spent) return undefined;
  const isOver = !request && !(await hasNewGrant(tools, id, snapshot)) && !(await hasLogin(tools, id));
  return { type: isOver ? 'user.cancel' : 'grant.changed' };
}

async function hasNewGrant(tools: Tools, id: SessionId, { context }: AuthSnapshot): Promise<boolean> {
  const { grant, refused } = context;
  const binding = await readBinding(tools.records, id);
  const stored = binding && (await readGrant(tools, id, binding, binding.current));
  return Boolean(stored) && stored?.version !== refused?.version && stored?.version !== grant?.version;
}

const hasLogin = async ({ records }: Tools, id: SessionId): Promise<boolean> =>
  (await records.read(keys.login(id))) !== undefined;

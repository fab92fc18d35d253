// The record of a pending authorization request, for the actors that work on it.
import { refuse } from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import { keys, type PendingRecord, type Records, type Versioned } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';

/** @throws AuthError `login_timed_out` when it is gone: expired, cancelled or finished elsewhere. */
export async function readPending(
  tools: Pick<Tools, 'records'>,
  key: string,
): Promise<Versioned<PendingRecord>> {
  const pending = await tools.records.read(keys.as('pending', key));
  return (
    pending ??
    refuse('login_timed_out', 'authorizing', 'This login was ended or finished elsewhere; log in again.')
  );
}

/** Keeps a response with its request. Not when it has been answered before: the first one counts (A17). */
export async function storeResponse(
  tools: Pick<Tools, 'records'>,
  key: string,
  response: string,
): Promise<void> {
  await tools.records.update(keys.as('pending', key), (pending) =>
    pending && pending.response === undefined && !pending.spent ? { ...pending, response } : undefined,
  );
}

/** Makes a request unanswered again, after a response that was not its own. */
export async function dropResponse(tools: Pick<Tools, 'records'>, key: string): Promise<void> {
  await tools.records.update(keys.as('pending', key), (pending) => {
    if (!pending) return undefined;
    const { response: _, ...rest } = pending;
    return rest;
  });
}

/** The session has this login under way no longer; another one that was begun meanwhile stays. */
export async function forgetLogin(records: Records, session: SessionId, pendingKey: string): Promise<void> {
  const at = keys.login(session);
  const login = await records.read(at);
  if (login?.value.pendingKey === pendingKey) await records.remove(at, login.version);
}

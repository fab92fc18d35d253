// The record of a pending authorization request, for the actors that work on it.
import { AuthError, refuse } from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import { keys, type PendingRecord, type Records, type Versioned } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { readBinding } from './recall.ts';
import { endedElsewhere, sharedFailure } from './sharedFailure.ts';

/**
 * The request, as long as it is there.
 * @throws AuthError what the login ended with elsewhere; `code_already_spent` when it was finished there.
 */
export async function readPending(
  { records }: Pick<Tools, 'records'>,
  session: SessionId,
  key: string,
): Promise<Versioned<PendingRecord>> {
  const pending = await records.read(keys.as('pending', key));
  return pending ?? refuseEnded(records, session, key);
}

/** Says how a login ended whose request is gone. */
export async function refuseEnded(records: Records, session: SessionId, key: string): Promise<never> {
  const login = (await records.read(keys.login(session)))?.value;
  if (login?.pendingKey === key && login.ended) throw new AuthError(sharedFailure(session, login.ended));
  // Who finishes a login stores a grant first; who signs out leaves none.
  if (!login && !(await readBinding(records, session))) throw new AuthError(endedElsewhere(session));
  return refuseFinished();
}

/** @throws AuthError `code_already_spent`: what was got is in the store. */
export function refuseFinished(): never {
  return refuse(
    'code_already_spent',
    'authorizing',
    'This login was finished by another process; log in again if it did not work.',
    { recovery: 'ask-user' },
  );
}

/**
 * Keeps a response with its request. Not when it has been answered before: the first one counts (A17).
 * @param known the request, as it was read before.
 */
export async function storeResponse(
  tools: Pick<Tools, 'records'>,
  key: string,
  response: string,
  known?: { readonly seen: Versioned<PendingRecord> },
): Promise<void> {
  const kept = (pending: PendingRecord | undefined): PendingRecord | undefined =>
    pending && pending.response === undefined && !pending.spent ? { ...pending, response } : undefined;
  await tools.records.update(keys.as('pending', key), kept, known);
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

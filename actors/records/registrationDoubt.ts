// Whether a server still knows a client that was registered there: a login that nobody finished raises a doubt, one that succeeds ends it.
import type { Failure } from '../../contract/errors.ts';
import { raisesDoubt } from '../../protocol/registrationFit.ts';
import { type ClientRecord, type Key, keys, type PendingRecord } from '../../stores/records.ts';
import { registrationPlace, type Tools } from '../tools/tools.ts';

/**
 * Notes with the registration that a person was awaited in vain, where the login ended in a way that a forgotten client
 * would explain (REG-10).
 */
export async function doubtRegistration(
  tools: Tools,
  { client, server: { issuer }, response }: PendingRecord,
  { code }: Failure,
): Promise<void> {
  if (!raisesDoubt(code, response !== undefined)) return;
  await note(tools, { issuer, client, awaitedInVain: true });
}

/** A login has succeeded: the server knows the client. */
export async function endDoubt(tools: Tools, issuer: string, client: ClientRecord): Promise<void> {
  if (client.kind === 'dynamic') await note(tools, { issuer, client, awaitedInVain: false });
}

/**
 * The registration stays although it is in doubt, because no other one can be had.
 * @returns false when there is none any more.
 */
export async function keepInSpiteOfDoubt(tools: Tools, key: Key<'registration'>): Promise<boolean> {
  const kept = await tools.records.update(key, (before) => {
    if (!before?.awaitedInVain) return undefined;
    const { awaitedInVain: _, ...rest } = before;
    return rest;
  });
  return kept !== undefined;
}

async function note(
  tools: Tools,
  of: { readonly issuer: string; readonly client: ClientRecord; readonly awaitedInVain: boolean },
): Promise<void> {
  const { issuer, client, awaitedInVain } = of;
  await tools.records.update(keys.registration(issuer, registrationPlace(tools)), (before) => {
    const isThisClient = before?.issuer === issuer && before.client.clientId === client.clientId;
    if (!isThisClient || (before.awaitedInVain === true) === awaitedInVain) return undefined;
    const { awaitedInVain: _, ...rest } = before;
    return awaitedInVain ? { ...rest, awaitedInVain } : rest;
  });
}

// Whether a server still knows a client that was registered there: a login that nobody finished raises a doubt, one that succeeds ends it.
import type { Failure } from '../../contract/errors.ts';
import { raisesDoubt } from '../../protocol/registrationFit.ts';
import type { ClientRecord, Key, PendingRecord, RegistrationRecord } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { updateRegistration } from './updateRegistration.ts';

/**
 * Notes with the registration that a person was awaited in vain, where the login ended in a way that a forgotten client
 * would explain (REG-10).
 */
export async function doubtRegistration(
  tools: Tools,
  { client: { clientId }, server: { issuer }, response }: PendingRecord,
  { code }: Failure,
): Promise<void> {
  if (!raisesDoubt(code, response !== undefined)) return;
  await note(tools, { issuer, clientId }, true);
}

/** A login has succeeded: the server knows the client. */
export async function endDoubt(
  tools: Tools,
  issuer: string,
  { kind, clientId }: ClientRecord,
): Promise<void> {
  if (kind === 'dynamic') await note(tools, { issuer, clientId }, false);
}

/**
 * The registration stays although it is in doubt, because no other one can be had.
 * @returns false when there is none any more.
 */
export async function keepInSpiteOfDoubt(tools: Tools, key: Key<'registration'>): Promise<boolean> {
  const kept = await tools.records.update(key, (before) => before && withDoubt(before, false));
  return kept !== undefined;
}

async function note(
  tools: Tools,
  of: { readonly issuer: string; readonly clientId: string },
  awaitedInVain: boolean,
): Promise<void> {
  await updateRegistration(tools, of, (before) => withDoubt(before, awaitedInVain));
}

/** undefined: it is noted already. */
function withDoubt(before: RegistrationRecord, awaitedInVain: boolean): RegistrationRecord | undefined {
  const { awaitedInVain: was = false, ...rest } = before;
  if (was === awaitedInVain) return undefined;
  return awaitedInVain ? { ...rest, awaitedInVain } : rest;
}

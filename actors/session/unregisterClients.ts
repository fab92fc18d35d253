// Sign-out, last part, where everything is to be forgotten: the clients that were registered for the session go, too. (RFC 7592)
import {
  boundAt,
  type Key,
  keys,
  type ManagementRecord,
  type RegistrationRecord,
} from '../../stores/records.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'unregisterClients'>>>[0];

/**
 * Deletes the registration at each of these issuers, so that the next login registers anew. Where a server manages
 * registrations, and no other login in the store uses the client, the server is asked to delete it, too: best effort.
 * @throws AuthError `store_failed`, `store_conflict`
 * @see RFC 7592 §2.3
 */
export const unregisterClients: Act<'unregisterClients'> = (tools) => async (input, signal) => {
  for (const issuer of input.issuers) {
    const key = keys.registration(issuer, registrationPlace(tools));
    const registration = (await tools.records.read(key))?.value;
    if (registration) await unregister(tools, input, { key, registration }, signal);
  }
  return { at: tools.now() };
};

async function unregister(
  tools: Tools,
  { session }: Input,
  of: { readonly key: Key<'registration'>; readonly registration: RegistrationRecord },
  signal: AbortSignal,
): Promise<void> {
  const { key, registration } = of;
  const { management } = registration;
  const isFree = management !== undefined && !(await isUsedElsewhere(tools, registration));
  await tools.records.forget(key);
  if (isFree) await tryToDelete(tools, session, management, signal);
}

/** Other sessions in this store have logged in with the same client, and would be logged out with it. */
async function isUsedElsewhere({ records }: Tools, { issuer, client }: RegistrationRecord): Promise<boolean> {
  for (const key of await records.bindings()) {
    const binding = (await records.read(key))?.value;
    if (boundAt(binding, issuer)?.clientId === client.clientId) return true;
  }
  return false;
}

/** A server that does not answer keeps a client that nobody uses. */
async function tryToDelete(
  tools: Tools,
  session: Input['session'],
  { uri, token }: ManagementRecord,
  signal: AbortSignal,
): Promise<void> {
  const { resource } = session;
  const headers = { authorization: `Bearer ${token}` };
  const request = {
    purpose: 'unregistration',
    method: 'DELETE',
    url: uri,
    headers,
    resource,
    signal,
  } as const;
  await tools
    .doorOf(session)(request)
    .catch(() => {});
}

// The client of a registration, with its secret where the store has it.
import type { Registration } from '../../contract/facts.ts';
import { type ClientRecord, keys } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';

/** The client with its secret, as it stands now: the request is finished with it, whatever is registered meanwhile. */
export async function clientOf(
  tools: Tools,
  { registration }: { readonly registration: Registration },
): Promise<ClientRecord> {
  if (registration.kind === 'dynamic') {
    const stored = (await tools.records.read(keys.as('registration', registration.key)))?.value;
    if (stored?.issuer === registration.issuer && stored.client.clientId === registration.clientId) {
      return stored.client;
    }
  }
  const { kind, clientId, authMethod, redirectUris } = registration;
  return { kind, clientId, authMethod, redirectUris: [...redirectUris] };
}

// The client of a registration, with its secret where the store has it.
import type { ClientAuthMethod, Registration, ServerMetadata, SessionId } from '../../contract/facts.ts';
import { firstAuthMethod } from '../../protocol/clientAuthMethod.ts';
import { boundAt, type ClientRecord, keys } from '../../stores/records.ts';
import { isMethodGiven } from '../network/clientAuthentication.ts';
import type { Tools } from '../tools/tools.ts';
import { readBinding } from './recall.ts';

/** Whose client is asked for, and where it is used. */
interface Use {
  readonly session: SessionId;
  readonly server: ServerMetadata;
  readonly registration: Registration;
}

/** The client with its secret, as it stands now: the request is finished with it, whatever is registered meanwhile. */
export async function clientOf(tools: Tools, use: Use): Promise<ClientRecord> {
  const { registration } = use;
  if (registration.kind === 'dynamic') {
    const stored = (await tools.records.read(keys.as('registration', registration.key)))?.value;
    if (stored?.issuer === registration.issuer && stored.client.clientId === registration.clientId) {
      return stored.client;
    }
  }
  const { kind, clientId, redirectUris } = registration;
  return { kind, clientId, authMethod: await methodOf(tools, use), redirectUris: [...redirectUris] };
}

/** What the server accepted last in this session, of a client that the host keeps and has named no method for. */
async function methodOf(tools: Tools, { session, server, registration }: Use): Promise<ClientAuthMethod> {
  const { kind, issuer, clientId, authMethod: method } = registration;
  if (kind !== 'pre-registered') return method;
  const bound = boundAt(await readBinding(tools.records, session), issuer);
  const worked = bound?.kind === kind && bound.clientId === clientId ? bound.authMethod : undefined;
  return firstAuthMethod({ method, server, isGiven: isMethodGiven(tools, issuer, registration) }, worked);
}

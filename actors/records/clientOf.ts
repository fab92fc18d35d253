// The client of a registration, with its secret where the store has it.
import type { ClientAuthMethod, Registration, ServerMetadata, SessionId } from '../../contract/facts.ts';
import { firstAuthMethod } from '../../protocol/clientAuthMethod.ts';
import { type BoundRecord, boundAt, type ClientRecord, keys } from '../../stores/records.ts';
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
  const known = await knownOf(tools, use);
  return {
    kind,
    clientId,
    authMethod: methodOf(tools, use, known),
    redirectUris: [...redirectUris],
    ...(known?.refreshNamesScope && { refreshNamesScope: true }),
  };
}

/** What was found out about this client in this session. */
async function knownOf(tools: Tools, { session, registration }: Use): Promise<BoundRecord | undefined> {
  const bound = boundAt(await readBinding(tools.records, session), registration.issuer);
  return bound?.kind === registration.kind && bound.clientId === registration.clientId ? bound : undefined;
}

/** What the server accepted last in this session, of a client that the host keeps and has named no method for. */
function methodOf(
  tools: Tools,
  { server, registration }: Use,
  known: BoundRecord | undefined,
): ClientAuthMethod {
  const { kind, issuer, authMethod: method } = registration;
  if (kind !== 'pre-registered') return method;
  const isGiven = isMethodGiven(tools, issuer, registration);
  return firstAuthMethod({ method, server, isGiven }, known?.authMethod);
}

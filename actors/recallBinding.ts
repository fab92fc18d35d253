// The bind-check's evidence: what belongs to this issuer, and what the host's own credentials say (SEP-2352).
import type { Grant, Registration, ServerMetadata, SessionId } from '../protocol/facts.ts';
import { secretAuthMethod } from '../protocol/registration.ts';
import { identifies } from '../protocol/wellKnown.ts';
import { type BindingRecord, keys } from '../stores/records.ts';
import { bindingFacts, grantFacts, registrationFacts } from './facts.ts';
import type { Act, PreRegisteredClient, Tools } from './tools.ts';

export const recallBinding: Act<'recallBinding'> =
  (tools) =>
  async ({ session, server }) => {
    const record = (await tools.records.read('binding', keys.binding(session)))?.value;
    const own = judgePreRegistered(tools, session, server.issuer, record);
    const registration = own.here
      ? preRegistered(own.here, server)
      : await recallRegistration(tools, server.issuer, record);
    return {
      at: tools.now(),
      binding: bindingFacts(record, server.issuer),
      registration,
      grant: await recallGrant(tools, server.issuer, record, own.here),
      preRegisteredElsewhere: own.elsewhere,
      credentialWithoutIssuer: own.withoutIssuer,
      metadataDocument: tools.client.metadataUrl ?? null,
      mayRegister: tools.client.dynamicRegistration !== false,
    };
  };

interface OwnCredentials {
  readonly here: PreRegisteredClient | undefined;
  readonly elsewhere: string | null;
  readonly withoutIssuer: boolean;
}

/** Which of the host's credentials may be used here; and if none, whether that is a reason to stop (BIND-6, BIND-10). */
function judgePreRegistered(
  { client }: Tools,
  session: SessionId,
  issuer: string,
  record: BindingRecord | undefined,
): OwnCredentials {
  const nothing = { here: undefined, elsewhere: null, withoutIssuer: false };
  const eligible = (client.preRegistered ?? []).filter(
    (one) => one.resource === undefined || identifies(one.resource, session.resource) === 'exact',
  );
  const here = eligible.find((one) => one.issuer === issuer);
  if (here) return { ...nothing, here };

  // Bound by hand before, and the resource has moved: nothing else is tried, even where it would be possible.
  const before = record && record.current !== issuer ? record.servers[record.current] : undefined;
  if (record && before?.kind === 'pre-registered') return { ...nothing, elsewhere: record.current };

  const homeless = eligible.find((one) => one.issuer === undefined);
  if (homeless?.dangerouslyTrustFirstIssuer) return { ...nothing, here: homeless };
  const pinned = eligible.find((one) => one.resource !== undefined && one.issuer !== undefined);
  if (pinned?.issuer !== undefined) return { ...nothing, elsewhere: pinned.issuer };
  return { ...nothing, withoutIssuer: homeless !== undefined };
}

function preRegistered(client: PreRegisteredClient, server: ServerMetadata): Registration {
  const hasSecret = client.clientSecret !== undefined;
  return {
    key: `pre-registered:${client.clientId}`,
    kind: 'pre-registered',
    issuer: server.issuer,
    clientId: client.clientId,
    authMethod: client.authMethod ?? (hasSecret ? secretAuthMethod(server) : 'none'),
    redirectUris: [],
  };
}

async function recallRegistration(
  tools: Tools,
  issuer: string,
  record: BindingRecord | undefined,
): Promise<Registration | null> {
  const bound = record && Object.hasOwn(record.servers, issuer) ? record.servers[issuer] : undefined;
  const { metadataUrl } = tools.client;
  // BIND-7: a document is known by how it was used, not by its look.
  if (bound?.kind === 'metadata-document' && metadataUrl !== undefined && bound.clientId === metadataUrl) {
    return {
      key: metadataUrl,
      kind: bound.kind,
      issuer,
      clientId: metadataUrl,
      authMethod: 'none',
      redirectUris: [],
    };
  }
  const key = keys.registration(issuer, tools.userAgent.name);
  const found = (await tools.records.read('registration', key))?.value;
  if (!found || found.issuer !== issuer) return null;
  // R08: a client whose secret has expired is no client.
  const { secretExpiresAt } = found.client;
  if (secretExpiresAt !== undefined && secretExpiresAt <= tools.now()) return null;
  return registrationFacts(key, issuer, found.client);
}

/** The grant of this issuer; one of another client than the host now gives is left where it is. */
async function recallGrant(
  tools: Tools,
  issuer: string,
  record: BindingRecord | undefined,
  own: PreRegisteredClient | undefined,
): Promise<Grant | null> {
  const bound = record && Object.hasOwn(record.servers, issuer) ? record.servers[issuer] : undefined;
  if (!bound || (own && own.clientId !== bound.clientId)) return null;
  const grant = await tools.records.read('grant', bound.grantKey);
  return grant?.value.issuer === issuer ? grantFacts(bound.grantKey, grant) : null;
}

// The bind-check's evidence: what belongs to this issuer, and what the host's own credentials say (SEP-2352).
import type { ClientAuthMethod, Registration, ServerMetadata, SessionId } from '../../contract/facts.ts';
import { secretAuthMethod } from '../../protocol/registration.ts';
import { identifies } from '../../protocol/wellKnown.ts';
import { type BindingRecord, boundAt, keys, type Records } from '../../stores/records.ts';
import { bindingFacts, registrationFacts } from '../records/facts.ts';
import { hostWord, readBinding, readGrant } from '../records/recall.ts';
import { type Act, type PreRegisteredClient, registrationPlace, type Tools } from '../tools/tools.ts';

export const recallBinding: Act<'recallBinding'> =
  (tools) =>
  async ({ session, server }) => {
    const record = await readBinding(tools.records, session);
    const own = await judgePreRegistered(tools, session, server.issuer, record);
    const registration = own.here
      ? preRegistered(own.here, server)
      : await recallRegistration(tools, server.issuer, record);
    return {
      at: tools.now(),
      ...hostWord(tools),
      binding: bindingFacts(record, server.issuer),
      registration,
      // A grant of another client than the one that the host now gives is left where it is.
      grant: isReplaced(own.here, server.issuer, record)
        ? null
        : await readGrant(tools, session, record, server.issuer),
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
async function judgePreRegistered(
  { client, records }: Tools,
  session: SessionId,
  issuer: string,
  record: BindingRecord | undefined,
): Promise<OwnCredentials> {
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
  if (homeless?.dangerouslyTrustFirstIssuer) {
    const home = await pinIssuer(records, homeless.clientId, issuer);
    return home === issuer ? { ...nothing, here: homeless } : { ...nothing, elsewhere: home };
  }
  const pinned = eligible.find((one) => one.resource !== undefined && one.issuer !== undefined);
  if (pinned?.issuer !== undefined) return { ...nothing, elsewhere: pinned.issuer };
  return { ...nothing, withoutIssuer: homeless !== undefined };
}

/** The first issuer that these credentials were used with: written before anything is sent, and never again. */
async function pinIssuer(records: Records, clientId: string, issuer: string): Promise<string> {
  const pin = await records.update(keys.pin(clientId), (before) => before ?? { v: 1, clientId, issuer });
  return pin?.value.issuer ?? issuer;
}

function isReplaced(
  own: PreRegisteredClient | undefined,
  issuer: string,
  record: BindingRecord | undefined,
): boolean {
  const bound = boundAt(record, issuer);
  return own !== undefined && bound !== undefined && own.clientId !== bound.clientId;
}

function preRegistered(client: PreRegisteredClient, server: ServerMetadata): Registration {
  const agreed = client.privateKey !== undefined ? 'private_key_jwt' : secretMethod(client, server);
  return {
    key: `pre-registered:${client.clientId}`,
    kind: 'pre-registered',
    issuer: server.issuer,
    clientId: client.clientId,
    authMethod: client.authMethod ?? agreed,
    redirectUris: [],
  };
}

function secretMethod(client: PreRegisteredClient, server: ServerMetadata): ClientAuthMethod {
  return client.clientSecret === undefined ? 'none' : secretAuthMethod(server);
}

async function recallRegistration(
  tools: Tools,
  issuer: string,
  record: BindingRecord | undefined,
): Promise<Registration | null> {
  const bound = boundAt(record, issuer);
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
  const key = keys.registration(issuer, registrationPlace(tools));
  const found = (await tools.records.read(key))?.value;
  if (!found || found.issuer !== issuer) return null;
  // R08: a client whose secret has expired is no client.
  const { secretExpiresAt } = found.client;
  if (secretExpiresAt !== undefined && secretExpiresAt <= tools.now()) return null;
  return registrationFacts(key, issuer, found.client);
}

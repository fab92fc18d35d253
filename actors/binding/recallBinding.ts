// The bind-check: gathers what belongs to this issuer and what the host says of its credentials, and reports the verdict.
import {
  type BindingEvidence,
  type BindingVerdict,
  type HostClient,
  judgeBinding,
} from '../../protocol/binding.ts';
import { type BindingRecord, keys, type Records } from '../../stores/records.ts';
import { bindingFacts, registrationFacts } from '../records/facts.ts';
import { hostSettings, readBinding, readGrant } from '../records/recall.ts';
import type { PreRegisteredClient } from '../tools/hostOptions.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'recallBinding'>>>[0];

/**
 * Recalls what may be used at the server that the resource names now, and reports what bars its use.
 * @throws AuthError what the store throws.
 * @see SEP-2352
 */
export const recallBinding: Act<'recallBinding'> = (tools) => async (input) => {
  const { session, server } = input;
  const record = await readBinding(tools.records, session);
  const verdict = await judge(tools, await gather(tools, input, record));
  const client = 'registration' in verdict ? verdict : undefined;
  return {
    at: tools.now(),
    ...hostSettings(tools),
    binding: bindingFacts(record, server.issuer),
    registration: client?.registration ?? null,
    grant: client?.mayRecallGrant ? await readGrant(tools, session, record, server.issuer) : null,
    grantElsewhere: await versionElsewhere(tools, input, record),
    preRegisteredElsewhere: verdict.kind === 'bound-elsewhere' ? verdict.issuer : null,
    credentialWithoutIssuer: verdict.kind === 'without-issuer',
    metadataDocument: tools.client.metadataUrl ?? null,
    mayRegister: mayRegister(tools),
  };
};

async function versionElsewhere(
  tools: Tools,
  { session, server }: Input,
  record: BindingRecord | undefined,
): Promise<string | null> {
  if (!record || record.current === server.issuer) return null;
  return (await readGrant(tools, session, record, record.current))?.version ?? null;
}

const mayRegister = ({ client }: Tools): boolean => client.dynamicRegistration !== false;

async function gather(
  tools: Tools,
  { session, server, isAskedFor }: Input,
  record: BindingRecord | undefined,
): Promise<BindingEvidence> {
  const { preRegistered = [], metadataUrl = null } = tools.client;
  return {
    resource: session.resource,
    server,
    isAskedFor,
    mayRegister: mayRegister(tools),
    hostClients: preRegistered.map(hostClientFacts),
    binding: record ? boundServers(record) : null,
    pin: null,
    metadataUrl,
    stored: await readRegistration(tools, server.issuer),
    now: tools.now(),
  };
}

/** The verdict; where credentials have to be pinned to an issuer first, that is done, and judged again. */
async function judge(
  tools: Tools,
  evidence: BindingEvidence,
): Promise<Exclude<BindingVerdict, { kind: 'pin' }>> {
  const verdict = judgeBinding(evidence);
  if (verdict.kind !== 'pin') return verdict;
  const { clientId } = verdict;
  const issuer = await pinIssuer(tools.records, clientId, evidence.server.issuer);
  return judge(tools, { ...evidence, pin: { clientId, issuer } });
}

/** The first issuer that these credentials were used with: written before anything is sent, and never again. */
async function pinIssuer(records: Records, clientId: string, issuer: string): Promise<string> {
  const pin = await records.update(keys.pin(clientId), (before) => before ?? { v: 1, clientId, issuer });
  return pin?.value.issuer ?? issuer;
}

function hostClientFacts(client: PreRegisteredClient): HostClient {
  const { clientId, issuer, resource, authMethod } = client;
  return {
    clientId,
    ...(issuer !== undefined && { issuer }),
    ...(resource !== undefined && { resource }),
    hasSecret: client.clientSecret !== undefined,
    hasPrivateKey: client.privateKey !== undefined,
    ...(authMethod !== undefined && { authMethod }),
    trustsFirstIssuer: client.dangerouslyTrustFirstIssuer === true,
  };
}

function boundServers({ current, servers }: BindingRecord): BindingEvidence['binding'] {
  const facts = Object.entries(servers).map(([issuer, { kind, clientId }]) => ({ issuer, kind, clientId }));
  return { current, servers: facts };
}

async function readRegistration(tools: Tools, issuer: string): Promise<BindingEvidence['stored']> {
  const key = keys.registration(issuer, registrationPlace(tools));
  const found = (await tools.records.read(key))?.value;
  if (!found) return null;
  const { secretExpiresAt } = found.client;
  return {
    registration: registrationFacts(key, found.issuer, found.client),
    ...(secretExpiresAt !== undefined && { secretExpiresAt }),
    awaitedInVain: found.awaitedInVain === true,
  };
}

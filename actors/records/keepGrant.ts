// Stores a grant that was just issued, and then moves the binding: only after that is it used (TOK-4, BIND-8).
import type { Grant, SessionId } from '../../contract/facts.ts';
import { lifetime } from '../../protocol/lifetime.ts';
import { union } from '../../protocol/scopes.ts';
import { boundAt, type ClientRecord, type GrantRecord, type Key, keys } from '../../stores/records.ts';
import type { IssuedTokens } from '../network/tokenEndpoint.ts';
import type { Tools } from '../tools/tools.ts';
import { grantFacts } from './facts.ts';
import { keepAuthMethod } from './keepAuthMethod.ts';
import { endDoubt } from './registrationDoubt.ts';

/** What a grant was asked for with. */
export interface GrantRequest {
  readonly session: SessionId;
  readonly issuer: string;
  /** As the request began with it. */
  readonly client: ClientRecord;
  /** The `resource` parameter, byte for byte. */
  readonly resource: string;
  readonly requested: readonly string[];
}

/** It may be done twice. @returns the grant as facts; its tokens are in the store. */
export async function keepGrant(tools: Tools, of: GrantRequest, tokens: IssuedTokens): Promise<Grant> {
  const key = keys.grant(of.issuer, of.client.clientId, of.session);
  const now = tools.now();
  const record: GrantRecord = {
    v: 1,
    session: of.session,
    issuer: of.issuer,
    client: tokens.client,
    resource: of.resource,
    accessToken: tokens.accessToken,
    ...(tokens.bound && { tokenType: 'DPoP' }),
    ...(tokens.dpopKey && { dpopKey: tokens.dpopKey }),
    ...(tokens.refreshToken !== undefined && { refreshToken: tokens.refreshToken }),
    ...lifetime(tokens.expiresIn, tokens.refreshToken !== undefined, now),
    requested: [...of.requested],
    granted: [...(tokens.granted ?? of.requested)],
  };
  const stored = await tools.records.update(key, (before) => withSuperseded(record, before));
  await moveBinding(tools, of, key, record, now);
  await keepAuthMethod(tools, of.issuer, of.client, tokens.client);
  await endDoubt(tools, of.issuer, of.client);
  return grantFacts(key, { version: stored?.version ?? '', value: record });
}

/** How many replaced refresh tokens, and grants of replaced clients, are remembered for sign-out. */
const MAX_FORMER = 8;

/**
 * Remembers the refresh token that is replaced. It is not revoked now: servers end a whole consent with it (T38),
 * and the new tokens may hang on the same one.
 */
function withSuperseded(record: GrantRecord, before: GrantRecord | undefined): GrantRecord {
  const former = [before?.refreshToken, ...(before?.superseded ?? [])]
    .filter((token) => token !== undefined)
    .filter((token) => token !== record.refreshToken);
  return former.length === 0 ? record : { ...record, superseded: former.slice(0, MAX_FORMER) };
}

/** From now on the resource is bound to this issuer. What was bound before stays findable under its own issuer. */
async function moveBinding(
  tools: Tools,
  { session, issuer }: GrantRequest,
  grantKey: Key<'grant'>,
  grant: GrantRecord,
  at: number,
): Promise<void> {
  await tools.records.update(keys.binding(session), (before) => {
    const known = boundAt(before, issuer);
    const scopes = [...union(known?.scopes, grant.requested, grant.granted)];
    const former = [known?.grantKey, ...(known?.formerGrantKeys ?? [])];
    const formerGrantKeys = former
      .filter((key): key is Key<'grant'> => key !== undefined && key !== grantKey)
      .slice(0, MAX_FORMER);
    const { kind, clientId, authMethod, refreshNamesScope } = grant.client;
    const bound = {
      kind,
      clientId,
      // What is registered dynamically has a record of its own.
      ...(kind === 'pre-registered' && { authMethod }),
      ...(kind !== 'dynamic' && refreshNamesScope && { refreshNamesScope }),
      grantKey,
      formerGrantKeys,
      scopes,
      boundAt: at,
    };
    return { v: 1, session, current: issuer, servers: { ...before?.servers, [issuer]: bound } };
  });
}

// Spends an authorization code, once, at the issuer that was recorded with it; then moves the binding (BIND-8).
import * as oauth from 'oauth4webapi';
import { judgeAuthorizationResponse } from '../protocol/authorizationResponse.ts';
import { AuthError, refuse } from '../protocol/errors.ts';
import type { Grant } from '../protocol/facts.ts';
import { lifetime } from '../protocol/lifetime.ts';
import { union } from '../protocol/scopes.ts';
import type { TokenAnswer } from '../protocol/tokenResponse.ts';
import { boundAt, type GrantRecord, keys, type PendingRecord } from '../stores/records.ts';
import { grantFacts } from './facts.ts';
import { readPending } from './pendingRequest.ts';
import { type asServer, requestTokens } from './tokenEndpoint.ts';
import type { Act, Tools } from './tools.ts';

export const exchangeCode: Act<'exchangeCode'> =
  (tools) =>
  async ({ pending: { key }, server }, signal) => {
    const pending = await claim(tools, key);
    // T27: the server of now must be the server that the person was sent to.
    if (pending.server.issuer !== server.issuer) {
      refuse(
        'token_of_other_issuer',
        'authorizing',
        'The authorization server changed during the login; log in again.',
        {
          issuer: server.issuer,
          otherIssuer: pending.server.issuer,
        },
      );
    }
    const tokens = await spend(tools, pending, server, signal);
    const grant = await keep(tools, pending, tokens);
    await finish(tools, pending, key);
    return { at: tools.now(), grant };
  };

/** Marks the code as spent before it is sent: whoever finds the mark does not send it again. */
async function claim(tools: Tools, key: string): Promise<PendingRecord> {
  const { version, value } = await readPending(tools, key);
  const claimed =
    !value.spent && value.response !== undefined
      ? await tools.records.write('pending', key, { ...value, spent: true }, version)
      : undefined;
  if (claimed !== undefined) return value;
  return refuse(
    'code_already_spent',
    'authorizing',
    'This login was finished by somebody else; log in again if it did not work.',
    {
      issuer: value.server.issuer,
      recovery: 'ask-user',
    },
  );
}

async function spend(
  tools: Tools,
  pending: PendingRecord,
  server: Parameters<typeof asServer>[0],
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const verdict = judgeAuthorizationResponse(pending.response ?? '', {
    state: pending.state,
    issuer: pending.server.issuer,
    sendsIssuer: pending.server.sendsIssuer,
  });
  if (verdict.kind !== 'code')
    return refuse(
      'response_malformed',
      'authorizing',
      'The answer changed after it was judged; log in again.',
    );
  const credentials = { issuer: pending.server.issuer, client: pending.client };
  const secrets = [verdict.code, pending.verifier, pending.state];
  try {
    return await requestTokens(
      tools,
      { session: pending.session, server, phase: 'authorizing' },
      credentials,
      secrets,
      signal,
      (as, client, authentication, options) =>
        oauth.authorizationCodeGrantRequest(
          as,
          client,
          authentication,
          oauth.validateAuthResponse(as, client, verdict.params, pending.state),
          pending.redirectUri,
          pending.verifier,
          { ...options, additionalParameters: { resource: pending.resource } },
        ),
    );
  } catch (error) {
    throw askAgain(error);
  }
}

/** A dead code cannot be renewed: only the person can get another. */
function askAgain(error: unknown): unknown {
  if (!(error instanceof AuthError) || error.code !== 'grant_refused') return error;
  return new AuthError({ ...error.toFailure(), recovery: 'ask-user' });
}

/** Stores the grant; only then is it used (TOK-4). */
async function keep(tools: Tools, pending: PendingRecord, tokens: TokenAnswer): Promise<Grant> {
  const { issuer } = pending.server;
  const key = keys.grant(issuer, pending.client.clientId, pending.session);
  const now = tools.now();
  const record: GrantRecord = {
    v: 1,
    session: pending.session,
    issuer,
    client: pending.client,
    resource: pending.resource,
    accessToken: tokens.accessToken,
    ...(tokens.refreshToken !== undefined && { refreshToken: tokens.refreshToken }),
    ...lifetime(tokens.expiresIn, tokens.refreshToken !== undefined, now),
    requested: pending.requested,
    granted: [...(tokens.granted ?? pending.requested)],
  };
  const stored = await tools.records.update('grant', key, (before) => withSuperseded(record, before));
  await moveBinding(tools, pending, key, record, now);
  return grantFacts(key, { version: stored?.version ?? '', value: record });
}

/** How many replaced refresh tokens, and grants of replaced clients, are remembered for sign-out. */
const MAX_FORMER = 8;

/**
 * Remembers the refresh token that is replaced. It is not revoked now: servers end a whole consent with it (T38),
 * and the new tokens may hang on the same one.
 */
function withSuperseded(record: GrantRecord, before: GrantRecord | undefined): GrantRecord {
  if (before?.refreshToken === undefined) return record;
  return { ...record, superseded: [before.refreshToken, ...(before.superseded ?? [])].slice(0, MAX_FORMER) };
}

/** From now on the resource is bound to this issuer. What was bound before stays findable under its own issuer. */
async function moveBinding(
  tools: Tools,
  { session, client, server }: PendingRecord,
  grantKey: string,
  grant: GrantRecord,
  at: number,
): Promise<void> {
  await tools.records.update('binding', keys.binding(session), (before) => {
    const known = boundAt(before, server.issuer);
    const scopes = [...union(known?.scopes, grant.requested, grant.granted)];
    const former = [known?.grantKey, ...(known?.formerGrantKeys ?? [])];
    const formerGrantKeys = former
      .filter((key): key is string => key !== undefined && key !== grantKey)
      .slice(0, MAX_FORMER);
    const { kind, clientId } = client;
    const bound = { kind, clientId, grantKey, formerGrantKeys, scopes, boundAt: at };
    return { v: 1, session, current: server.issuer, servers: { ...before?.servers, [server.issuer]: bound } };
  });
}

async function finish(tools: Tools, pending: PendingRecord, key: string): Promise<void> {
  await tools.records.forget(key);
  await tools.records.forget(keys.login(pending.session));
  tools.logins.end(key);
  await tools.userAgent.release(pending.redirectUri);
}

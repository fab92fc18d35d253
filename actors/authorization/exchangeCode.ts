// Spends an authorization code, once, at the issuer that was recorded with it; then moves the binding (BIND-8).
import * as oauth from 'oauth4webapi';
import { AuthError, refuse } from '../../contract/errors.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { keys, type PendingRecord } from '../../stores/records.ts';
import { resourceParameter } from '../network/resourceParameter.ts';
import { type asServer, type IssuedTokens, requestTokens } from '../network/tokenEndpoint.ts';
import { keepGrant } from '../records/keepGrant.ts';
import { forgetLogin, readPending } from '../records/pendingRequest.ts';
import type { Act, Tools } from '../tools/tools.ts';

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
    const grant = await keepGrant(tools, { ...pending, issuer: pending.server.issuer }, tokens);
    await finish(tools, pending, key);
    return { at: tools.now(), grant };
  };

/** Marks the code as spent before it is sent: whoever finds the mark does not send it again. */
async function claim(tools: Tools, key: string): Promise<PendingRecord> {
  const pending = await readPending(tools, key);
  const { value } = pending;
  const claimed =
    !value.spent && value.response !== undefined
      ? await tools.records.write(keys.as('pending', key), { ...value, spent: true }, pending)
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
): Promise<IssuedTokens> {
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
      { session: pending.session, server, phase: 'authorizing', dpopKey: pending.dpopKey },
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
          { ...options, additionalParameters: resourceParameter(pending.resource) },
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

async function finish(tools: Tools, pending: PendingRecord, key: string): Promise<void> {
  await tools.records.forget(keys.as('pending', key));
  await forgetLogin(tools.records, pending.session, key);
  tools.logins.end(key);
  await tools.userAgent.release(pending.redirectUri);
}

// Sign-out, first half: each grant of the session is revoked at its own issuer, best effort. (RFC 7009)
import * as oauth from 'oauth4webapi';
import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import { type GrantRecord, grantKeysOf } from '../../stores/records.ts';
import { lookUpServer } from '../discovery/fetchServerMetadata.ts';
import { authenticationOf } from '../network/clientAuthentication.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
import { readBinding } from '../records/recall.ts';
import type { Act, Tools } from '../tools/tools.ts';

/**
 * Revokes refresh tokens first, then access tokens. A server that does not answer is no reason to stop.
 * @throws AuthError `store_failed`
 * @see RFC 7009 §2.1
 */
export const revokeGrants: Act<'revokeGrants'> =
  (tools) =>
  async ({ session }, signal) => {
    const binding = await readBinding(tools.records, session);
    await Promise.allSettled(
      grantKeysOf(binding).map(async (key) => {
        const grant = (await tools.records.read(key))?.value;
        if (grant) await revoke(tools, session, grant, signal);
      }),
    );
    return { at: tools.now() };
  };

async function revoke(
  tools: Tools,
  session: SessionId,
  grant: GrantRecord,
  signal: AbortSignal,
): Promise<void> {
  const server = await lookUpServer(tools, session, { issuer: grant.issuer, after: null }, signal);
  if (server?.revocationEndpoint === undefined) return;
  // The refresh tokens first: where they go, the access tokens of their family go too.
  for (const token of [grant.refreshToken, ...(grant.superseded ?? [])]) {
    if (token !== undefined) await tryToSend(tools, session, server, grant, token, 'refresh_token', signal);
  }
  await tryToSend(tools, session, server, grant, grant.accessToken, 'access_token', signal);
}

/** Best effort, for each: a token that could not be revoked is no reason to leave out the next. */
async function tryToSend(...of: Parameters<typeof send>): Promise<void> {
  await send(...of).catch(() => {});
}

async function send(
  tools: Tools,
  session: SessionId,
  server: ServerMetadata,
  grant: GrantRecord,
  token: string,
  hint: 'refresh_token' | 'access_token',
  signal: AbortSignal,
): Promise<void> {
  const { authentication } = await authenticationOf(tools, { server, phase: 'signingOut' }, grant);
  const client = { client_id: grant.client.clientId };
  await oauth.revocationRequest(asServer(server), client, authentication, token, {
    ...optionsFor(tools, session, server.revocationEndpoint ?? '', 'revocation', signal),
    additionalParameters: { token_type_hint: hint },
  });
}

// Revokes the tokens of one grant at its own issuer, best effort: at a sign-out, and where they come after one. (RFC 7009)
import * as oauth from 'oauth4webapi';
import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import type { GrantRecord } from '../../stores/records.ts';
import { lookUpServer } from '../discovery/fetchServerMetadata.ts';
import { authenticationOf } from '../network/clientAuthentication.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
import type { Tools } from '../tools/tools.ts';

/** What was issued, by whom, and to which client. */
type Issued = Pick<GrantRecord, 'issuer' | 'client' | 'accessToken' | 'refreshToken' | 'superseded'>;

/**
 * Revokes refresh tokens first, then the access token.
 * @throws what the look-up of the server throws.
 * @see RFC 7009 §2.1
 */
export async function revokeTokens(
  tools: Tools,
  session: SessionId,
  grant: Issued,
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
  grant: Issued,
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

/** For tokens that came after a sign-out: nobody uses them, and nobody would ever take them back. It never fails. */
export async function revokeLate(tools: Tools, session: SessionId, grant: Issued): Promise<void> {
  await revokeTokens(tools, session, grant, tools.closing).catch(() => {});
}

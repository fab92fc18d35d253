// The token endpoint of a server: grants for tokens, each by its own rules.
import { expected, type Incoming, mistake, type Reply, refuse, scopesOf, single } from '../answers.ts';
import type { KnownClient, ServerState, TestGrant, WorldState } from '../ledger.ts';
import { authenticate } from './authentication.ts';
import { deviceToken } from './device.ts';
import { challengeOf, grantOf, isRefreshable, issue, requestedScopes, resourceOf } from './grants.ts';
import { DEVICE_GRANT } from './registration.ts';

/** A token request, and who has sent it. */
export interface TokenRequest {
  readonly state: WorldState;
  readonly server: ServerState;
  readonly client: KnownClient;
  readonly form: URLSearchParams;
}

const byGrantType: Readonly<Record<string, (request: TokenRequest) => Reply | Promise<Reply>>> = {
  authorization_code: byCode,
  refresh_token: byRefreshToken,
  client_credentials: byItself,
  [DEVICE_GRANT]: deviceToken,
};

/** Finds out who asks, and answers by the type of the grant. @see OAuth 2.1 draft 13 §3.2 */
export async function token(state: WorldState, server: ServerState, request: Incoming): Promise<Reply> {
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
  const { form } = request;
  const type = single(form, 'grant_type') ?? refuse('invalid_request', mistake('There is no grant_type.'));
  const answer = Object.hasOwn(byGrantType, type) ? byGrantType[type] : undefined;
  if (!answer) return refuse('unsupported_grant_type', mistake('The server does not know this grant_type.'));
  const client = authenticate(state, server, request);
  if (!client.grantTypes.includes(type))
    refuse('unauthorized_client', mistake(`The client is not registered for ${type}.`));
  return answer({ state, server, client, form });
}

const invalidGrant = (refusal: ReturnType<typeof mistake>): never => refuse('invalid_grant', refusal);

/** Looks at everything before the code is spent. @see OAuth 2.1 draft 13 §4.1.3 */
async function byCode({ state, server, client, form }: TokenRequest): Promise<Reply> {
  const value = single(form, 'code') ?? refuse('invalid_request', mistake('There is no code.'));
  const verifier =
    single(form, 'code_verifier') ?? refuse('invalid_request', mistake('There is no code_verifier.'));
  const challenge = await challengeOf(verifier);
  const code = server.codes.get(value);
  if (!code) return invalidGrant(foreign(state, server, value, 'code'));
  const { grant } = code;
  if (code.isSpent) {
    grant.isRevoked = true;
    invalidGrant(mistake('The code was used before; everything that came of it is revoked.'));
  }
  if (grant.clientId !== client.clientId) invalidGrant(mistake('The code was issued to another client.'));
  if (code.expiresAt <= state.clock.now()) invalidGrant(expected('The code has expired.'));
  const redirectUri = single(form, 'redirect_uri');
  if (redirectUri !== undefined && redirectUri !== code.redirectUri)
    invalidGrant(mistake('redirect_uri is not the one of the authorization request.'));
  if (challenge !== code.challenge)
    invalidGrant(mistake('The code_verifier does not fit the code_challenge.'));
  sameResource(state, server, grant, form);
  code.isSpent = true;
  return issue(state, server, grant, { refreshable: isRefreshable(server, client) });
}

/** @see OAuth 2.1 draft 13 §4.3, RFC 9700 §4.14.2 */
function byRefreshToken({ state, server, client, form }: TokenRequest): Reply {
  const value =
    single(form, 'refresh_token') ?? refuse('invalid_request', mistake('There is no refresh_token.'));
  const token = server.refreshTokens.get(value);
  if (!token) return invalidGrant(foreign(state, server, value, 'refresh token'));
  const { grant } = token;
  if (grant.clientId !== client.clientId)
    invalidGrant(mistake('The refresh token was issued to another client.'));
  if (grant.isRevoked) invalidGrant(expected('The grant was revoked.'));
  if (token.isSpent) {
    grant.isRevoked = true;
    invalidGrant(mistake('The refresh token was used before; its whole family is revoked.'));
  }
  sameResource(state, server, grant, form);
  const asked = scopesOf(single(form, 'scope'));
  const extra = asked.find((scope) => !grant.scopes.includes(scope));
  if (extra !== undefined) refuse('invalid_scope', mistake(`The scope "${extra}" was not granted before.`));
  const rotates = server.options.refreshTokens !== 'keep';
  token.isSpent = rotates;
  return issue(state, server, grant, { refreshable: rotates, ...(asked.length > 0 && { scopes: asked }) });
}

/** @see OAuth 2.1 draft 13 §4.2 */
function byItself({ state, server, client, form }: TokenRequest): Reply {
  if (client.clientSecret === undefined)
    refuse('unauthorized_client', mistake('A public client cannot have client_credentials.'));
  const resource = resourceOf(state, server, form);
  const grant = grantOf(server, client, resource, requestedScopes(state, resource, form));
  return issue(state, server, grant, { refreshable: false });
}

/** A token request names the resource of its grant. @see RFC 8707 §2.2 */
function sameResource(state: WorldState, server: ServerState, grant: TestGrant, form: URLSearchParams): void {
  if (!form.has('resource') && server.options.requiresResource === false) return;
  if (resourceOf(state, server, form).url !== grant.resource)
    refuse('invalid_target', mistake('The resource is not the one of the grant.'));
}

function foreign(state: WorldState, server: ServerState, value: string, what: string) {
  const others = [...state.servers.values()].filter(
    (one) => one.codes.has(value) || one.refreshTokens.has(value),
  );
  return mistake(
    others[0]
      ? `The ${what} was issued by ${others[0].name}, and not by ${server.name}.`
      : `The ${what} is not known.`,
  );
}

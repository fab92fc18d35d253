// An authorization server of a test world: its metadata, and which endpoint answers what.
import { expected, type Incoming, mistake, type Reply, refuse, single } from '../answers.ts';
import type { ServerState, WorldState } from '../ledger.ts';
import type { Step } from '../record.ts';
import { authenticate } from './authentication.ts';
import { authorize } from './authorize.ts';
import { deviceAuthorization } from './device.ts';
import { authMethods, grantTypes, manage, register } from './registration.ts';
import { token } from './token.ts';

/** Which step of a login a request to this server is; nothing when it has no such address. */
export function stepAt({ issuer, options }: ServerState, url: URL): Step | undefined {
  const base = new URL(issuer).pathname.replace(/\/$/, '');
  if (wellKnownOf(options.metadata ?? 'oauth', base).includes(url.pathname)) return 'server-metadata';
  if (!url.pathname.startsWith(`${base}/`)) return undefined;
  const path = url.pathname.slice(base.length);
  if (path.startsWith('/register/')) return 'client-management';
  return Object.hasOwn(steps, path) ? steps[path] : undefined;
}

const steps: Readonly<Record<string, Step>> = {
  '/register': 'registration',
  '/authorize': 'authorization',
  '/token': 'token',
  '/revoke': 'revocation',
  '/device': 'device',
};

/** @see RFC 8414 §3.1, OpenID Connect Discovery 1.0 §4, MCP 2025-11-25 */
function wellKnownOf(metadata: 'oauth' | 'openid', base: string): readonly string[] {
  if (metadata === 'oauth') return [`/.well-known/oauth-authorization-server${base}`];
  return [`/.well-known/openid-configuration${base}`, `${base}/.well-known/openid-configuration`];
}

/** Answers as a correct server. @throws Refused */
export function answerAsServer(
  state: WorldState,
  server: ServerState,
  step: Step | undefined,
  request: Incoming,
): Reply | Promise<Reply> {
  switch (step) {
    case 'server-metadata':
      return request.method === 'GET' ? { status: 200, json: metadataOf(state, server) } : onlyBy('GET');
    case 'registration':
      if (server.options.registration === false) break;
      return request.method === 'POST' ? register(state, server, request) : onlyBy('POST');
    case 'client-management':
      return manage(state, server, request);
    case 'authorization':
      return authorize(state, server, request);
    case 'token':
      return token(state, server, request);
    case 'revocation':
      return request.method === 'POST' ? revoke(state, server, request) : onlyBy('POST');
    case 'device':
      return deviceAuthorization(state, server, request);
  }
  return { status: 404, refusal: expected(`${server.name} has nothing at this address.`) };
}

const onlyBy = (allow: string): Reply => ({ status: 405, headers: { allow } });

/** What a server says of itself. */
function metadataOf({ plan }: WorldState, { issuer, options }: ServerState): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    device_authorization_endpoint: `${issuer}/device`,
    ...(options.registration !== false && { registration_endpoint: `${issuer}/register` }),
    ...(options.metadataDocuments !== false && { client_id_metadata_document_supported: true }),
    ...(options.sendsIssuer !== false && { authorization_response_iss_parameter_supported: true }),
    scopes_supported: plan.scopes,
    response_types_supported: ['code'],
    grant_types_supported: grantTypes.filter(
      (type) => type !== 'refresh_token' || options.refreshTokens !== 'none',
    ),
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_methods_supported: authMethods,
    ...(options.metadata === 'openid' && {
      jwks_uri: `${issuer}/keys`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  };
}

/** Ends a grant by one of its tokens. A token that is not known is no error. @see RFC 7009 §2 */
function revoke(state: WorldState, server: ServerState, request: Incoming): Reply {
  const client = authenticate(state, server, request);
  const value = single(request.form, 'token') ?? refuse('invalid_request', mistake('There is no token.'));
  const known = server.refreshTokens.get(value) ?? state.accessTokens.get(value);
  if (known?.grant.server !== server.name) return { status: 200 };
  if (known.grant.clientId !== client.clientId)
    refuse('invalid_grant', mistake('The token was issued to another client.'));
  if (server.refreshTokens.has(value)) known.grant.isRevoked = true;
  else state.accessTokens.delete(value);
  return { status: 200 };
}

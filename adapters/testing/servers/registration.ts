// How clients register themselves at a server, and take it back.
import { urlOf } from '../../../protocol/url.ts';
import { type Incoming, mistake, notStored, type Reply, refuse } from '../answers.ts';
import type { KnownClient, ServerState, WorldState } from '../ledger.ts';
import type { TestClient } from '../options.ts';

/** Methods of authentication that servers know. */
export const authMethods: readonly string[] = ['none', 'client_secret_basic', 'client_secret_post'];

/** The device grant by its name. @see RFC 8628 §3.4 */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Grants that servers know. */
export const grantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_GRANT,
];

/** A client that was registered by hand. */
export function clientOf({ clientId, clientSecret, ...rest }: TestClient): KnownClient {
  const isPublic = clientSecret === undefined;
  return {
    clientId,
    clientSecret,
    authMethod: rest.authMethod ?? (isPublic ? 'none' : 'client_secret_basic'),
    redirectUris: rest.redirectUris ?? [],
    grantTypes: rest.grantTypes ?? grantTypes.filter((type) => !(isPublic && type === 'client_credentials')),
    name: clientId,
    document: {},
  };
}

type Metadata = Readonly<Record<string, unknown>>;

/** Registers a client. @see RFC 7591 §3 */
export function register(state: WorldState, server: ServerState, request: Incoming): Reply {
  const asked = registrationOf(request.body);
  const clientId = state.secrets.issue('client id', server.name);
  const isPublic = asked.authMethod === 'none';
  const registrationToken = state.secrets.issue('registration token', server.name);
  const client: KnownClient = {
    ...asked,
    clientId,
    clientSecret: isPublic ? undefined : state.secrets.issue('client secret', server.name),
    registrationToken,
  };
  server.clients.set(clientId, client);
  return { status: 201, headers: notStored, json: registrationAnswer(state, server, client) };
}

function registrationAnswer(state: WorldState, server: ServerState, client: KnownClient) {
  return {
    ...client.document,
    client_id: client.clientId,
    client_id_issued_at: Math.floor(state.clock.now() / 1000),
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    token_endpoint_auth_method: client.authMethod,
    ...(client.clientSecret !== undefined && {
      client_secret: client.clientSecret,
      client_secret_expires_at: 0,
    }),
    registration_access_token: client.registrationToken,
    registration_client_uri: `${server.issuer}/register/${client.clientId}`,
  };
}

const invalidMetadata = (reason: string): never => refuse('invalid_client_metadata', mistake(reason));

/** @throws Refused for what is no good registration. */
export function registrationOf(body: string): Omit<KnownClient, 'clientId' | 'clientSecret'> {
  const document = objectOf(body) ?? invalidMetadata('The registration is not a JSON object.');
  const authMethod = document['token_endpoint_auth_method'] ?? 'client_secret_basic';
  if (!authMethods.includes(String(authMethod)))
    invalidMetadata(`token_endpoint_auth_method is none of ${authMethods.join(', ')}.`);
  const types = textsOf(document['grant_types'] ?? ['authorization_code'], 'grant_types');
  const stranger = types.find((type) => !grantTypes.includes(type));
  if (stranger !== undefined)
    invalidMetadata(`grant_types has ${stranger}, which this server does not know.`);
  if (types.includes('client_credentials') && authMethod === 'none')
    invalidMetadata('A client without a secret cannot have client_credentials.');
  const redirectUris = textsOf(document['redirect_uris'] ?? [], 'redirect_uris');
  if (types.includes('authorization_code')) judgeRedirectUris(redirectUris);
  const name = document['client_name'];
  return {
    authMethod: String(authMethod),
    redirectUris,
    grantTypes: types,
    name: typeof name === 'string' ? name : 'a client without a name',
    document,
  };
}

function judgeRedirectUris(uris: readonly string[]): void {
  const refused = (reason: string): never => refuse('invalid_redirect_uri', mistake(reason));
  if (uris.length === 0) refused('redirect_uris is missing.');
  for (const uri of uris) {
    const url = urlOf(uri);
    if (!url) refused('A redirect URI is no URL.');
    else if (uri.includes('#')) refused('A redirect URI has a fragment.');
    else if (url.protocol === 'http:' && !isLoopback(url))
      refused('A redirect URI is plain http, and not of loopback.');
    else if (!/^https?:$/.test(url.protocol) && !url.protocol.includes('.'))
      refused('A redirect URI has a scheme that is not its owner’s.');
  }
}

const isLoopback = ({ hostname }: URL): boolean => /^(?:127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname);

/** Shows or deletes a client that has registered itself. @see RFC 7592 §2 */
export function manage(state: WorldState, server: ServerState, request: Incoming): Reply {
  const clientId = decodeURIComponent(request.url.pathname.split('/').at(-1) ?? '');
  const client = server.clients.get(clientId);
  const token = /^Bearer (.+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (!client || token === undefined || token !== client.registrationToken)
    refuse('invalid_token', mistake('The registration access token is not that of this client.'), {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  if (request.method === 'GET')
    return { status: 200, headers: notStored, json: registrationAnswer(state, server, client) };
  if (request.method !== 'DELETE') return { status: 405, headers: { allow: 'GET, DELETE' } };
  server.clients.delete(clientId);
  return { status: 204, headers: notStored };
}

function textsOf(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  return invalidMetadata(`${name} is not a list of texts.`);
}

function objectOf(body: string): Metadata | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Metadata)
    : undefined;
}

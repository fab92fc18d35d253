// OAuth requests with plain fetch, for the tests of the playground, which use no client library.
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Playground, PlaygroundServer } from '../../playground/playground.ts';

/** A redirect URI with a port that is in no registration. */
export const REDIRECT_URI = 'http://127.0.0.1:49152/callback';

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  registration_endpoint: z.string(),
  device_authorization_endpoint: z.string(),
  pushed_authorization_request_endpoint: z.string(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_signing_alg_values_supported: z.array(z.string()).optional(),
  grant_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint: z.string(),
  scopes_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  client_id_metadata_document_supported: z.boolean(),
  authorization_response_iss_parameter_supported: z.boolean(),
});

const Registered = z.object({ client_id: z.string(), client_secret: z.string().optional() });

const Tokens = z.object({
  token_type: z.string(),
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  scope: z.string(),
});

/** How a client authenticates at the token endpoint: with fields of the form, or an Authorization header. */
export interface Credentials {
  readonly clientId: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

/** Reads the metadata of a server. */
export async function serverMetadata(issuer: string) {
  const response = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
  return Metadata.parse(await response.json());
}

/** Registers a client dynamically. */
export async function register(
  issuer: string,
  method: string,
  grantTypes: readonly string[] = ['authorization_code', 'refresh_token'],
) {
  const { registration_endpoint } = await serverMetadata(issuer);
  const response = await fetch(registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Raw client',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: grantTypes,
      token_endpoint_auth_method: method,
      scope: 'notes:read',
    }),
  });
  if (response.status !== 201) throw new Error(`registration answered ${response.status}`);
  const { client_id, client_secret = '' } = Registered.parse(await response.json());
  return credentials(method, client_id, client_secret);
}

/** A client without a secret. */
export function publicClient(clientId: string): Credentials {
  return { clientId, fields: { client_id: clientId } };
}

/** A client that sends its secret in a Basic header. */
export function basicClient(clientId: string, secret: string): Credentials {
  // RFC 6749 §2.3.1: each half is form-encoded before the two are joined.
  const [id = '', encoded = ''] = new URLSearchParams({ [clientId]: secret }).toString().split('=');
  return { clientId, authorization: `Basic ${Buffer.from(`${id}:${encoded}`).toString('base64')}` };
}

function credentials(method: string, clientId: string, clientSecret: string): Credentials {
  if (method === 'none') return publicClient(clientId);
  if (method === 'client_secret_basic') return basicClient(clientId, clientSecret);
  return { clientId, fields: { client_id: clientId, client_secret: clientSecret } };
}

/** What an authorization request asks for. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly scope: string;
  readonly challenge?: string;
  readonly resource?: string;
}

/** The URL of an authorization request. */
export function authorizationUrl(issuer: string, request: AuthorizationRequest): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: REDIRECT_URI,
    scope: request.scope,
    state: 'a-state',
  });
  if (request.challenge !== undefined) {
    query.set('code_challenge', request.challenge);
    query.set('code_challenge_method', 'S256');
  }
  if (request.resource !== undefined) query.set('resource', request.resource);
  return `${issuer}/authorize?${query}`;
}

/** The cookies of a user agent by name. Their paths are ignored. */
export type Cookies = Map<string, string>;

/** Sends one request with cookies, and follows no redirect. */
export async function visit(
  url: string,
  cookies: Cookies,
  { accept = '*/*', method = 'GET' }: { accept?: string; method?: string } = {},
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(url, { method, redirect: 'manual', headers: { accept, cookie } });
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    const mark = pair.indexOf('=');
    cookies.set(pair.slice(0, mark), pair.slice(mark + 1));
  }
  return response;
}

/** Follows redirects until one leads to the client. @returns the parameters of that redirect. */
export async function follow(url: string, cookies: Cookies = new Map()): Promise<URLSearchParams> {
  let next = url;
  for (let hops = 0; hops < 6; hops += 1) {
    const response = await visit(next, cookies);
    const location = response.headers.get('location');
    if (location === null) throw new Error(`no redirect but ${response.status}: ${await response.text()}`);
    const target = new URL(location, next);
    if (target.href.startsWith(REDIRECT_URI)) return target.searchParams;
    next = target.href;
  }
  throw new Error('too many redirects');
}

/** Follows the redirects of an authorization URL. Returns the last address, which is at the redirect URI. */
export async function followToRedirectUri(url: string, redirectUri: string): Promise<string> {
  const cookies: Cookies = new Map();
  let next = url;
  for (let hops = 0; hops < 8; hops += 1) {
    const location = (await visit(next, cookies)).headers.get('location');
    if (location === null) throw new Error('There was no redirect to the redirect URI.');
    next = new URL(location, next).href;
    if (next.startsWith(redirectUri)) return next;
  }
  throw new Error('too many redirects');
}

/** Makes a PKCE verifier and its challenge. */
export function createVerifier() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Sends a token request. */
export async function postToken(
  issuer: string,
  client: Credentials,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { token_endpoint } = await serverMetadata(issuer);
  return postAs(client, token_endpoint, form, headers);
}

/** Sends a form with the authentication of a client. */
export async function postAs(
  client: Credentials,
  endpoint: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const own = client.authorization === undefined ? {} : { authorization: client.authorization };
  const body = new URLSearchParams({ ...client.fields, ...form });
  return fetch(endpoint, { method: 'POST', headers: { ...headers, ...own }, body });
}

/** The status and error code of an answer: `400 invalid_grant`. */
export async function errorOf(response: Response): Promise<string> {
  return `${response.status} ${z.object({ error: z.string() }).parse(await response.json()).error}`;
}

/** Gets a code from the authorization endpoint. @returns the form of the token request. */
export async function getCode(
  world: Playground,
  server: PlaygroundServer,
  clientId: string,
  scope = 'notes:read',
): Promise<Record<string, string>> {
  const { verifier, challenge } = createVerifier();
  const request = { clientId, scope, challenge, resource: world.resource };
  const answer = await follow(authorizationUrl(server.issuer, request));
  return {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource: world.resource,
  };
}

/** Runs the whole flow, and returns the tokens. */
export async function logIn(
  world: Playground,
  server: PlaygroundServer,
  client: Credentials,
  scope = 'notes:read',
) {
  const form = await getCode(world, server, client.clientId, scope);
  return tokensOf(await postToken(server.issuer, client, form));
}

/** Reads the tokens in an answer, with a refresh token. */
export async function tokensOf(response: Response) {
  if (response.status !== 200) throw new Error(`the token endpoint answered ${await response.text()}`);
  return Tokens.parse(await response.json());
}

/** Sends a refresh request. */
export async function refresh(world: Playground, issuer: string, client: Credentials, token: string) {
  const form = { grant_type: 'refresh_token', refresh_token: token, resource: world.resource };
  const response = await postToken(issuer, client, form);
  return response.status === 200 ? Tokens.parse(await response.json()) : errorOf(response);
}

/** Calls a method of the MCP server in the protocol of 2025-11-25. */
export async function callMcp(
  world: Playground,
  token: string | undefined,
  method: string,
  params: object = {},
  more: Record<string, string> = {},
): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
    ...more,
  };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return fetch(world.resource, { method: 'POST', headers, body });
}

/** Calls a tool of the MCP server. */
export async function callTool(world: Playground, token: string, name: string): Promise<Response> {
  return callMcp(world, token, 'tools/call', { name, arguments: { name: 'hello', text: 'Hi.' } });
}

// Client registration: what is sent, and what may be believed of the answer. (RFC 7591)

import { refuse } from '../contract/errors.ts';
import type { ClientAuthMethod, ServerMetadata } from '../contract/facts.ts';
import { isLoopback } from './address.ts';
import { own, readObject } from './json.ts';
import { shown } from './text.ts';
import { urlOf } from './url.ts';

/** The body of a registration request, in the names of RFC 7591 §2. */
export interface RegistrationRequest {
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly application_type: 'native' | 'web';
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly scope?: string;
  readonly client_uri?: string;
  readonly software_id?: string;
  readonly software_version?: string;
}

/** An answer to a registration request. */
export interface RegistrationAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly text: string;
}

/** A client as the server registered it. Holds the secret: for the store, not for the chart. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** Epoch milliseconds; absent when it does not expire. */
  readonly secretExpiresAt?: number;
  readonly authMethod: ClientAuthMethod;
  readonly redirectUris: readonly string[];
  /** Absent: the server does not let its clients manage their registration. @see RFC 7592 §3 */
  readonly management?: RegistrationManagement;
}

/** Where a registration is read, changed and deleted, and the token that allows it. @see RFC 7592 §3 */
export interface RegistrationManagement {
  /** `registration_client_uri`. */
  readonly uri: string;
  /** `registration_access_token`. */
  readonly token: string;
}

/** The grant type of devices: what a client registers with, and sends when it polls. @see RFC 8628 §3.4 */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** Native for loopback and custom schemes, web otherwise (REG-4, SEP-837). */
export function applicationType(redirectUri: string): 'native' | 'web' {
  const url = new URL(redirectUri);
  return isLoopback(url) || (url.protocol !== 'https:' && url.protocol !== 'http:') ? 'native' : 'web';
}

/** What a client that registers itself may use, of what the server lists: without a secret first, then Basic. */
export function authMethodsOf(server: Pick<ServerMetadata, 'authMethods'>): readonly ClientAuthMethod[] {
  const known: readonly ClientAuthMethod[] = ['none', 'client_secret_basic', 'client_secret_post'];
  return known.filter((method) => server.authMethods.includes(method));
}

/** What a client that has a secret uses, when nobody agreed on more. @see RFC 6749 §2.3.1 */
export function secretAuthMethod(server: Pick<ServerMetadata, 'authMethods'>): ClientAuthMethod {
  const basicFirst: readonly ClientAuthMethod[] = ['client_secret_basic', 'client_secret_post'];
  return basicFirst.find((method) => server.authMethods.includes(method)) ?? 'client_secret_basic';
}

/**
 * The body of a registration request; one for a device where there is no redirect URI.
 * @see RFC 7591 §2, OpenID Connect Dynamic Client Registration 1.0 §2
 */
export function registrationRequest(of: {
  readonly name: string;
  readonly uri?: string;
  readonly softwareId?: string;
  readonly softwareVersion?: string;
  /** Null for a device: then the answer comes by no redirect. */
  readonly redirectUri: string | null;
  readonly scopes: readonly string[];
  readonly server: Pick<ServerMetadata, 'authMethods' | 'grantTypes'>;
}): RegistrationRequest {
  const grantType = of.redirectUri === null ? DEVICE_CODE : 'authorization_code';
  return {
    client_name: of.name,
    redirect_uris: of.redirectUri === null ? [] : [of.redirectUri],
    application_type: of.redirectUri === null ? 'native' : applicationType(of.redirectUri),
    grant_types: issuesRefreshTokens(of.server) ? [grantType, 'refresh_token'] : [grantType],
    response_types: of.redirectUri === null ? [] : ['code'],
    token_endpoint_auth_method: authMethodsOf(of.server)[0] ?? 'none',
    ...(of.scopes.length > 0 && { scope: of.scopes.join(' ') }),
    ...(of.uri !== undefined && { client_uri: of.uri }),
    ...(of.softwareId !== undefined && { software_id: of.softwareId }),
    ...(of.softwareVersion !== undefined && { software_version: of.softwareVersion }),
  };
}

/** REG-6: one that lists its grant types without `refresh_token` refuses it; many list none, and issue them. */
function issuesRefreshTokens({ grantTypes }: Pick<ServerMetadata, 'grantTypes'>): boolean {
  return grantTypes === undefined || grantTypes.includes('refresh_token');
}

/**
 * Whether an answer says that a client was registered; RFC 7591 §3.2.1 has 201 for it, and some servers answer 200. What
 * it says is for `judgeRegistration`.
 */
export function isRegistered({ status }: RegistrationAnswer): boolean {
  return status >= 200 && status < 300;
}

/** An id is shown to people. @see RFC 6749 appendix A.1 */
const idText = /^[\x20-\x7e]{1,4096}$/;
/** Of a secret only what no form can carry is refused. */
const secretText = /^\P{Cs}{1,4096}$/u;

/**
 * Reads the answer of a server that has registered a client: what it substituted is honoured, or refused where it cannot
 * be (REG-7).
 * @throws AuthError `registration_invalid`
 * @see RFC 7591 §3.2.1
 */
export function judgeRegistration(
  { status, text }: RegistrationAnswer,
  sent: RegistrationRequest,
  server: Pick<ServerMetadata, 'issuer' | 'authMethods' | 'registrationEndpoint'>,
): RegisteredClient {
  const { issuer } = server;
  const invalid = (what: string): never =>
    refuse(
      'registration_invalid',
      'registering',
      `The registration at ${issuer} was answered, but ${what}; its operator must mend this.`,
      { issuer, status },
    );
  const document = readObject(text) ?? invalid('not with a JSON object');
  const clientId = credential(own(document, 'client_id'), idText) ?? invalid('without a usable client_id');
  const clientSecret = credential(own(document, 'client_secret'), secretText);
  const named = own(document, 'token_endpoint_auth_method');
  const authMethod = isNothing(named) ? unnamedAuthMethod(sent, clientSecret, server) : readAuthMethod(named);
  if (!authMethod) return invalid('with a way of client authentication that is not supported');
  if (authMethod !== 'none' && clientSecret === undefined)
    return invalid(`without the client_secret that ${authMethod} needs`);
  const redirectUris = readRedirectUris(own(document, 'redirect_uris'), sent);
  if (!redirectUris) return invalid('with other redirect URIs than the one that was asked for');
  const [wanted = ''] = sent.grant_types;
  if (lacks(own(document, 'grant_types'), [wanted])) return invalid(`without the grant type ${wanted}`);
  if (lacks(own(document, 'response_types'), sent.response_types))
    return invalid('without the response type code');
  const management = readManagement(document, server);
  const client = { clientId, authMethod, redirectUris, ...(management && { management }) };
  if (authMethod === 'none' || clientSecret === undefined) return client;
  const secretExpiresAt = readExpiry(own(document, 'client_secret_expires_at'));
  return { ...client, clientSecret, ...(secretExpiresAt !== undefined && { secretExpiresAt }) };
}

/** A bearer token. @see RFC 6750 §2.1 */
const tokenText = /^[A-Za-z0-9\-._~+/]{1,4096}=*$/;

/**
 * Believed only at the origin that registered the client: the token is sent to no other. What is not believed is left out,
 * since nothing but the end of a registration depends on it.
 */
function readManagement(
  document: Readonly<Record<string, unknown>>,
  { registrationEndpoint }: Pick<ServerMetadata, 'registrationEndpoint'>,
): RegistrationManagement | undefined {
  const token = credential(own(document, 'registration_access_token'), tokenText);
  const uri = own(document, 'registration_client_uri');
  if (token === undefined || typeof uri !== 'string' || registrationEndpoint === undefined) return undefined;
  const place = urlOf(uri);
  const isTheirs =
    place?.origin === new URL(registrationEndpoint).origin && place.username + place.password === '';
  return isTheirs ? { uri: place.href, token } : undefined;
}

function credential(value: unknown, legal: RegExp): string | undefined {
  return typeof value === 'string' && legal.test(value) ? value : undefined;
}

/** Some servers write a member that has no value as an empty text. */
function isNothing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** Whether a list was said without one of these. An empty list says nothing: no client is registered for nothing. */
function lacks(value: unknown, wanted: readonly string[]): boolean {
  return Array.isArray(value) && value.length > 0 && !wanted.every((one) => value.includes(one));
}

function readAuthMethod(value: unknown): ClientAuthMethod | undefined {
  const isOurs = value === 'none' || value === 'client_secret_basic' || value === 'client_secret_post';
  return isOurs ? value : undefined;
}

/**
 * Where the answer names no method, what was asked for holds; without a secret nothing but `none` can be meant. A secret
 * that nobody asked for is meant to be used, unless the server lists no method that uses one.
 */
function unnamedAuthMethod(
  { token_endpoint_auth_method: asked }: RegistrationRequest,
  secret: string | undefined,
  server: Pick<ServerMetadata, 'authMethods'>,
): ClientAuthMethod {
  if (secret === undefined) return 'none';
  return asked === 'none' ? (authMethodsOf(server).find((method) => method !== 'none') ?? 'none') : asked;
}

function readRedirectUris(value: unknown, sent: RegistrationRequest): readonly string[] | undefined {
  if (isNothing(value)) return sent.redirect_uris;
  if (!Array.isArray(value)) return undefined;
  const registered = value.filter((item): item is string => typeof item === 'string').slice(0, 20);
  return sent.redirect_uris.every((uri) => registered.includes(uri)) ? registered : undefined;
}

/** Seconds since the epoch; 0 means never, and so does what is not a time. @see RFC 7591 §3.2.1 */
function readExpiry(value: unknown): number | undefined {
  const time = typeof value === 'number' && value > 0 ? value * 1000 : Number.NaN;
  // A number that overflows could not be stored: the record would come back as a corrupt one.
  return Number.isFinite(time) ? time : undefined;
}

/** What a server said when it refused, for people: its two error fields, capped and escaped (REG-5). */
export function refusalText(text: string): string | undefined {
  const document = readObject(text);
  if (!document) return undefined;
  const parts = [own(document, 'error'), own(document, 'error_description')];
  const said = parts.filter((part): part is string => typeof part === 'string' && part.length > 0).join(': ');
  return said === '' ? undefined : shown(said);
}

// How the plain client finds the authorization server of a resource.
import { readChallenge } from '../../../protocol/challenge.ts';
import { urlOf } from '../../../protocol/url.ts';
import { has } from './faults.ts';
import { type Answer, objectOf, send, stop } from './http.ts';

/** What a challenge says. */
export interface Asked {
  readonly error: string | undefined;
  readonly pointer: string | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** What is known of a server. */
export interface Server {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly registration: string | undefined;
  readonly methods: readonly string[];
  readonly announcesIss: boolean;
}

/** Reads a challenge. */
export function askedBy(status: number, header: string | null): Asked {
  if (has('crashes-on-challenge')) {
    const [, pointer] = /resource_metadata="([^"]+)"/.exec(header ?? '') as RegExpExecArray;
    return { error: undefined, pointer, scopes: undefined };
  }
  if (has('simple-challenge')) {
    const pointer = /^Bearer .*?resource_metadata=\\?"?([^"\\, ]+)/.exec(header ?? '')?.[1];
    return { error: undefined, pointer, scopes: undefined };
  }
  const { error, resourceMetadata, scopes } = readChallenge(status, header);
  const raw = /scope="([^"]*)"/.exec(header ?? '')?.[1]?.split(' ');
  return { error, pointer: resourceMetadata, scopes: has('any-scope') ? raw : scopes?.slice(0, 50) };
}

/** Whether a document is there: a page for people counts as none, an outage does not. */
function documentIn({ status, headers, text }: Answer): Record<string, unknown> | 'absent' | 'unusable' {
  const type = headers.get('content-type') ?? '';
  if (status >= 500 && !has('falls-through-outage')) stop(`The server answered ${status}.`);
  if (status >= 500 || status === 404) return 'absent';
  if (status === 200 && /html/.test(type) && !/^\s*\{/.test(text)) return 'absent';
  if (status !== 200 || (!/json/.test(type) && !has('any-type'))) return 'unusable';
  return objectOf(text) ?? 'unusable';
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Where the tokens for a resource are from, and the scopes that it lists. */
export async function issuerOf(
  resource: string,
  { pointer }: Asked,
): Promise<{ issuer: string; scopes: readonly string[] }> {
  const { origin, pathname } = new URL(resource);
  const known = `${origin}/.well-known/oauth-protected-resource`;
  const places =
    pointer !== undefined && !has('ignores-pointer')
      ? [pointer]
      : has('needs-pointer')
        ? []
        : [known + pathname, known];
  for (const place of has('path-only')
    ? places.slice(0, 1)
    : has('falls-through-outage')
      ? [...places, known]
      : places) {
    const found = documentIn(await send(place));
    if (found === 'absent') continue;
    const issuer = found === 'unusable' ? undefined : issuerIn(found, resource);
    if (issuer === undefined)
      return has('guesses-server')
        ? { issuer: origin, scopes: [] }
        : stop('The metadata of the resource cannot be used.');
    const scopes = found === 'unusable' ? [] : found['scopes_supported'];
    return { issuer, scopes: Array.isArray(scopes) ? scopes.map(String) : [] };
  }
  return stop('The resource has no metadata.');
}

function issuerIn(document: Record<string, unknown>, resource: string): string | undefined {
  if (document['resource'] !== resource && !has('no-resource-check'))
    return has('guesses-server') ? undefined : stop('The metadata is of another resource.');
  const servers = document['authorization_servers'];
  const first = Array.isArray(servers) ? textIn(servers[0]) : undefined;
  if (first === undefined) return undefined;
  if (has('any-issuer')) return new URL(first).origin;
  if (/[?#@\\]/.test(first)) stop('The issuer is no plain address.');
  return first;
}

/** Looks the metadata of a server up. */
export async function serverAt(issuer: string): Promise<Server> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    ...(path === '' ? [] : [`${issuer}/.well-known/openid-configuration`]),
  ];
  for (const place of has('oauth-place-only')
    ? [`${origin}/.well-known/oauth-authorization-server`]
    : places) {
    const found = documentIn(await send(place));
    if (found === 'absent') continue;
    if (found === 'unusable')
      return has('guesses-server') ? guessed(issuer) : stop('The metadata of the server cannot be used.');
    return serverIn(found, issuer);
  }
  return has('guesses-server') || has('falls-through-outage')
    ? guessed(issuer)
    : stop('The server has no metadata.');
}

const guessed = (issuer: string): Server => ({
  issuer,
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  registration: `${issuer}/register`,
  methods: ['none'],
  announcesIss: false,
});

function serverIn(document: Record<string, unknown>, issuer: string): Server {
  const said = document['issuer'];
  const isSame = has('issuer-trimmed') ? trimmed(said) === trimmed(issuer) : said === issuer;
  if (!isSame && !has('no-issuer-check') && !has('guesses-server'))
    stop('The metadata is of another issuer.');
  const methods = document['code_challenge_methods_supported'];
  if (
    !has('no-pkce-check') &&
    !has('guesses-server') &&
    !(Array.isArray(methods) && methods.includes('S256'))
  )
    stop('The server does not know PKCE.');
  const auth = document['token_endpoint_auth_methods_supported'];
  return {
    issuer,
    authorization: endpointIn(document, 'authorization_endpoint', `${issuer}/authorize`),
    token: endpointIn(document, 'token_endpoint', `${issuer}/token`),
    registration:
      textIn(document['registration_endpoint']) ?? (has('guesses-server') ? `${issuer}/register` : undefined),
    methods: Array.isArray(auth) ? auth.map(String) : ['client_secret_basic'],
    announcesIss: document['authorization_response_iss_parameter_supported'] === true,
  };
}

const trimmed = (value: unknown): string => {
  const text = String(value).trim();
  if (!urlOf(text)) return text;
  const url = new URL(text);
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
};

function endpointIn(document: Record<string, unknown>, name: string, otherwise: string): string {
  const value = textIn(document[name]);
  if (value !== undefined && urlOf(value)) return value;
  return has('guesses-endpoints') || has('guesses-server') ? otherwise : stop(`The metadata has no ${name}.`);
}

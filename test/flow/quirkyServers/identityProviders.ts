// Identity providers that companies use: their metadata, their client registrations, and what they call a resource.
import type { Answer, Received, World } from '../../support/world.ts';
import { byHand, type QuirkyServer } from './quirk.ts';

const noRegistration = { registration_endpoint: null };
const noPkce = { code_challenge_methods_supported: null };
const impossible = { code: 'registration_impossible', says: 'client.preRegistered' } as const;

/** Only OpenID Connect discovery, at this path behind the issuer, as a document of the issuer. */
const openIdAt = (path: '' | `/${string}`): Pick<QuirkyServer, 'server' | 'resource' | 'answers'> => ({
  server: { issuer: `{a}${path}` },
  resource: { authorization_servers: [`{a}${path}`] },
  answers: {
    'a GET /.well-known/oauth-authorization-server': { status: 404 },
    [`a GET ${path}/.well-known/openid-configuration`]: (_: Received, world: World): Answer => ({
      body: world.documents.a,
    }),
  },
});

/** Sends the browser back with an error. */
export const refuseLogin =
  (isGood: (query: URLSearchParams) => boolean, error: string, description = '') =>
  ({ query }: Received): Answer | undefined => {
    if (isGood(query)) return undefined;
    const back = new URL(query.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries({ error, error_description: description, iss: '{a}' }))
      back.searchParams.set(name, value);
    back.searchParams.set('state', query.get('state') ?? '');
    return { status: 302, headers: { location: back.href.replace('%7Ba%7D', '{a}') } };
  };

/** A token that the resource takes only where the login page was asked for something. */
const tokenFor =
  (isGood: (query: URLSearchParams) => boolean) =>
  (_: Received, world: World): Answer | undefined => {
    const [page] = world.requests('a', 'GET', '/authorize').slice(-1);
    if (page && isGood(page.query)) return undefined;
    return { body: { access_token: 'opaque', token_type: 'Bearer', expires_in: 300 } };
  };

/** A refresh token only where the login page was asked for it. */
export const refreshTokenFor =
  (isGood: (query: URLSearchParams) => boolean) =>
  (one: Received, world: World): Answer | undefined => {
    const [page] = world.requests('a', 'GET', '/authorize').slice(-1);
    if (one.form.get('grant_type') === 'refresh_token' || (page && isGood(page.query))) return undefined;
    const { body, ...rest } = world.correctly(one);
    const { refresh_token: _, ...others } = body as Record<string, unknown>;
    return { ...rest, body: others };
  };

/** The resource takes every token of this world. */
const withAnyToken = ({ headers }: Received, { accessTokens }: World): Answer | undefined =>
  accessTokens.has((headers['authorization'] ?? '').slice(7)) ? { body: {} } : undefined;

export const identityProviders: readonly QuirkyServer[] = [
  {
    id: 'entra-resource',
    who: 'Microsoft Entra ID (v2.0)',
    quirk:
      'It refuses the parameter resource (AADSTS901002, AADSTS9010010): scopes say there which API is meant.',
    answers: {
      'a GET /authorize': refuseLogin(
        (query) => !query.has('resource'),
        'invalid_target',
        'AADSTS9010010: The resource parameter does not match with the requested scopes.',
      ),
    },
    options: { policy: { dangerouslyOmitResourceAt: ['{a}'] } },
    without: { code: 'authorization_refused', says: 'policy.dangerouslyOmitResourceAt' },
  },
  {
    id: 'entra-resource-name',
    who: 'Microsoft Entra ID, with an Application ID URI',
    quirk: 'It knows the resource by the URI of its app (api://…), and not by its address.',
    answers: {
      'a GET /authorize': refuseLogin((query) => query.get('resource') === 'api://mcp', 'invalid_target'),
    },
    options: { policy: { dangerouslySendResourceAs: { '{a}': 'api://mcp' } } },
    without: { code: 'authorization_refused', says: 'policy.dangerouslySendResourceAs' },
    renews: true,
  },
  {
    id: 'entra-pkce',
    who: 'Microsoft Entra ID, Azure AD B2C',
    quirk: 'Its metadata does not say that it supports PKCE, and it does.',
    ...openIdAt('/tenant/v2.0'),
    server: { issuer: '{a}/tenant/v2.0', ...noPkce },
    options: { policy: { dangerouslyAllowWithoutPkceAt: ['{a}/tenant/v2.0'] } },
    without: { code: 'pkce_unsupported', says: 'policy.dangerouslyAllowWithoutPkceAt' },
  },
  {
    id: 'entra-refresh',
    who: 'Microsoft Entra ID',
    quirk: 'It wants the parameter scope in each refresh (AADSTS900144).',
    helps: 'nothing: the refresh is sent once more with the scopes, and that is remembered',
    answers: {
      'a POST /token': ({ form }) =>
        form.get('grant_type') !== 'refresh_token' || form.has('scope')
          ? undefined
          : {
              status: 400,
              body: { error: 'invalid_request', error_description: "It must contain 'scope'." },
            },
    },
    renews: true,
  },
  {
    id: 'entra-registration',
    who: 'Microsoft Entra ID',
    quirk: 'It registers no clients dynamically.',
    helps: 'register an app by hand, as a public client for a desktop',
    server: noRegistration,
    options: byHand(),
    without: impossible,
  },
  {
    id: 'entra-common',
    who: 'Microsoft Entra ID, the endpoint common',
    quirk: 'The issuer in its metadata is a pattern with {tenantid}, so that it is no server of its own.',
    helps: 'the resource has to name the issuer of a tenant: tell its operator',
    server: { issuer: 'https://login.example/{tenantid}/v2.0' },
    refused: { code: 'issuer_mismatch', says: "tell the server's operator" },
  },
  {
    id: 'adfs-resource',
    who: 'Microsoft AD FS',
    quirk: 'Its parameter resource is the identifier of a relying party, which need not be an address.',
    answers: {
      'a GET /authorize': refuseLogin(
        (query) => query.get('resource') === 'urn:mcp',
        'invalid_resource',
        'Unknown "resource".',
      ),
    },
    options: { policy: { dangerouslySendResourceAs: { '{a}': 'urn:mcp' } } },
    without: { code: 'authorization_refused', says: 'policy.dangerouslySendResourceAs' },
  },
  {
    id: 'auth0-audience',
    who: 'Auth0, Ory Hydra',
    quirk: 'Without its own parameter audience it issues a token that is of no use at an API.',
    answers: { 'a POST /token': tokenFor((query) => query.get('audience') === 'https://mcp.example') },
    options: { policy: { authorizationParameters: { '{a}': { audience: 'https://mcp.example' } } } },
    without: { code: 'grant_not_accepted', says: 'with policy.authorizationParameters or policy.scopeFloor' },
  },
  {
    id: 'auth0-slash',
    who: 'Auth0, authentik',
    quirk: 'Its issuer ends with a slash, and resources list it without.',
    server: { issuer: '{a}/' },
    answers: {
      'resource GET /.well-known/oauth-protected-resource/mcp': (_, { resource }) => ({
        body: { resource, authorization_servers: ['{a}'] },
      }),
      'resource GET /mcp': withAnyToken,
      'resource POST /mcp': withAnyToken,
    },
    options: { policy: { dangerouslyIgnoreTrailingSlashOf: ['{a}'] } },
    without: { code: 'issuer_mismatch', says: 'policy.dangerouslyIgnoreTrailingSlashOf' },
  },
  {
    id: 'auth0-client-slash',
    who: 'Auth0, authentik, with a client registered by hand',
    quirk: 'Its issuer ends with a slash, and the client was noted down without.',
    helps: 'write the issuer of the client as the server does',
    server: { issuer: '{a}/', ...noRegistration },
    resource: { authorization_servers: ['{a}/'] },
    options: byHand({ issuer: '{a}' }),
    refused: { code: 'bound_elsewhere', says: 'write client.preRegistered[].issuer as the server does' },
  },
  {
    id: 'okta-registration',
    who: 'Okta',
    quirk: 'It lists an endpoint for registrations, which only takes those of administrators.',
    helps: 'register a client by hand, or give a token for registrations',
    answers: {
      'a POST /register': ({ headers }) =>
        headers['authorization'] === 'Bearer initial'
          ? undefined
          : { status: 401, body: { errorCode: 'E0000005' } },
    },
    options: { client: { name: 'tests', initialAccessTokens: [{ issuer: '{a}', token: 'initial' }] } },
    without: { code: 'registration_refused', says: 'client.initialAccessTokens' },
  },
  {
    id: 'keycloak-hosts',
    who: 'Keycloak',
    quirk: 'Its policy of trusted hosts refuses registrations without a token.',
    helps: 'make an initial access token there, or register a client by hand',
    answers: {
      'a POST /register': ({ headers }) =>
        headers['authorization']
          ? undefined
          : { status: 403, body: { error: 'insufficient_scope', error_description: 'Host not trusted.' } },
    },
    options: { client: { name: 'tests', initialAccessTokens: [{ issuer: '{a}', token: 'initial' }] } },
    without: { code: 'registration_refused', says: 'client.initialAccessTokens' },
  },
  {
    id: 'keycloak-scopes',
    who: 'Keycloak',
    quirk: 'Its policy of client scopes refuses registrations that name scopes.',
    helps: 'nothing: the registration is sent once more without scopes',
    answers: {
      'a POST /register': ({ body }) =>
        'scope' in JSON.parse(body) ? { status: 400, body: { error: 'invalid_client_metadata' } } : undefined,
    },
  },
  {
    id: 'keycloak-audience',
    who: 'Keycloak',
    quirk:
      'It overlooks the parameter resource, so that the token is for no audience and the resource refuses it.',
    helps: 'a mapper for the audience in the realm: ask its operator',
    answers: {
      'a POST /token': { body: { access_token: 'for-nobody', token_type: 'Bearer', expires_in: 60 } },
    },
    refused: { code: 'grant_not_accepted', says: 'tell its operator' },
    pages: 2,
  },
  {
    id: 'keycloak-hostname',
    who: 'Keycloak behind a proxy, with a wrong hostname',
    quirk: 'Its metadata names endpoints with plain http.',
    helps: 'its operator has to set the hostname and the headers of the proxy',
    server: { token_endpoint: 'http://keycloak.internal/token' },
    refused: { code: 'address_refused', says: 'nothing was sent' },
  },
  {
    id: 'cognito-pkce',
    who: 'Amazon Cognito',
    quirk: 'Its metadata does not speak of PKCE, and there is no dynamic registration.',
    helps: 'register an app client by hand as well',
    ...openIdAt('/pool'),
    server: { issuer: '{a}/pool', ...noPkce, ...noRegistration },
    options: {
      client: { name: 'tests', preRegistered: [{ issuer: '{a}/pool', clientId: 'by-hand' }] },
      policy: { dangerouslyAllowWithoutPkceAt: ['{a}/pool'] },
    },
    without: { code: 'pkce_unsupported', says: 'policy.dangerouslyAllowWithoutPkceAt' },
  },
  {
    id: 'cognito-machine',
    who: 'Amazon Cognito, with client credentials',
    quirk: 'Its metadata does not speak of PKCE, which a client without a person does not need.',
    helps: 'nothing besides the client and its grant',
    server: { ...noPkce, ...noRegistration },
    answers: {
      'a POST /token': ({ form }, world) =>
        form.get('grant_type') === 'client_credentials'
          ? { body: world.mint('a', 'read', 'machine') }
          : { status: 400 },
    },
    options: {
      client: {
        name: 'tests',
        preRegistered: [{ issuer: '{a}', clientId: 'machine', clientSecret: 'secret' }],
        grant: { kind: 'client-credentials' },
      },
    },
    pages: 0,
  },
  {
    id: 'duende-resource',
    who: 'Duende IdentityServer',
    quirk: 'It knows only resources that it was told of, by the name that it was told.',
    answers: {
      'a POST /token': ({ form }) =>
        form.get('resource') === 'urn:mcp' ? undefined : { status: 400, body: { error: 'invalid_target' } },
    },
    options: { policy: { dangerouslySendResourceAs: { '{a}': 'urn:mcp' } } },
    without: { code: 'token_refused', says: 'policy.dangerouslySendResourceAs' },
    renews: true,
  },
  {
    id: 'zitadel-audience',
    who: 'Zitadel',
    quirk: 'A scope of its own puts the project of the resource into the audience of the token.',
    answers: {
      'a POST /token': tokenFor(
        (query) => query.get('scope')?.includes('urn:zitadel:iam:org:project:id:1:aud') === true,
      ),
    },
    options: { policy: { scopeFloor: ['urn:zitadel:iam:org:project:id:1:aud'] } },
    without: { code: 'grant_not_accepted', says: 'with policy.authorizationParameters or policy.scopeFloor' },
  },
  {
    id: 'pingfederate-aud',
    who: 'PingFederate',
    quirk: 'The parameter aud of the login page chooses which kind of token is issued.',
    answers: { 'a POST /token': tokenFor((query) => query.get('aud') === 'https://mcp.example') },
    options: { policy: { authorizationParameters: { '{a}': { aud: 'https://mcp.example' } } } },
    without: { code: 'grant_not_accepted', says: 'with policy.authorizationParameters or policy.scopeFloor' },
  },
  {
    id: 'pingfederate-pushed',
    who: 'PingFederate, Curity, and others for banks',
    quirk: 'It takes only login requests that were pushed before.',
    helps: 'nothing: requests are pushed where the server demands it',
    server: { require_pushed_authorization_requests: true, pushed_authorization_request_endpoint: '{a}/par' },
    answers: {
      'a POST /par': { status: 201, body: { request_uri: 'urn:pushed:1', expires_in: 60 } },
      'a GET /authorize': (one, world) => {
        const [pushed] = world.requests('a', 'POST', '/par').slice(-1);
        return pushed && one.query.has('request_uri')
          ? world.correctly({ ...one, query: pushed.form })
          : { status: 400 };
      },
    },
  },
  {
    id: 'wso2-path',
    who: 'WSO2 Identity Server',
    quirk: 'Its issuer is the path of its token endpoint, and its metadata lies behind that.',
    helps: 'nothing: all places are looked at',
    ...openIdAt('/oauth2/token'),
  },
  {
    id: 'wso2-registration',
    who: 'WSO2 Identity Server',
    quirk: 'Its registrations need the login of an administrator.',
    helps: 'register a client by hand',
    answers: { 'a POST /register': { status: 401 } },
    options: byHand(),
    without: { code: 'registration_refused', says: 'client.preRegistered' },
  },
  {
    id: 'xsuaa-issuer',
    who: 'SAP XSUAA',
    quirk: 'The issuer in its metadata is another address than the one that the metadata lies at.',
    helps: 'the resource has to list that issuer: tell its operator',
    server: { issuer: '{a}/oauth/token' },
    refused: { code: 'issuer_mismatch', says: "tell the server's operator" },
  },
  {
    id: 'fusionauth-issuer',
    who: 'FusionAuth, as it is installed',
    quirk: 'Its issuer is no address but a name such as acme.com.',
    helps: 'its operator has to set the issuer of the tenant',
    server: { issuer: 'acme.com' },
    refused: { code: 'issuer_mismatch', says: 'acme.com' },
  },
  {
    id: 'workos-documents',
    who: 'WorkOS AuthKit, and others that take metadata documents of clients',
    quirk: 'A client is known by the address of its own metadata; none has to be registered.',
    server: { ...noRegistration, client_id_metadata_document_supported: true },
    options: { client: { name: 'tests', metadataUrl: 'https://app.example/client.json' } },
    without: { code: 'registration_impossible', says: 'client.metadataUrl' },
  },
  {
    id: 'offline-refused',
    who: 'Authelia, NyxID, and others with scopes for each client',
    quirk: 'It lists the scope offline_access, and refuses it to clients that were not set up for it.',
    server: { scopes_supported: ['read', 'offline_access'] },
    answers: {
      'a GET /authorize': refuseLogin(
        (query) => query.get('scope') === 'read',
        'invalid_scope',
        'The OAuth 2.0 Client is not allowed to request scope offline_access.',
      ),
    },
    options: { policy: { scopeCeiling: ['read'] } },
    without: { code: 'authorization_refused', says: 'policy.scopeCeiling' },
  },
];

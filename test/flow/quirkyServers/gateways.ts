// What stands before a resource, and servers of libraries: gateways, proxies, and metadata that is not as it should be.
import { headlessUserAgent } from '../../../adapters/node.ts';
import type { Answer, Received, World } from '../../support/world.ts';
import { byHand, type QuirkyServer } from './quirk.ts';

const METADATA = '/.well-known/oauth-protected-resource';
const behind = (name: string, denied: Answer): NonNullable<QuirkyServer['answers']> => {
  const answer = ({ headers }: Received) => (headers[name] === 'key' ? undefined : denied);
  return {
    'resource GET /mcp': answer,
    'resource POST /mcp': answer,
    [`resource GET ${METADATA}/mcp`]: answer,
  };
};

/** A resource that takes every token of this world, and says nothing to anybody else. */
const withToken = ({ headers }: Received, { accessTokens }: World): Answer =>
  accessTokens.has((headers['authorization'] ?? '').slice(7)) ? { body: {} } : { status: 401 };

/** A challenge that points to a place of this resource where nothing is. */
const pointingAstray: Answer = {
  status: 401,
  headers: { 'www-authenticate': `Bearer resource_metadata="{rs}${METADATA}/other"` },
};

/** A document by another media type than its own. */
const called = (type: string, document: object): Answer => ({
  headers: { 'content-type': type },
  body: JSON.stringify(document),
});

export const gateways: readonly QuirkyServer[] = [
  {
    id: 'cloudflare-access',
    who: 'Cloudflare Access before the resource',
    quirk: 'It lets nobody in without the headers of a service token.',
    answers: behind('cf-access-client-id', { status: 302, headers: { location: '{b}/login' } }),
    options: { policy: { resourceHeaders: { '{rs}': { 'CF-Access-Client-Id': 'key' } } } },
  },
  {
    id: 'apim-key',
    who: 'Azure API Management before the resource',
    quirk: 'It wants a subscription key in a header of each request.',
    answers: behind('ocp-apim-subscription-key', { status: 401, body: { statusCode: 401 } }),
    options: { policy: { resourceHeaders: { '{rs}': { 'Ocp-Apim-Subscription-Key': 'key' } } } },
    without: { code: 'resource_metadata_absent', says: 'publishes no protected resource metadata' },
  },
  {
    id: 'forgets-clients',
    who: 'Servers that forget clients',
    quirk: 'A client that was registered some time ago is not known any more.',
    helps: 'nothing: the client is registered again, and the person logs in once more',
    answers: {
      'a POST /token': (_, world) =>
        world.requests('a', 'POST', '/token').length === 1
          ? { status: 401, body: { error: 'invalid_client' } }
          : undefined,
    },
    pages: 2,
  },
  {
    id: 'aws-headers',
    who: 'Amazon API Gateway before the resource',
    quirk: 'It renames the header WWW-Authenticate, so that a challenge points nowhere.',
    helps: 'nothing: the well-known places are looked at',
    answers: {
      'resource GET /mcp': { status: 401, headers: { 'x-amzn-remapped-www-authenticate': 'Bearer' } },
      'resource POST /mcp': ({ headers }) =>
        headers['authorization']
          ? undefined
          : { status: 401, headers: { 'x-amzn-remapped-www-authenticate': 'Bearer' } },
    },
  },
  {
    id: 'pages-for-all',
    who: 'Vercel, Netlify, and others that answer all paths with a page',
    quirk: 'Where metadata is looked for first, there is an HTML page with status 200.',
    helps: 'nothing: a page is no metadata, and the next place is looked at',
    answers: {
      'resource GET /mcp': { status: 401 },
      'resource POST /mcp': ({ headers }) => (headers['authorization'] ? undefined : { status: 401 }),
      [`resource GET ${METADATA}/mcp`]: { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
      [`resource GET ${METADATA}`]: (_, { documents }) => ({ body: documents.resource }),
    },
  },
  {
    id: 'parent-resource',
    who: 'Servers whose metadata speaks of the whole host',
    quirk: 'The resource in the metadata is the origin, and the endpoint lies below.',
    helps: 'nothing, where the metadata lies at the place of that origin',
    resource: { resource: '{rs}/' },
    answers: {
      'resource GET /mcp': { status: 401 },
      'resource POST /mcp': ({ headers }) => (headers['authorization'] ? undefined : { status: 401 }),
      [`resource GET ${METADATA}/mcp`]: { status: 404 },
      [`resource GET ${METADATA}`]: (_, { documents }) => ({ body: documents.resource }),
    },
  },
  {
    id: 'resource-slash',
    who: 'FastMCP, and others behind a router that adds a slash',
    quirk: 'The metadata speaks of the endpoint with a slash at its end.',
    helps: 'use the address with the slash as the resource',
    resource: { resource: '{rs}/mcp/' },
    refused: { code: 'resource_mismatch', says: 'use the one that it names if you mean that' },
  },
  {
    id: 'resource-elsewhere',
    who: 'A resource behind a proxy that does not know its own address',
    quirk: 'The metadata speaks of an internal address.',
    helps: 'its operator has to set the public address',
    resource: { resource: 'http://mcp.internal:8080/mcp' },
    refused: { code: 'resource_mismatch', says: /not about \S+; nothing was sent, check the URL\.$/ },
  },
  {
    id: 'rules-of-2025-03-26',
    who: 'MCP servers by the rules of 2025-03-26',
    quirk: 'The resource has no metadata, and is its own authorization server.',
    resource: { authorization_servers: ['{rs}'] },
    answers: {
      'resource GET /mcp': withToken,
      'resource POST /mcp': withToken,
      [`resource GET ${METADATA}/mcp`]: { status: 404 },
      'resource POST /register': (one, world) => world.correctly({ ...one, at: 'a' }),
      'resource GET /authorize': (one, world) => {
        const answer = world.correctly({ ...one, at: 'a' });
        const location = answer.headers?.['location']?.replace(/&iss=[^&]*/, '') ?? '';
        return { ...answer, headers: { location } };
      },
      'resource POST /token': (one, world) => world.correctly({ ...one, at: 'a' }),
    },
    options: { policy: { legacyDiscovery: true } },
    without: { code: 'resource_metadata_absent', says: 'policy.legacyDiscovery' },
    renews: true,
  },
  {
    id: 'several-servers',
    who: 'Resources with several servers',
    quirk: 'It lists a server for its own people first, and then the one for yours.',
    resource: { authorization_servers: ['{b}', '{a}'] },
    answers: { 'b GET /authorize': { status: 403, body: 'Not for you.' } },
    options: { policy: { selectServer: '{a}' } },
    without: { code: 'user_agent_failed', says: 'asks for a person' },
  },
  {
    id: 'dead-server',
    who: 'Resources with several servers',
    quirk: 'The first of the listed servers is gone.',
    helps: 'nothing: the next one is used',
    resource: { authorization_servers: ['{b}', '{a}'] },
    answers: { 'b GET /.well-known/oauth-authorization-server': { status: 404 } },
  },
  {
    id: 'discovery-address',
    who: 'Resources that list the address of the metadata in place of the issuer',
    quirk: 'What is listed ends with /.well-known/openid-configuration.',
    helps: 'its operator has to list the issuer',
    resource: { authorization_servers: ['{a}/.well-known/openid-configuration'] },
    refused: { code: 'server_metadata_absent', says: 'publishes no authorization server metadata' },
  },
  {
    id: 'moved-metadata',
    who: 'Servers that moved to another name',
    quirk: 'Its metadata is a redirect to another host.',
    helps: 'the resource has to list the new issuer',
    answers: {
      'a GET /.well-known/oauth-authorization-server': {
        status: 301,
        headers: { location: '{b}/.well-known/oauth-authorization-server' },
      },
    },
    refused: { code: 'redirect_refused', says: 'the resource has to list the server that it leads to' },
  },
  {
    id: 'redirect-names',
    who: 'Servers that mind the literal address of the loopback',
    quirk: 'Registrations with http://127.0.0.1 are refused, and those with localhost are not.',
    helps: 'nothing: the registration is sent once more with the other name',
    answers: {
      'a POST /register': ({ body }) =>
        body.includes('127.0.0.1') ? { status: 400, body: { error: 'invalid_redirect_uri' } } : undefined,
    },
  },
  {
    id: 'redirect-fixed',
    who: 'Slack, HubSpot, and others with a list of redirect URIs',
    quirk: 'A client that was registered by hand has one redirect URI, to the letter.',
    server: { registration_endpoint: null },
    answers: {
      'a GET /authorize': ({ query }) =>
        query.get('redirect_uri') === 'http://127.0.0.1:4000/back'
          ? undefined
          : { status: 400, body: 'redirect_uri' },
    },
    options: { ...byHand(), userAgent: headlessUserAgent({ redirectUri: 'http://127.0.0.1:4000/back' }) },
    without: { code: 'registration_impossible', says: 'client.preRegistered' },
  },
  {
    id: 'late-outage',
    who: 'Any server, on a bad day',
    quirk: 'Its token endpoint answers with 503.',
    helps: 'try again later: the failure says when, if the server did',
    answers: { 'a POST /token': { status: 503, headers: { 'retry-after': '30' } } },
    refused: { code: 'server_unavailable', says: 'try again later' },
  },
  {
    id: 'number-as-text',
    who: 'Azure AD v1, and others',
    quirk: 'The time that a token is good for is a text, and the type of the token is in small letters.',
    helps: 'nothing: it is read',
    answers: {
      'a POST /token': (one, world) => {
        const { body } = world.correctly(one);
        return { body: { ...(body as object), expires_in: '3599', token_type: 'bearer' } };
      },
    },
    renews: true,
  },
  {
    id: 'silent-issuer',
    who: 'Servers that promise to name themselves, and do not',
    quirk: 'The response of the login page has no iss, which the metadata promises.',
    helps: 'its operator has to mend that: the code could be of another server',
    answers: {
      'a GET /authorize': ({ query }) => {
        const back = new URL(query.get('redirect_uri') ?? '');
        back.searchParams.set('code', 'code');
        back.searchParams.set('state', query.get('state') ?? '');
        return { status: 302, headers: { location: back.href } };
      },
    },
    refused: { code: 'response_issuer_missing', says: 'its code was not used' },
  },
  {
    id: 'untyped-metadata',
    who: 'Obot at one time, and servers of files',
    quirk: 'Its metadata is JSON, and is called text/plain or application/octet-stream.',
    helps: 'nothing: it is read',
    answers: {
      [`resource GET ${METADATA}/mcp`]: (_, { documents }) => called('text/plain', documents.resource),
      'a GET /.well-known/oauth-authorization-server': (_, { documents }) =>
        called('application/octet-stream', documents.a),
    },
  },
  {
    id: 'objects-for-all',
    who: 'Sites that answer all paths with a JSON object',
    quirk: 'Where the metadata of the server is looked for first, there is {} with status 200.',
    helps: 'nothing: an object about something else is no metadata, and the next place is looked at',
    answers: {
      'a GET /.well-known/oauth-authorization-server': { body: {} },
      'a GET /.well-known/openid-configuration': (_, { documents }) => ({ body: documents.a }),
    },
  },
  {
    id: 'empty-members',
    who: 'mcp-auth-proxy, and others that write members without a value',
    quirk:
      'Endpoints that it has not, and what it does not say of a registration, are empty texts or empty lists.',
    helps: 'nothing: what is empty is not there',
    server: { revocation_endpoint: '', device_authorization_endpoint: '' },
    answers: {
      'a POST /register': (one, world) => {
        const { body } = world.correctly(one);
        const empty = { grant_types: [], response_types: [], token_endpoint_auth_method: '' };
        return { status: 201, body: { ...(body as object), ...empty, client_secret: 'secret-of-it' } };
      },
    },
    renews: true,
  },
  {
    id: 'guarded-metadata',
    who: 'Resources whose middleware wants a token for every path',
    quirk: 'Its metadata answers with 401, and has to be public.',
    helps: 'its operator has to publish the metadata without a login',
    answers: {
      [`resource GET ${METADATA}/mcp`]: { status: 401 },
      [`resource GET ${METADATA}`]: { status: 401 },
    },
    refused: { code: 'resource_metadata_absent', says: 'answers with 401; its operator has to publish it' },
  },
  {
    id: 'guarded-server',
    who: 'Servers behind a gateway that wants a login for every path',
    quirk: 'The metadata of the server answers with 403, and has to be public.',
    helps: 'its operator has to publish the metadata without a login',
    answers: { 'a GET /.well-known/oauth-authorization-server': { status: 403 } },
    refused: { code: 'server_metadata_absent', says: 'answers with 403; it has to be public' },
  },
  {
    id: 'dangling-pointer',
    who: 'Resources whose challenge points to a wrong place',
    quirk: 'There is no metadata where its challenge points to.',
    helps: 'its operator has to mend the challenge',
    answers: { 'resource GET /mcp': pointingAstray, 'resource POST /mcp': pointingAstray },
    refused: { code: 'resource_metadata_absent', says: 'where its challenge points to' },
  },
  {
    id: 'moved-token-endpoint',
    who: 'Servers whose router adds a slash, or whose endpoints moved',
    quirk: 'Its token endpoint answers with a redirect, where the code and the verifier would go along.',
    helps: 'its operator has to list the address that it leads to',
    answers: { 'a POST /token': { status: 308, headers: { location: '{a}/token/' } } },
    refused: {
      code: 'redirect_refused',
      says: /^The token endpoint at \S+ answered with a redirect .*; its operator has to list the address/,
    },
  },
  {
    id: 'appended-metadata',
    who: 'Servers that append the well-known place to an issuer with a path',
    quirk: 'Its metadata lies at PATH/.well-known/oauth-authorization-server, and at no other place.',
    helps: 'nothing: that place is looked at last',
    server: { issuer: '{a}/tenant' },
    resource: { authorization_servers: ['{a}/tenant'] },
    answers: {
      'a GET /.well-known/oauth-authorization-server': { status: 404 },
      'a GET /tenant/.well-known/oauth-authorization-server': (_, { documents }) => ({ body: documents.a }),
    },
  },
];

// Services with an authorization server of their own: what their login pages and token endpoints want.

import { refreshTokenFor, refuseLogin } from './identityProviders.ts';
import { byHand, type QuirkyServer } from './quirk.ts';

const secret = { clientSecret: 'secret-of-the-app' };
const noRegistration = { registration_endpoint: null };
const impossible = { code: 'registration_impossible', says: 'client.preRegistered' } as const;

export const services: readonly QuirkyServer[] = [
  {
    id: 'google-offline',
    who: 'Google',
    quirk: 'It gives a refresh token only for access_type=offline, and again only with a new consent.',
    answers: { 'a POST /token': refreshTokenFor((query) => query.get('access_type') === 'offline') },
    options: {
      policy: { prompt: 'consent', authorizationParameters: { '{a}': { access_type: 'offline' } } },
    },
    renews: true,
  },
  {
    id: 'google-registration',
    who: 'Google',
    quirk: 'It registers no clients dynamically, and apps for desktops have a secret.',
    helps: 'register an app for desktops by hand, and give its secret',
    server: noRegistration,
    options: byHand(secret),
    without: impossible,
  },
  {
    id: 'google-openid',
    who: 'Google, and others that came from OpenID Connect',
    quirk: 'Its metadata lies at the place of OpenID Connect only.',
    helps: 'nothing: all places are looked at',
    answers: {
      'a GET /.well-known/oauth-authorization-server': { status: 404 },
      'a GET /.well-known/openid-configuration': (_, { documents }) => ({ body: documents.a }),
    },
  },
  {
    id: 'github-registration',
    who: 'GitHub',
    quirk: 'It registers no clients dynamically.',
    helps: 'register an OAuth app or a GitHub app by hand',
    server: noRegistration,
    options: byHand(secret),
    without: impossible,
  },
  {
    id: 'github-errors',
    who: 'GitHub, Zoho',
    quirk: 'Its token endpoint answers errors with status 200.',
    helps: 'nothing: an error counts as one, whatever its status',
    answers: { 'a POST /token': { status: 200, body: { error: 'bad_verification_code' } } },
    refused: { code: 'token_refused', says: 'bad_verification_code' },
  },
  {
    id: 'github-scopes',
    who: 'GitHub',
    quirk: 'It separates the granted scopes with commas.',
    helps: 'nothing: what was asked for counts, too',
    answers: {
      'a POST /token': (one, world) => {
        const { body } = world.correctly(one);
        return { body: { ...(body as object), scope: 'read,write', token_type: 'bearer' } };
      },
    },
  },
  {
    id: 'slack-registration',
    who: 'Slack',
    quirk: 'It registers no clients dynamically, and wants a secret.',
    helps: 'make a Slack app, and give its id and secret',
    server: { ...noRegistration, token_endpoint_auth_methods_supported: ['client_secret_post'] },
    options: byHand(secret),
    without: impossible,
  },
  {
    id: 'slack-token-type',
    who: 'Slack, the older endpoint oauth.v2.access',
    quirk: 'Its token has the type bot, which says nothing about how it is sent.',
    helps: 'use the endpoints that its MCP server lists',
    answers: { 'a POST /token': { body: { access_token: 'xoxb', token_type: 'bot' } } },
    refused: { code: 'token_response_invalid', says: 'token_type is not Bearer' },
  },
  {
    id: 'slack-issuer',
    who: 'Slack, Atlassian (authv2), and others with one server for several names',
    quirk: 'Its metadata names another issuer than the one that the resource lists.',
    helps: 'its operator has to name one of them: until then nothing is sent',
    server: { issuer: '{b}' },
    refused: { code: 'issuer_mismatch', says: "tell the server's operator" },
  },
  {
    id: 'salesforce-refresh',
    who: 'Salesforce',
    quirk: 'It gives a refresh token only where the scope refresh_token was asked for.',
    answers: {
      'a POST /token': refreshTokenFor((query) => query.get('scope')?.includes('refresh_token') === true),
    },
    options: { policy: { scopeFloor: ['refresh_token'] } },
    renews: true,
  },
  {
    id: 'salesforce-domain',
    who: 'Salesforce, with a domain of its own',
    quirk: 'Login pages and tokens are at another host than the resource lists as issuer.',
    helps: 'nothing, as long as the metadata of the issuer says so itself',
    server: { authorization_endpoint: '{b}/authorize', token_endpoint: '{b}/token' },
    answers: {
      'b GET /authorize': (one, world) => world.correctly({ ...one, at: 'a' }),
      'b POST /token': (one, world) => world.correctly({ ...one, at: 'a' }),
    },
  },
  {
    id: 'atlassian-audience',
    who: 'Atlassian (3LO)',
    quirk: 'Its login page wants its own parameter audience and prompt=consent.',
    answers: {
      'a GET /authorize': refuseLogin(
        (query) => query.get('audience') === 'api.atlassian.com' && query.get('prompt') === 'consent',
        'invalid_request',
        'The parameter audience is missing.',
      ),
    },
    options: {
      policy: { prompt: 'consent', authorizationParameters: { '{a}': { audience: 'api.atlassian.com' } } },
    },
    without: { code: 'authorization_refused', says: 'invalid_request' },
  },
  {
    id: 'zoho-offline',
    who: 'Zoho',
    quirk: 'It gives a refresh token only for access_type=offline.',
    answers: { 'a POST /token': refreshTokenFor((query) => query.get('access_type') === 'offline') },
    options: { policy: { authorizationParameters: { '{a}': { access_type: 'offline' } } } },
    renews: true,
  },
  {
    id: 'dropbox-offline',
    who: 'Dropbox',
    quirk: 'It gives a refresh token only for token_access_type=offline.',
    answers: { 'a POST /token': refreshTokenFor((query) => query.get('token_access_type') === 'offline') },
    options: { policy: { authorizationParameters: { '{a}': { token_access_type: 'offline' } } } },
    renews: true,
  },
  {
    id: 'reddit-duration',
    who: 'Reddit',
    quirk: 'It gives a refresh token only for duration=permanent.',
    answers: { 'a POST /token': refreshTokenFor((query) => query.get('duration') === 'permanent') },
    options: { policy: { authorizationParameters: { '{a}': { duration: 'permanent' } } } },
    renews: true,
  },
  {
    id: 'x-offline',
    who: 'X',
    quirk: 'The scope for a refresh token is offline.access, with a dot.',
    answers: {
      'a POST /token': refreshTokenFor((query) => query.get('scope')?.includes('offline.access') === true),
    },
    options: { policy: { scopeFloor: ['offline.access'] } },
    renews: true,
  },
  {
    id: 'notion-owner',
    who: 'Notion, the API',
    quirk: 'Its login page wants owner=user.',
    answers: { 'a GET /authorize': refuseLogin((query) => query.get('owner') === 'user', 'invalid_request') },
    options: { policy: { authorizationParameters: { '{a}': { owner: 'user' } } } },
    without: { code: 'authorization_refused', says: 'invalid_request' },
  },
  {
    id: 'rotation',
    who: 'Atlassian, Auth0 with rotation, and others whose refresh tokens are good once',
    quirk: 'A refresh token that comes a second time ends the login.',
    helps: 'nothing: each is sent once, by one process',
    renews: true,
  },
  {
    id: 'linear-actor',
    who: 'Linear',
    quirk: 'An app that acts as itself needs actor=app at the login page.',
    answers: { 'a GET /authorize': refuseLogin((query) => query.get('actor') === 'app', 'access_denied') },
    options: { policy: { authorizationParameters: { '{a}': { actor: 'app' } } } },
    without: { code: 'access_denied', says: 'was denied' },
  },
  {
    id: 'figma-list',
    who: 'Figma',
    quirk: 'Its endpoint for registrations takes only clients that it knows by name.',
    helps: 'ask Figma for a client, and give it',
    answers: { 'a POST /register': { status: 403, body: 'Forbidden' } },
    options: byHand(secret),
    without: { code: 'registration_refused', says: 'client.preRegistered' },
  },
  {
    id: 'gitlab-scope',
    who: 'GitLab',
    quirk: 'Clients that were registered dynamically get the scope mcp and no other.',
    resource: { scopes_supported: ['mcp', 'api'] },
    answers: { 'a GET /authorize': refuseLogin((query) => query.get('scope') === 'mcp', 'invalid_scope') },
    options: { policy: { scopeCeiling: ['mcp'] } },
    without: { code: 'authorization_refused', says: 'policy.scopeCeiling' },
  },
  {
    id: 'hubspot-body',
    who: 'HubSpot',
    quirk: 'It reads the secret of a client in the body of a request only.',
    helps: 'nothing: the request is sent once more with the secret in the body; or name the method',
    server: {
      ...noRegistration,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    },
    answers: {
      'a POST /token': ({ headers }) =>
        headers['authorization'] ? { status: 401, body: { error: 'invalid_client' } } : undefined,
    },
    options: byHand(secret),
    without: impossible,
    renews: true,
  },
  {
    id: 'post-only-unlisted',
    who: 'Servers that list no method of authentication',
    quirk: 'It lists no method, which means Basic, and it reads the secret in the body only.',
    server: { ...noRegistration, token_endpoint_auth_methods_supported: null },
    answers: {
      'a POST /token': ({ headers }) =>
        headers['authorization'] ? { status: 401, body: { error: 'invalid_client' } } : undefined,
    },
    options: byHand({ ...secret, authMethod: 'client_secret_post' }),
    without: impossible,
  },
  {
    id: 'token-created',
    who: 'Supabase, Harvest, and others that answer every POST so',
    quirk: 'Its token endpoint answers with status 201.',
    helps: 'nothing: any success is one',
    answers: { 'a POST /token': (one, world) => ({ ...world.correctly(one), status: 201 }) },
    renews: true,
  },
  {
    id: 'refresh-status',
    who: 'Servers of frameworks that write errors of their own',
    quirk: 'It refuses a refresh token by the status alone, without an error code of OAuth.',
    helps: 'nothing: the person logs in once more',
    answers: {
      'a POST /token': ({ form }) =>
        form.get('grant_type') === 'refresh_token'
          ? { status: 401, body: { statusCode: 401, message: 'Unauthorized' } }
          : undefined,
    },
    renews: true,
    pages: 2,
  },
];

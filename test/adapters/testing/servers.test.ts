// The servers of a test world are correct: they take what is right, refuse what is wrong, and say why.
import { beforeEach, describe, expect, it, test } from 'vitest';
import { createTestWorld, type TestWorld } from '../../../adapters/testing.ts';
import {
  type Answered,
  authorized,
  type Changes,
  exchanged,
  REDIRECT_URI,
  registered,
  sent,
  tokens,
} from './rawClient.ts';

let world: TestWorld;
let clientId: unknown;
beforeEach(async () => {
  world = createTestWorld({
    resources: { resource: {}, other: { servers: ['b'] } },
    servers: {
      a: {
        clients: [
          {
            clientId: 'by-hand-basic',
            clientSecret: 'secret of the client',
            redirectUris: ['https://app.example/cb'],
          },
          { clientId: 'by-hand-post', clientSecret: 'secret of the other', authMethod: 'client_secret_post' },
        ],
      },
      b: {},
    },
  });
  ({ client_id: clientId } = await registered(world));
});

const lastRefusal = () => world.requests.at(-1);
const basic = (id: string, secret: string): RequestInit => ({
  headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
});
const bearer = (token: unknown): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

describe('metadata', () => {
  it('of the resource names itself, its servers and its scopes, as RFC 9728 says', async () => {
    const { json } = await sent(world, 'https://resource.test/.well-known/oauth-protected-resource/mcp');
    expect(json).toEqual({
      resource: 'https://resource.test/mcp',
      authorization_servers: ['https://a.test'],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
    });
  });

  it('of a server is where RFC 8414 or OpenID Connect has it, also for an issuer with a path', async () => {
    const servers = { a: { path: '/tenant' }, b: { path: '/tenant', metadata: 'openid' } } as const;
    world = createTestWorld({ servers });
    const at = async (url: string) => (await sent(world, url)).json['issuer'];
    expect(await at('https://a.test/.well-known/oauth-authorization-server/tenant')).toBe(
      'https://a.test/tenant',
    );
    expect(await at('https://a.test/.well-known/oauth-authorization-server')).toBeUndefined();
    expect(await at('https://b.test/.well-known/openid-configuration/tenant')).toBe('https://b.test/tenant');
    expect(await at('https://b.test/tenant/.well-known/openid-configuration')).toBe('https://b.test/tenant');
    expect(await at('https://b.test/.well-known/oauth-authorization-server/tenant')).toBeUndefined();
  });

  it('says what is switched off by leaving it out, and nothing is there', async () => {
    world = createTestWorld({
      servers: { a: { registration: false, refreshTokens: 'none', sendsIssuer: false } },
    });
    const { json } = await sent(world, 'https://a.test/.well-known/oauth-authorization-server');
    expect(json).not.toHaveProperty('registration_endpoint');
    expect(json).not.toHaveProperty('authorization_response_iss_parameter_supported');
    expect(json['grant_types_supported']).not.toContain('refresh_token');
    expect((await sent(world, 'https://a.test/register', { method: 'POST', body: '{}' })).status).toBe(404);
  });
});

describe('a resource', () => {
  const call = (init: RequestInit = {}, url = world.resource) => sent(world, url, init);

  it('challenges whoever has no token, and lets in who has one', async () => {
    const { status, headers } = await call();
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe(
      'Bearer scope="read", resource_metadata="https://resource.test/.well-known/oauth-protected-resource/mcp"',
    );
    const { json } = await exchanged(world, clientId);
    expect(await call(bearer(json['access_token']))).toMatchObject({ status: 200, json: { ok: true } });
    world.expectNoMistakes();
  });

  type Row = [
    what: string,
    token: () => Promise<unknown>,
    reason: string,
    isMistake: boolean,
    url: string | undefined,
  ];
  const access = async (): Promise<unknown> => (await exchanged(world, clientId)).json['access_token'];
  const rows: readonly Row[] = [
    ['nobody has issued', async () => 'made-up-by-the-client', 'The token is not known.', true, undefined],
    [
      'is a refresh token',
      async () => (await exchanged(world, clientId)).json['refresh_token'],
      'A refresh token',
      true,
      undefined,
    ],
    [
      'is for another resource',
      access,
      'The token is for another resource than other.',
      true,
      'https://other.test/mcp',
    ],
    [
      'has expired',
      async () => {
        const token = await access();
        await world.clock.pass(300_000);
        return token;
      },
      'The token has expired.',
      false,
      undefined,
    ],
    [
      'was revoked',
      async () => {
        const token = await access();
        world.revokeGrants('a');
        return token;
      },
      'The grant was revoked.',
      false,
      undefined,
    ],
    [
      'is of the server before',
      async () => {
        const token = await access();
        world.moveResource('b');
        return token;
      },
      'The token is of a, and resource has moved.',
      false,
      undefined,
    ],
  ];
  it.each<Row>(rows)('refuses a token that %s', async (_what, token, reason, isMistake, url) => {
    const { status, headers } = await call(bearer(await token()), url);
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake });
  });

  it.each<[string, () => Promise<Answered>, number, string]>([
    [
      'in the URL',
      async () => call({}, `${world.resource}?access_token=${await access()}`),
      400,
      'in the URL',
    ],
    ['of another scheme', () => call({ headers: { authorization: 'Basic YTpi' } }), 401, 'no Bearer token'],
  ])('refuses a token %s', async (_what, request, status, reason) => {
    expect((await request()).status).toBe(status);
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
  });

  it('asks for the scopes that are missing, of the requests that need them', async () => {
    world.askForScopes(['write'], { when: ({ body }) => body.includes('delete') });
    const token = bearer(await access());
    expect((await call(token)).status).toBe(200);
    const { status, headers } = await call({ ...token, method: 'POST', body: 'delete it' });
    expect([status, headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringContaining('error="insufficient_scope", scope="read write"'),
    ]);
    world.expectNoMistakes();
  });
});

describe('registration', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['no redirect URI', { redirect_uris: undefined }, 'invalid_redirect_uri', 'is missing'],
    ['what is no URL', { redirect_uris: ['callback'] }, 'invalid_redirect_uri', 'no URL'],
    ['a fragment', { redirect_uris: ['https://app.example/#a'] }, 'invalid_redirect_uri', 'fragment'],
    ['plain http', { redirect_uris: ['http://app.example/'] }, 'invalid_redirect_uri', 'plain http'],
    ['a scheme of nobody', { redirect_uris: ['app:/cb'] }, 'invalid_redirect_uri', 'scheme'],
    [
      'redirect URIs that are none',
      { redirect_uris: 'https://a.example' },
      'invalid_client_metadata',
      'list of texts',
    ],
    [
      'another method',
      { token_endpoint_auth_method: 'tls' },
      'invalid_client_metadata',
      'token_endpoint_auth_method',
    ],
    ['another grant', { grant_types: ['password'] }, 'invalid_client_metadata', 'password'],
    [
      'a grant for secrets',
      { grant_types: ['client_credentials'] },
      'invalid_client_metadata',
      'without a secret',
    ],
  ])('refuses %s', async (_what, changes, error, reason) => {
    expect(await registered(world, 'a', changes)).toMatchObject({ error });
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
  });

  it('refuses what is no JSON', async () => {
    const { json } = await sent(world, 'https://a.test/register', { method: 'POST', body: 'client=1' });
    expect(json).toMatchObject({ error: 'invalid_client_metadata' });
  });

  it('is for the client to look at and to delete, with its own token only', async () => {
    const { registration_client_uri, registration_access_token } = await registered(world, 'a', {
      redirect_uris: ['com.example.app:/cb'],
    });
    const at = String(registration_client_uri);
    expect((await sent(world, at)).status).toBe(401);
    expect((await sent(world, at, bearer(registration_access_token))).status).toBe(200);
    expect((await sent(world, at, { method: 'DELETE', ...bearer(registration_access_token) })).status).toBe(
      204,
    );
    expect((await sent(world, at, bearer(registration_access_token))).status).toBe(401);
  });
});

describe('the authorization endpoint', () => {
  it('sends the person back with a code, the state and the issuer, to any port of a loopback address', async () => {
    const { status, back } = await authorized(world, clientId);
    expect([status, back.get('state'), back.get('iss')]).toEqual([
      302,
      'the state of the client',
      'https://a.test',
    ]);
    expect(back.get('code')).toMatch(/^code-1-of-a-/);
    expect(world.person.logins).toEqual([
      { server: 'a', client: 'Raw', scopes: ['read'], decision: 'consents' },
    ]);
  });

  it.each<[string, Changes, string]>([
    ['no client', { client_id: undefined }, 'no client_id'],
    ['two clients', { client_id: ['x', 'y'] }, 'no client_id, or more'],
    ['a client that nobody knows', { client_id: 'stranger' }, 'not known'],
    ['no redirect URI', { redirect_uri: undefined }, 'no redirect_uri'],
    ['another redirect URI', { redirect_uri: 'https://thief.example/callback' }, 'not registered'],
    ['another path of loopback', { redirect_uri: 'http://127.0.0.1/other' }, 'not registered'],
    ['a document that nobody published', { client_id: 'https://app.example/client.json' }, 'world.publish()'],
  ])('shows the person an error for %s, and sends them nowhere', async (_what, changes, reason) => {
    expect((await authorized(world, clientId, changes)).status).toBe(400);
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
    expect(world.person.logins).toEqual([]);
  });

  it.each<[string, Changes, string, string]>([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type', 'response_type'],
    ['no challenge', { code_challenge: undefined }, 'invalid_request', 'no code_challenge'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request', 'S256'],
    ['no method', { code_challenge_method: undefined }, 'invalid_request', 'S256'],
    ['a challenge that is none', { code_challenge: 'short' }, 'invalid_request', 'no S256 challenge'],
    ['no resource', { resource: undefined }, 'invalid_target', 'No resource'],
    [
      'a resource of another server',
      { resource: 'https://other.test/mcp' },
      'invalid_target',
      'issues no tokens',
    ],
    ['a scope that nobody knows', { scope: 'read everything' }, 'invalid_scope', 'everything'],
    ['two scopes parameters', { scope: ['read', 'write'] }, 'invalid_request', 'scope was sent twice'],
  ])('tells the client of %s, and asks nobody', async (_what, changes, error, reason) => {
    const { status, back } = await authorized(world, clientId, changes);
    expect([status, back.get('error'), back.get('iss')]).toEqual([302, error, 'https://a.test']);
    expect(back.get('state')).toBe('the state of the client');
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
    expect(world.person.logins).toEqual([]);
  });

  it('knows a client by the document that it has published', async () => {
    const url = 'https://app.example/client.json';
    world.publish(url, { client_id: url, client_name: 'Published', redirect_uris: [REDIRECT_URI] });
    expect((await authorized(world, url)).back.get('code')).toMatch(/^code-/);
    world.publish(url, { client_id: 'https://other.example/', redirect_uris: [REDIRECT_URI] });
    expect((await authorized(world, url)).status).toBe(400);
  });
});

describe('the token endpoint', () => {
  it('gives tokens for a code', async () => {
    expect(await exchanged(world, clientId)).toMatchObject({
      status: 200,
      json: {
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'read',
        refresh_token: expect.stringMatching(/^refresh/),
      },
    });
  });

  it.each<[string, Changes, string, string]>([
    ['no grant type', { grant_type: undefined }, 'invalid_request', 'no grant_type'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type', 'grant_type'],
    [
      'a grant that it is not registered for',
      { grant_type: 'client_credentials' },
      'unauthorized_client',
      'not registered',
    ],
    ['no client', { client_id: undefined }, 'invalid_client', 'No client_id'],
    ['a client that nobody knows', { client_id: 'stranger' }, 'invalid_client', 'not known'],
    ['a secret of a public client', { client_secret: 'made up' }, 'invalid_client', 'registered with none'],
    ['another code', { code: 'made-up' }, 'invalid_grant', 'The code is not known'],
    ['no verifier', { code_verifier: undefined }, 'invalid_request', 'no code_verifier'],
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant', 'does not fit'],
    [
      'another redirect URI',
      { redirect_uri: 'http://127.0.0.1:1/callback' },
      'invalid_grant',
      'redirect_uri',
    ],
    ['no resource', { resource: undefined }, 'invalid_target', 'No resource'],
    ['another resource', { resource: 'https://other.test/mcp' }, 'invalid_target', 'issues no tokens'],
    ['two verifiers', { code_verifier: ['a', 'b'] }, 'invalid_request', 'twice'],
  ])('refuses %s', async (_what, changes, error, reason) => {
    const { status, json } = await exchanged(world, clientId, changes);
    expect([status, json['error']]).toEqual([error === 'invalid_client' ? 401 : 400, error]);
    expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
  });

  it('refuses the code of another client, and an old one', async () => {
    const { client_id: other } = await registered(world);
    const { back } = await authorized(world, clientId);
    const code = back.get('code') ?? '';
    expect((await exchanged(world, other, { code })).json['error']).toBe('invalid_grant');
    await world.clock.pass(60_000);
    expect((await exchanged(world, clientId, { code })).json['error']).toBe('invalid_grant');
    expect(lastRefusal()).toMatchObject({ refusal: 'The code has expired.', isMistake: false });
  });

  it('revokes what came of a code that is used twice', async () => {
    const code = (await authorized(world, clientId)).back.get('code') ?? '';
    const { json } = await exchanged(world, clientId, { code });
    expect((await exchanged(world, clientId, { code })).json['error']).toBe('invalid_grant');
    expect((await sent(world, world.resource, bearer(json['access_token']))).status).toBe(401);
  });

  it('says which server a code or a client is of', async () => {
    const code = (await authorized(world, clientId)).back.get('code') ?? '';
    const { client_id: atB } = await registered(world, 'b');
    await tokens(world, { client_id: String(atB), code }, 'b');
    expect(lastRefusal()?.refusal).toBe('The code was issued by a, and not by b.');
    await tokens(world, { client_id: String(clientId), code }, 'b');
    expect(lastRefusal()?.refusal).toBe('The client id was issued by a, and not by b.');
  });

  describe('with a refresh token', () => {
    const refresh = (token: unknown, changes: Changes = {}): Promise<Answered> =>
      tokens(world, {
        grant_type: 'refresh_token',
        client_id: String(clientId),
        refresh_token: String(token),
        code_verifier: undefined,
        redirect_uri: undefined,
        ...changes,
      });
    const first = async (): Promise<unknown> => (await exchanged(world, clientId)).json['refresh_token'];

    it('gives a new pair, and takes the new one only', async () => {
      const { json } = await refresh(await first());
      expect((await refresh(json['refresh_token'])).status).toBe(200);
      world.expectRefreshes(2);
      world.expectNoMistakes();
    });

    it('revokes the whole family when one is used twice', async () => {
      const token = await first();
      const { json } = await refresh(token);
      expect((await refresh(token)).json).toMatchObject({ error: 'invalid_grant' });
      expect(lastRefusal()).toMatchObject({
        refusal: expect.stringContaining('whole family'),
        isMistake: true,
      });
      expect((await refresh(json['refresh_token'])).status).toBe(400);
      expect((await sent(world, world.resource, bearer(json['access_token']))).status).toBe(401);
    });

    it.each<[string, Changes, string]>([
      ['more scopes', { scope: 'read write' }, 'invalid_scope'],
      ['no resource', { resource: undefined }, 'invalid_target'],
      ['another one', { refresh_token: 'made-up' }, 'invalid_grant'],
      ['none', { refresh_token: undefined }, 'invalid_request'],
    ])('refuses %s, and the right one still works', async (_what, changes, error) => {
      const token = await first();
      expect((await refresh(token, changes)).json).toMatchObject({ error });
      expect((await refresh(token)).status).toBe(200);
    });

    it('is as the options say: kept, or none at all', async () => {
      for (const refreshTokens of ['keep', 'none'] as const) {
        world = createTestWorld({ servers: { a: { refreshTokens } } });
        ({ client_id: clientId } = await registered(world));
        const token = await first();
        if (refreshTokens === 'none') expect(token).toBeUndefined();
        else expect([(await refresh(token)).status, (await refresh(token)).status]).toEqual([200, 200]);
      }
      const { client_id: without } = await registered(world, 'a', { grant_types: ['authorization_code'] });
      expect((await exchanged(world, without)).json).not.toHaveProperty('refresh_token');
    });
  });

  describe('of a client with a secret', () => {
    const itself = (init: RequestInit, changes: Changes = {}): Promise<Answered> =>
      tokens(
        world,
        { grant_type: 'client_credentials', redirect_uri: undefined, code_verifier: undefined, ...changes },
        'a',
        init,
      );

    it('gives a grant of its own', async () => {
      const { status, json } = await itself(basic('by-hand-basic', 'secret of the client'), {
        scope: 'write',
      });
      expect([status, json['scope'], json['refresh_token']]).toEqual([200, 'write', undefined]);
      const byPost = { client_id: 'by-hand-post', client_secret: 'secret of the other' };
      expect((await itself({}, byPost)).status).toBe(200);
      world.expectNoMistakes();
      world.expectNoSecretIn(world.describe());
    });

    it.each<[string, () => Promise<Answered>, string, string]>([
      [
        'a wrong secret',
        () => itself(basic('by-hand-basic', 'guessed secret')),
        'invalid_client',
        'secret is wrong',
      ],
      [
        'Basic that is none',
        () => itself({ headers: { authorization: 'Basic %' } }),
        'invalid_client',
        'No client_id',
      ],
      [
        'the other method',
        () => itself({}, { client_id: 'by-hand-basic', client_secret: 'secret of the client' }),
        'invalid_client',
        'came with client_secret_post',
      ],
      [
        'both methods',
        () =>
          itself(basic('by-hand-basic', 'secret of the client'), { client_secret: 'secret of the client' }),
        'invalid_request',
        'two ways',
      ],
      [
        'two clients',
        () => itself(basic('by-hand-basic', 'secret of the client'), { client_id: 'by-hand-post' }),
        'invalid_request',
        'client_id is not the one',
      ],
    ])('refuses %s', async (_what, request, error, reason) => {
      expect((await request()).json).toMatchObject({ error });
      expect(lastRefusal()).toMatchObject({ refusal: expect.stringContaining(reason), isMistake: true });
    });
  });
});

describe('a device', () => {
  const device = (changes: Changes = {}) =>
    sent(world, 'https://a.test/device', {
      form: new URLSearchParams({
        client_id: String(clientId),
        resource: world.resource,
        ...(changes as object),
      }),
    });
  const poll = (code: unknown, changes: Changes = {}): Promise<Answered> =>
    tokens(world, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: String(clientId),
      device_code: String(code),
      ...changes,
    });

  test('gets tokens when the person has consented, once', async () => {
    const { device_code, user_code } = (await device()).json;
    expect((await poll(device_code)).json['error']).toBe('authorization_pending');
    expect((await poll(device_code)).json['error']).toBe('slow_down');
    await world.person.enters(String(user_code));
    await world.clock.pass(5_000);
    expect((await poll(device_code)).status).toBe(200);
    await world.clock.pass(5_000);
    expect((await poll(device_code)).json['error']).toBe('invalid_grant');
    world.expectLogins(1);
  });

  test('is refused when the person denies, when it is late, and when it is not known', async () => {
    const { device_code, user_code } = (await device()).json;
    world.person.denies();
    await world.person.enters(String(user_code));
    expect((await poll(device_code)).json['error']).toBe('access_denied');
    const late = (await device()).json['device_code'];
    await world.clock.pass(600_000);
    expect((await poll(late)).json['error']).toBe('expired_token');
    expect((await poll('made-up')).json['error']).toBe('invalid_grant');
    await expect(world.person.enters('NOBO-DYHA')).rejects.toMatchObject({ code: 'config_invalid' });
    expect((await device({ client_id: 'stranger' })).status).toBe(401);
  });
});

describe('revocation', () => {
  const revoke = (token: unknown, changes: Record<string, string> = {}) =>
    sent(world, 'https://a.test/revoke', {
      form: new URLSearchParams({ client_id: String(clientId), token: String(token), ...changes }),
    });

  it('of a refresh token ends the grant; of an access token only that; of an unknown one nothing', async () => {
    const { access_token, refresh_token } = (await exchanged(world, clientId)).json;
    const other = (await exchanged(world, clientId)).json['access_token'];
    expect((await revoke(other)).status).toBe(200);
    const status = async (token: unknown) => (await sent(world, world.resource, bearer(token))).status;
    expect([await status(access_token), await status(other)]).toEqual([200, 401]);
    expect((await revoke('made-up-by-somebody')).status).toBe(200);
    expect((await revoke(refresh_token)).status).toBe(200);
    expect(await status(access_token)).toBe(401);
  });

  it('is refused to another client', async () => {
    const { refresh_token } = (await exchanged(world, clientId)).json;
    const { client_id: other } = await registered(world);
    expect((await revoke(refresh_token, { client_id: String(other) })).json['error']).toBe('invalid_grant');
    expect((await revoke(refresh_token, { client_id: 'stranger' })).status).toBe(401);
  });
});

test.each(['authorize', 'token', 'revoke', 'register', 'device'])(
  'a wrong method at /%s is refused',
  async (path) => {
    const method = path === 'authorize' ? 'POST' : 'GET';
    expect((await sent(world, `https://a.test/${path}`, { method })).status).toBe(405);
  },
);

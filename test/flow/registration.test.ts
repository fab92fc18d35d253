// Registration: which way is taken, what is sent, what is believed of the answer, and what a refusal leads to.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headlessUserAgent } from '../../adapters/node.ts';
import { type ClientOptions, createAuthEngine, memoryStore } from '../../index.ts';
import { callTool, standing, testEngine } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

const metadataUrl = 'https://app.example/oauth/client.json';
const METADATA = 'GET /.well-known/oauth-authorization-server';
const name = 'authchart tests';
const html: Answer = { headers: { 'content-type': 'text/html' }, body: '<p>Thank you!</p>' };

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const registrations = (): readonly Record<string, unknown>[] =>
  world.requests('a', 'POST', '/register').map((one) => JSON.parse(one.body));
const clientIds = (): readonly (string | null)[] =>
  world.requests('a', 'GET', '/authorize').map((one) => one.query.get('client_id'));
const tokenRequest = (): Received | undefined => world.requests('a', 'POST', '/token').at(-1);
const basicOf = (request: Received | undefined): string =>
  atob((request?.headers['authorization'] ?? '').replace(/^Basic /, ''));

/** A registers with these members changed; undefined ones are left out. */
function registerWith(changes: Record<string, unknown>, status = 201): void {
  world.script('a POST /register', ({ body }) => ({
    status,
    body: { ...JSON.parse(body), client_id: 'made-by-a', ...changes },
  }));
}

describe('the order of ways', () => {
  const byHand = (): ClientOptions['preRegistered'] => [{ issuer: world.origins.a, clientId: 'by-hand' }];
  interface Way {
    readonly what: string;
    readonly client?: () => Partial<ClientOptions>;
    readonly server?: Record<string, unknown>;
    readonly id: RegExp;
  }
  const cimd = { client_id_metadata_document_supported: true };
  const ways: readonly Way[] = [
    {
      what: 'by hand before all else',
      client: () => ({ preRegistered: byHand(), metadataUrl }),
      server: cimd,
      id: /^by-hand$/,
    },
    {
      what: 'a metadata document where the server takes them',
      client: () => ({ metadataUrl }),
      server: cimd,
      id: /^https:\/\/app\.example\/oauth\/client\.json$/,
    },
    {
      what: 'a metadata document, where dynamic registration is not offered',
      client: () => ({ metadataUrl }),
      server: { ...cimd, registration_endpoint: undefined },
      id: /^https:/,
    },
    ...['true', 1, null, undefined, [true]].map((value) => ({
      what: `R02, dynamic where the server says ${JSON.stringify(value)} of metadata documents`,
      client: () => ({ metadataUrl }),
      server: { client_id_metadata_document_supported: value },
      id: /^client-a-/,
    })),
    { what: 'dynamic where the host has no document', server: cimd, id: /^client-a-/ },
    {
      what: 'dynamic where what is by hand belongs to another issuer',
      client: () => ({ preRegistered: [{ issuer: world.origins.b, clientId: 'by-hand' }] }),
      id: /^client-a-/,
    },
  ];

  it.each(ways)('REG-1, REG-2, R01: $what', async ({ client, server, id }) => {
    Object.assign(world.documents.a, server);
    const { session } = testEngine(world.resource, { client: { name, ...client?.() } });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(clientIds()).toEqual([expect.stringMatching(id)]);
    const isDynamic = id.source === '^client-a-';
    const register = isDynamic ? ['POST /register'] : [];
    expect(world.lines('a')).toEqual([METADATA, ...register, 'GET /authorize', 'POST /token']);
    expect(tokenRequest()?.form.get('client_id')).toBe(clientIds()[0]);
  });

  it.each<[string, Partial<ClientOptions>, Record<string, unknown>]>([
    ['no way is offered', {}, { registration_endpoint: undefined }],
    ['the host forbids the only way', { dynamicRegistration: false }, {}],
    ['only a document would do', {}, { registration_endpoint: undefined, ...cimd }],
  ])('REG-1: asks for a client when %s', async (_what, client, server) => {
    Object.assign(world.documents.a, server);
    const { session } = testEngine(world.resource, { client: { name, ...client } });
    await expect(session.login()).rejects.toMatchObject({ issuer: world.origins.a });
    expect(world.lines('a')).toEqual([METADATA]);
    expect(standing(session)).toBe('failed.resting: registration_impossible in registering, fix-config');
  });

  it('REG-2: the metadata document is never fetched by the client', async () => {
    Object.assign(world.documents.a, cimd);
    const hosts = new Set<string>();
    const fetch: typeof globalThis.fetch = (input, init) => {
      hosts.add(new URL(input instanceof Request ? input.url : input).origin);
      return globalThis.fetch(input, init);
    };
    const userAgent = headlessUserAgent({ fetch });
    const { session } = testEngine(world.resource, { client: { name, metadataUrl }, fetch, userAgent });
    await session.login();
    expect([...hosts].sort()).toEqual([world.origins.resource, world.origins.a].sort());
  });

  it.each([
    'http://app.example/client.json',
    'https://app.example',
    'https://app.example/',
    'https://app.example/client.json#x',
    'https://me@app.example/client.json',
    'https://app.example/a/../client.json',
    'not a url',
  ])('REG-2, R03, P07: %s is no client id: said before any traffic', (url) => {
    const make = () =>
      createAuthEngine({ client: { name, metadataUrl: url }, userAgent: headlessUserAgent() });
    expect(make).toThrow(expect.objectContaining({ code: 'config_invalid', recovery: 'fix-config' }));
  });

  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'REG-3: credentials by hand, each with its own issuer: %s',
    async (authMethod) => {
      const of = (at: 'a' | 'b') => ({
        issuer: world.origins[at],
        clientId: `hand-${at}`,
        clientSecret: () => Promise.resolve(`secret:${at}%`),
        authMethod,
      });
      const client = { name, preRegistered: [of('b'), of('a')] };
      await testEngine(world.resource, { client }).session.login();
      const request = tokenRequest();
      expect(clientIds()).toEqual(['hand-a']);
      const isBasic = authMethod === 'client_secret_basic';
      expect(basicOf(request)).toBe(isBasic ? 'hand-a:secret%3Aa%25' : '');
      expect(request?.form.get('client_secret')).toBe(isBasic ? null : 'secret:a%');
    },
  );
});

describe('what is sent', () => {
  it.each([
    ['http://127.0.0.1/callback', 'native'],
    ['http://localhost:3000/callback', 'native'],
    ['com.example.app:/callback', 'native'],
    ['vscode://publisher.extension/callback', 'native'],
    ['https://app.example/callback', 'web'],
  ])('REG-4, REG-6, R07: for %s the application type is %s', async (redirectUri, type) => {
    const userAgent = headlessUserAgent({ redirectUri });
    const { session } = testEngine(world.resource, { userAgent });
    await session.login();
    expect(registrations()).toEqual([
      {
        client_name: name,
        redirect_uris: [redirectUri],
        application_type: type,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: 'read',
      },
    ]);
  });

  it('REG-4, R14: another redirect URI than the registered one is registered first', async () => {
    const store = memoryStore();
    await testEngine(world.resource, { store }).session.login();
    const moved = 'http://127.0.0.1:4711/callback';
    const userAgent = { ...headlessUserAgent(), reserve: async () => moved };
    const { engine } = testEngine(world.resource, { store, userAgent });
    await engine.session({ resource: world.resource, subject: 'another' }).login();
    expect(registrations()[1]).toMatchObject({ redirect_uris: [moved], application_type: 'native' });
    const [, second] = world.requests('a', 'GET', '/authorize');
    expect(second?.query.get('redirect_uri')).toBe(moved);
    expect(new Set(clientIds()).size).toBe(2);
  });

  it('REG-1, R13: sessions that log in at once share one registration', async () => {
    const { engine } = testEngine(world.resource);
    const subjects = ['one', 'two', 'three', 'four'];
    await Promise.all(
      subjects.map((subject) => engine.session({ resource: world.resource, subject }).login()),
    );
    expect(registrations()).toHaveLength(1);
    expect(new Set(clientIds()).size).toBe(1);
  });

  it.each(['http://as.example/register', 'javascript:0', '/register'])(
    'REG-4, R19: nothing is sent to a registration endpoint %s',
    async (endpoint) => {
      world.documents.a['registration_endpoint'] = endpoint;
      const { session } = testEngine(world.resource);
      await callTool(session, 'any');
      expect(world.lines('a')).toEqual([METADATA]);
      expect(standing(session)).toBe('rejected: address_refused in discovering, none');
    },
  );

  it.each([
    ['those of the resource', undefined, 'read', 'read'],
    [
      'those of the challenge',
      'files:read files:write',
      'files:read files:write',
      'files:read files:write read',
    ],
  ])(
    'REG-8, REG-11: the scopes are chosen before, and what is listed comes along: %s',
    async (_what, challenged, scope, registered) => {
      world.script('resource POST /mcp', ({ headers }) =>
        headers['authorization'] === undefined && challenged !== undefined
          ? { status: 401, headers: { 'www-authenticate': `Bearer scope="${challenged}"` } }
          : undefined,
      );
      await callTool(testEngine(world.resource).session, 'any');
      expect(registrations()[0]?.['scope']).toBe(registered);
      expect(world.requests('a', 'GET', '/authorize')[0]?.query.get('scope')).toBe(scope);
    },
  );
});

describe('what the server substitutes', () => {
  it.each([
    ['client_secret_basic', 'made-by-a:secret-a', null],
    ['client_secret_post', '', 'secret-a'],
    ['none', '', null],
  ])('REG-7, R05: %s as the way to authenticate is honoured', async (method, basic, posted) => {
    registerWith({ token_endpoint_auth_method: method, client_secret: 'secret-a' });
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect([basicOf(tokenRequest()), tokenRequest()?.form.get('client_secret')]).toEqual([basic, posted]);
  });

  it('REG-7, R05: more redirect URIs than asked for: ours is used', async () => {
    const redirect_uris = ['http://127.0.0.1/other', 'http://127.0.0.1/callback'];
    registerWith({ redirect_uris });
    await testEngine(world.resource).session.login();
    const [request] = world.requests('a', 'GET', '/authorize');
    expect(request?.query.get('redirect_uri')).toBe('http://127.0.0.1/callback');
  });

  it.each<[string, Answer]>([
    ['other redirect URIs', { body: { client_id: 'x', redirect_uris: ['https://evil.example/'] } }],
    ['redirect URIs that are none', { body: { client_id: 'x', redirect_uris: 'x' } }],
    [
      'a key instead of a secret',
      { body: { client_id: 'x', token_endpoint_auth_method: 'private_key_jwt' } },
    ],
    ['no secret', { body: { client_id: 'x', token_endpoint_auth_method: 'client_secret_basic' } }],
    ['other grants', { body: { client_id: 'x', grant_types: ['client_credentials'] } }],
    ['R04, no id', { body: {} }],
    ['R04, an empty id', { body: { client_id: '' } }],
    ['R04, a number as id', { body: { client_id: 7 } }],
    ['R04, HTML', html],
  ])('REG-7, R05: %s: refused', async (_what, answer) => {
    world.script('a POST /register', () => ({ status: 201, ...answer }));
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ issuer: world.origins.a });
    expect(world.lines('a')).toEqual([METADATA, 'POST /register']);
    expect(standing(session)).toBe('failed.resting: registration_invalid in registering, none');
  });

  it('REG-7, R04: the refusal tells the status', async () => {
    world.script('a POST /register', () => ({ status: 201, ...html }));
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ code: 'registration_invalid', status: 201 });
  });

  it.each<[string, unknown, number]>([
    ['R08, has expired', 60, 2],
    ['R09, never expires', 0, 1],
    ['R09, has an expiry that is none', '60', 1],
    ['R09, has a negative expiry', -60, 1],
  ])('REG-7: a secret that %s', async (_what, offset, times) => {
    let now = Date.now();
    const expiry = typeof offset === 'number' && offset > 0 ? Math.floor(now / 1000) + offset : offset;
    registerWith({
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: 'secret-a',
      client_secret_expires_at: expiry,
    });
    const { engine, session } = testEngine(world.resource, { now: () => now });
    await session.login();
    now += 120_000;
    await engine.session({ resource: world.resource, subject: 'someone else' }).login();
    expect(registrations()).toHaveLength(times);
    expect(clientIds()).toHaveLength(2);
  });
});

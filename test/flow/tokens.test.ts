// Tokens: where they are sent and where never, how they rotate, and how the client that asks for them authenticates.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore } from '../../index.ts';
import { callTool, failureOf, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const atResource = (): readonly Received[] => world.requests('resource', 'POST', '/mcp');
const bearer = (request: Received | undefined): string =>
  request?.headers['authorization']?.slice('Bearer '.length) ?? '';

describe('where tokens go', () => {
  it('TOK-1, L07: into the header of every request to the resource, and nowhere else', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    await callTool(session, 'any');
    await session.fetch(`${world.origins.resource}/mcp?stream=1`, {
      headers: { accept: 'text/event-stream' },
    });
    const token = await session.token();
    const withToken = world.received.filter((one) => bearer(one) === token);
    expect(withToken.map((one) => `${one.at} ${one.method}`)).toEqual([
      'resource POST',
      'resource POST',
      'resource GET',
    ]);
    for (const one of world.received) {
      expect(one.query.toString() + one.path).not.toContain(token);
      expect(one.body).not.toContain(token);
    }
  });

  it('TOK-1: in place of an Authorization header of the caller’s own', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    const headers = { Authorization: 'Bearer stale', 'x-kept': 'yes' };
    expect((await session.fetch(world.resource, { method: 'POST', body: '{}', headers })).status).toBe(200);
    expect(bearer(atResource()[0])).toBe(await session.token());
    expect(atResource()[0]?.headers['x-kept']).toBe('yes');
    const request = new Request(world.resource, { method: 'POST', body: '{}', headers });
    expect((await session.fetch(request)).status).toBe(200);
    expect(bearer(atResource()[1])).toBe(await session.token());
  });

  it.each([
    ['another origin', () => world.origins.b],
    ['another port', () => 'http://127.0.0.1:1'],
    ['another scheme', () => world.resource.replace('http:', 'https:')],
    ['another name of the same host', () => world.resource.replace('127.0.0.1', 'localhost')],
  ])('TOK-1, TOK-2: never to %s', async (_name, of) => {
    const { session } = testEngine(world.resource);
    await session.login();
    const before = world.received.length;
    expect((await failureOf(session.fetch(of()))).code).toBe('address_refused');
    expect((await failureOf(session.fetch(new Request(of())))).code).toBe('address_refused');
    expect(world.received.length).toBe(before);
  });

  it('TOK-1, W17, L06: not after a redirect to another origin, whose challenge counts for nothing', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    world.script('resource GET /mcp', () => ({
      status: 307,
      headers: { location: `${world.origins.b}/mcp` },
    }));
    world.script('b GET /mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer scope="evil"' },
    }));
    const before = world.requests('a').length;
    expect((await session.fetch(world.resource)).status).toBe(401);
    expect(world.requests('b').map((one) => one.headers['authorization'])).toEqual([undefined]);
    expect(world.requests('a')).toHaveLength(before);
  });

  it('TOK-2: each subject’s to its own requests', async () => {
    const { engine } = testEngine(world.resource);
    const sessions = ['one', 'two'].map((subject) => engine.session({ resource: world.resource, subject }));
    const [one, two] = await Promise.all(
      sessions.map((session) => session.login().then(() => session.token())),
    );
    expect(one).not.toBe(two);
    await Promise.all(sessions.map((session) => callTool(session, session.id.subject)));
    for (const request of atResource())
      expect(bearer(request)).toBe(request.body.includes('"one"') ? one : two);
  });

  it('TOK-3: none is assumed: a grant without a refresh token ends with a login', async () => {
    world.script('a POST /token', ({ form }): Answer => {
      const { refresh_token: _, ...rest } = world.mint('a', 'read', form.get('client_id') ?? '');
      return { body: { ...rest, refresh_token: '' } };
    });
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect(session.explain().grant?.renewable).toBe(false);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/token').map((one) => one.form.get('grant_type'))).toEqual([
      'authorization_code',
      'authorization_code',
    ]);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
  });

  it('TOK-3, L02, L03: no secret is told to anyone who looks on', async () => {
    const seen: unknown[] = [];
    const { engine, progress, session } = testEngine(world.resource, {
      inspect: (event) =>
        seen.push('snapshot' in event ? event.snapshot : event, 'event' in event ? event.event : 0),
    });
    await callTool(session, 'any');
    world.expireAccessTokens();
    await callTool(session, 'any');
    const told = JSON.stringify([seen, progress, session.explain(), session.actor.getPersistedSnapshot()]);
    await engine.dispose();
    const secrets = world
      .requests('a')
      .flatMap(({ form, query }) =>
        ['code', 'code_verifier', 'refresh_token']
          .flatMap((name) => form.get(name) ?? [])
          .concat(query.get('state') ?? []),
      );
    secrets.push(...atResource().map(bearer), ...world.refreshTokens.keys());
    expect(secrets.filter((secret) => secret !== '').length).toBeGreaterThan(6);
    for (const secret of secrets) if (secret !== '') expect(told).not.toContain(secret);
  });
});

describe('rotation', () => {
  it('TOK-4, T11: the new refresh token is stored before the new access token is used', async () => {
    const store = memoryStore();
    const pairs = new Map<string, string>();
    world.script('a POST /token', ({ form }): Answer => {
      const answer = world.mint('a', 'read', form.get('client_id') ?? '');
      pairs.set(String(answer['access_token']), String(answer['refresh_token']));
      return { body: answer };
    });
    const stored: boolean[] = [];
    world.script('resource POST /mcp', async (request) => {
      const [grant = ''] = await textsOf(store, 'grant:');
      const refreshToken = pairs.get(bearer(request));
      if (refreshToken !== undefined)
        stored.push(grant.includes(refreshToken) && grant.includes(bearer(request)));
      return undefined;
    });
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    world.expireAccessTokens();
    await callTool(session, 'any');
    expect(pairs.size).toBe(2);
    // The first token, the same one refused, and the second one.
    expect(stored).toEqual([true, true, true]);
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
  ])('TOK-4, T10: an %s refresh token in the answer keeps the old one', async (_name, refreshToken) => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const [old] = world.refreshTokens.keys();
    world.script('a POST /token', (): Answer => {
      const { refresh_token: _, ...rest } = world.mint('a', 'read', '');
      return { body: { ...rest, ...(refreshToken !== undefined && { refresh_token: refreshToken }) } };
    });
    for (let at = 0; at < 2; at += 1) {
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    const refreshes = world.requests('a', 'POST', '/token').slice(1);
    expect(refreshes.map((one) => one.form.get('refresh_token'))).toEqual([old, old]);
  });
});

describe('client authentication', () => {
  const clientId = 'my client:1';
  const clientSecret = 'a+b/c:d%25e f';
  const decoded = (text: string | undefined): string => new URLSearchParams(`x=${text}`).get('x') ?? '';

  function expectAuthenticated(request: Received, method: string): void {
    const { form, headers } = request;
    const basic = Buffer.from(headers['authorization']?.replace(/^Basic /, '') ?? '', 'base64').toString();
    if (method === 'client_secret_basic') {
      expect(headers['authorization']).toMatch(/^Basic [\w+/]+=*$/);
      expect(basic).toMatch(/^[^:]+:[^:]+$/);
      expect(basic.split(':').map(decoded)).toEqual([clientId, clientSecret]);
      expect(form.has('client_secret')).toBe(false);
      return;
    }
    expect(headers['authorization']).toBeUndefined();
    expect(form.getAll('client_id')).toEqual([clientId]);
    expect(form.getAll('client_secret')).toEqual(method === 'client_secret_post' ? [clientSecret] : []);
  }

  /** Code, refresh and revocation: each request that a client authenticates. */
  async function threeRequests(options: Partial<EngineOptions>): Promise<readonly Received[]> {
    const { session } = testEngine(world.resource, options);
    await callTool(session, 'any');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    await session.logout();
    const sent = [...world.requests('a', 'POST', '/token'), ...world.requests('a', 'POST', '/revoke')];
    expect(sent).toHaveLength(4);
    return sent;
  }

  const preRegistered = (authMethod: 'none' | 'client_secret_basic' | 'client_secret_post' | undefined) => ({
    issuer: world.origins.a,
    clientId,
    ...(authMethod !== 'none' && { clientSecret }),
    ...(authMethod !== undefined && { authMethod }),
  });

  it.each(['none', 'client_secret_basic', 'client_secret_post'] as const)(
    'TOK-11, T30: pre-registered, with %s',
    async (method) => {
      const client = { name: 'tests', preRegistered: [preRegistered(method)] };
      for (const request of await threeRequests({ client })) expectAuthenticated(request, method);
    },
  );

  it.each([
    ['client_secret_basic', ['client_secret_post', 'client_secret_basic']],
    ['client_secret_post', ['client_secret_post']],
    ['client_secret_basic', undefined],
  ])('TOK-11, T31: %s where the server offers %s and nobody said more', async (method, offered) => {
    world.documents.a['token_endpoint_auth_methods_supported'] = offered;
    const client = { name: 'tests', preRegistered: [preRegistered(undefined)] };
    for (const request of await threeRequests({ client })) expectAuthenticated(request, method);
  });

  it.each(['none', 'client_secret_basic', 'client_secret_post'] as const)(
    'TOK-11, REG-7: registered dynamically, with %s as the server answered',
    async (method) => {
      world.documents.a['token_endpoint_auth_methods_supported'] = [method];
      world.script('a POST /register', ({ body }): Answer => {
        const secret = method === 'none' ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 };
        const own = { client_id: clientId, token_endpoint_auth_method: method };
        return { status: 201, body: { ...JSON.parse(body), ...own, ...secret } };
      });
      for (const request of await threeRequests({})) expectAuthenticated(request, method);
    },
  );

  it('TOK-11, TOK-3, L05: a server that echoes the secret does not get it into an error', async () => {
    const client = { name: 'tests', preRegistered: [preRegistered('client_secret_post')] };
    world.script('a POST /token', () => ({
      status: 400,
      body: { error: 'invalid_request', error_description: `no: ${clientSecret}` },
    }));
    const { session } = testEngine(world.resource, { client });
    const thrown = await failureOf(session.login());
    expect(thrown.code).toBe('token_refused');
    expect(JSON.stringify([thrown.toFailure(), session.explain()])).not.toContain(clientSecret);
  });
});

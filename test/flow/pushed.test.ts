// Pushed authorization requests: the server gets the request from us, and the person carries a reference only.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore } from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  personsTurn,
  standing,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const REFERENCE = 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c';

let world: World;
let requests: Map<string, URLSearchParams>;
beforeEach(async () => {
  world = await startWorld();
  requests = new Map();
  world.documents.a['pushed_authorization_request_endpoint'] = `${world.origins.a}/par`;
  world.documents.a['require_pushed_authorization_requests'] = true;
  world.script('a POST /par', ({ form }) => accept(form));
  world.script('a GET /authorize', (request) => {
    const query = requests.get(request.query.get('request_uri') ?? '');
    return query ? world.correctly({ ...request, query }) : { status: 400 };
  });
});
afterEach(() => world.close());

function accept(form: URLSearchParams, reference = `${REFERENCE}-${requests.size}`): Answer {
  requests.set(reference, form);
  return { status: 201, body: { request_uri: reference, expires_in: 60 } };
}

const pushed = (): readonly Received[] => world.requests('a', 'POST', '/par');
const seen = (): readonly Received[] => world.requests('a', 'GET', '/authorize');
const withSecret = (more: Partial<EngineOptions['client']> = {}) => ({
  client: {
    name: 'authchart tests',
    preRegistered: [{ issuer: world.origins.a, clientId: 'by-hand', clientSecret: 'hand-secret' }],
    ...more,
  },
});

describe('a server that requires it', () => {
  it('AUTHZ-1, AUTHZ-2: gets all that would have been in the URL, which has the reference only', async () => {
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([
      METADATA,
      'POST /register',
      'POST /par',
      'GET /authorize',
      'POST /token',
    ]);
    const clientId = session.explain().server?.clientId;
    const sent = Object.fromEntries(pushed()[0]?.form ?? []);
    expect(sent).toEqual({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{20,}$/),
      resource: world.resource,
      scope: 'read',
    });
    expect(Object.fromEntries(seen()[0]?.query ?? [])).toEqual({
      client_id: clientId,
      request_uri: `${REFERENCE}-0`,
    });
    const [exchange] = world.requests('a', 'POST', '/token');
    expect(exchange?.form.get('redirect_uri')).toBe(sent['redirect_uri']);
    expect(exchange?.form.get('resource')).toBe(world.resource);
  });

  it.each([
    ['client_secret_basic', `Basic ${btoa('by-hand:hand-secret')}`, null],
    ['client_secret_post', undefined, 'hand-secret'],
  ])('TOK-11: is shown who asks, by %s', async (method, header, secret) => {
    world.documents.a['token_endpoint_auth_methods_supported'] = [method];
    const { session } = testEngine(world.resource, withSecret());
    await session.login();
    for (const { headers, form } of [...pushed(), ...world.requests('a', 'POST', '/token')])
      expect([headers['authorization'], form.get('client_secret')]).toEqual([header, secret]);
    expect(pushed()).toHaveLength(1);
    expect(seen()[0]?.query.has('client_secret')).toBe(false);
  });

  it('AUTHZ-10: a login that another process finishes needs no second push', async () => {
    const store = memoryStore();
    const { userAgent, presented } = testHost();
    const first = testEngine(world.resource, { store, userAgent });
    const login = failureOf(first.session.login());
    await personsTurn(first.session);
    const callback = await visit(presented[0]);
    await first.engine.dispose();
    await login;
    const second = testEngine(world.resource, { store, userAgent: testHost().userAgent });
    const session = await second.engine.complete(callback);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(pushed()).toHaveLength(1);
  });

  it('STEP-1: each request is pushed: a step-up too', async () => {
    world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(pushed().map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
    expect(new Set(seen().map(({ query }) => query.get('request_uri'))).size).toBe(2);
  });

  it('AUTHZ-9: what a reference holds stays in its one parameter', async () => {
    const hostile = 'https://evil.example/?a=b&redirect_uri=https://evil.example/cb#&client_id=evil';
    world.script('a POST /par', ({ form }) => accept(form, hostile));
    const { userAgent, presented } = testHost();
    const { session } = testEngine(world.resource, { userAgent, ...withSecret() });
    const login = failureOf(session.login());
    await personsTurn(session);
    const url = new URL(presented[0] ?? '');
    expect(url.origin + url.pathname).toBe(`${world.origins.a}/authorize`);
    expect([...url.searchParams]).toEqual([
      ['client_id', 'by-hand'],
      ['request_uri', hostile],
    ]);
    expect(url.hash).toBe('');
    void session.cancel();
    await login;
  });
});

describe('what it answers', () => {
  const created = (body: unknown, status = 201): Answer => ({ status, body });
  it.each<[string, Answer, string]>([
    ['an outage', { status: 503 }, 'server_unavailable'],
    ['too many requests', { status: 429, body: {} }, 'server_unavailable'],
    ['a cut connection', { cut: true }, 'unreachable'],
    ['an error', created({ error: 'invalid_scope' }, 400), 'authorization_refused'],
    ['a client that is not known', created({ error: 'invalid_client' }, 401), 'client_refused'],
    ['a redirect', { status: 302, headers: { location: '/authorize' } }, 'redirect_refused'],
    ['no reference', created({ expires_in: 60 }), 'authorization_refused'],
    [
      'a reference with line breaks',
      created({ request_uri: 'urn:x\r\nlocation:y' }),
      'authorization_refused',
    ],
    ['a reference with blanks', created({ request_uri: 'urn:x y' }), 'authorization_refused'],
    ['a reference that is too long', created({ request_uri: 'x'.repeat(513) }), 'authorization_refused'],
    ['a reference that is no text', created({ request_uri: [REFERENCE] }), 'authorization_refused'],
    ['another status', created({ request_uri: REFERENCE }, 200), 'authorization_refused'],
    ['a page', created('<h1>Hi</h1>'), 'authorization_refused'],
  ])(
    'AUTHZ-9: %s is told as that; nobody is led anywhere, nothing is left behind',
    async (_what, answer, code) => {
      world.script('a POST /par', () => answer);
      const store = memoryStore();
      const { userAgent, presented } = testHost();
      const engine = testEngine(world.resource, { store, userAgent, ...withSecret() });
      const failure = await failureOf(engine.session.login());
      expect(failure).toMatchObject({ code, phase: 'authorizing' });
      expect(presented).toEqual([]);
      expect(await textsOf(store, 'pending:')).toEqual([]);
      expect(everythingTold(engine)).not.toContain('hand-secret');
      // A client that is refused is tried by both methods that the server lists (TOK-11).
      expect(pushed()).toHaveLength(code === 'client_refused' ? 2 : 1);
    },
  );

  it('REG-8: a client that the server forgot is registered again, once', async () => {
    const store = memoryStore();
    const first = testEngine(world.resource, { store });
    await first.session.login();
    await first.session.logout();
    await first.engine.dispose();
    const known = pushed()[0]?.form.get('client_id');
    world.script('a POST /par', ({ form }) =>
      form.get('client_id') === known ? created({ error: 'invalid_client' }, 401) : accept(form),
    );
    const { session } = testEngine(world.resource, { store });
    await session.login();
    expect(world.requests('a', 'POST', '/register')).toHaveLength(2);
  });

  it('TOK-9: a server that knows no client is not asked without end', async () => {
    world.script('a POST /par', () => created({ error: 'invalid_client' }, 401));
    const { session } = testEngine(world.resource);
    for (let at = 0; at < 6; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(pushed().length).toBeLessThanOrEqual(3);
    expect(world.requests('a', 'POST', '/register').length).toBeLessThanOrEqual(2);
  });

  it('DISC-8: a server that requires it and has no endpoint for it is told as that', async () => {
    delete world.documents.a['pushed_authorization_request_endpoint'];
    const { userAgent, presented } = testHost();
    const { session } = testEngine(world.resource, { userAgent });
    expect((await failureOf(session.login())).code).toBe('server_metadata_invalid');
    expect(presented).toEqual([]);
  });

  it.each(['javascript:alert(1)', 'http://par.example/', 'https://user@par.example/'])(
    'AUTHZ-8: nothing is pushed to %s',
    async (endpoint) => {
      world.documents.a['pushed_authorization_request_endpoint'] = endpoint;
      const { session } = testEngine(world.resource);
      await callTool(session, 'any');
      expect(standing(session)).toBe('rejected: address_refused in discovering, none');
      expect(world.lines('a')).toEqual([METADATA]);
    },
  );
});

describe('a server that only offers it', () => {
  it.each([undefined, false, 'true', 1])('AUTHZ-1: is not asked by it: required is %j', async (required) => {
    world.documents.a['require_pushed_authorization_requests'] = required;
    world.scripts.delete('a GET /authorize');
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(pushed()).toEqual([]);
    expect(seen()[0]?.query.get('redirect_uri')).toBeTruthy();
  });
});

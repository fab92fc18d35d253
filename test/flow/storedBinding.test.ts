// What lies in the store: when the binding moves, and what is done about records that speak of somebody else.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type EngineOptions, memoryStore, type Session, type Store } from '../../index.ts';
import {
  callTool,
  failureOf,
  personsTurn,
  standing,
  testEngine,
  testHost,
  tokenOf,
  visit,
} from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const LOGIN = ['POST /register', 'GET /authorize', 'POST /token'];

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
  onTestFinished(() => world.close());
});

const start = (options: Partial<EngineOptions> = {}) => testEngine(world.resource, { store, ...options });
/** Nothing logs in by itself: what the store remembers is all there is. */
const startWithoutLogin = () => start({ policy: { interaction: 'ask' } });

type Json = Record<string, unknown>;

async function recordsOf(kind: string): Promise<readonly (readonly [key: string, text: string])[]> {
  const keys = await store.list(`${kind}:`);
  return Promise.all(keys.map(async (key) => [key, (await store.get(key))?.text ?? ''] as const));
}

/** Changes every record of a kind behind the engine's back. */
async function tamper(kind: string, change: (record: Json) => Json): Promise<void> {
  for (const [key, text] of await recordsOf(kind)) {
    const before = await store.get(key);
    await store.put(key, JSON.stringify(change(JSON.parse(text))), before?.version);
  }
}

const bearers = () =>
  world.requests('resource', 'POST', '/mcp').flatMap((one) => one.headers['authorization'] ?? []);
const refreshes = (at: 'a' | 'b') =>
  world.requests(at, 'POST', '/token').filter((one) => one.form.get('grant_type') === 'refresh_token');

describe('the binding moves only after tokens came', () => {
  const failures: readonly [string, Answer][] = [
    ['refuses the code', { status: 400, body: { error: 'invalid_grant' } }],
    ['refuses to issue tokens', { status: 400, body: { error: 'invalid_request' } }],
    ['is out of order', { status: 503 }],
    ['answers nonsense', { body: { access_token: 'a b' } }],
  ];

  it.each(failures)(
    'BIND-8: B %s; when the resource names A again, its grant works',
    async (_what, answer) => {
      const { session } = start();
      await callTool(session, 'any');
      const bindings = await recordsOf('binding');
      world.moveTo('b');
      world.script('b POST /token', () => answer);
      expect((await callTool(session, 'any')).status).toBe(401);
      expect(world.lines('b')).toEqual([METADATA, ...LOGIN]);
      expect(standing(session)).toMatch(/^failed\.(resting|coolingDown): .* in authorizing/);
      expect(await recordsOf('binding')).toEqual(bindings);

      world.moveTo('a');
      for (const { session: again } of [startWithoutLogin(), start()])
        expect((await callTool(again, 'any')).status).toBe(200);
      await session.login();
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(session.explain().boundTo).toBe(world.origins.a);
      expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    },
  );

  it.each(['unauthorized_client', 'invalid_grant'])(
    'BIND-8: in the same session, without anybody asking, after %s',
    async (error) => {
      const { session } = start();
      await callTool(session, 'any');
      world.moveTo('b');
      world.script('b POST /token', () => ({ status: 400, body: { error } }));
      await callTool(session, 'any');
      world.moveTo('a');
      const { length } = world.lines('a');
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(world.lines('a').slice(length)).toEqual([METADATA]);
      expect(bearers().at(-1)).toMatch(/^Bearer access-a-/);
    },
  );
});

describe('a token is compared to the binding when it is used', () => {
  const ofB = (record: Json): Json => ({ ...record, issuer: world.origins.b });

  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['sent', (session) => callTool(session, 'any')],
    ['handed out', (session) => session.token()],
  ])('BIND-9: a stored token of another issuer is not %s', async (_what, use) => {
    const { session } = start();
    await callTool(session, 'any');
    await tamper('grant', ofB);
    const before = world.lines();
    expect(await failureOf(use(session))).toMatchObject({
      code: 'token_of_other_issuer',
      phase: 'requesting',
      recovery: 'reauthorize',
      issuer: world.origins.a,
      otherIssuer: world.origins.b,
    });
    expect(world.lines()).toEqual(before);
  });

  it('BIND-9: the recovery that is promised, a login, helps', async () => {
    const { session } = start();
    await callTool(session, 'any');
    await tamper('grant', ofB);
    await failureOf(session.token());
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(refreshes('a')).toEqual([]);
  });

  it('BIND-9, S06: nor is its refresh token spent', async () => {
    const { session } = start();
    await callTool(session, 'any');
    await tamper('grant', ofB);
    const later = Date.now() + 295_000;
    const { session: restarted } = start({ now: () => later });
    expect((await callTool(restarted, 'any')).status).toBe(200);
    expect([...refreshes('a'), ...refreshes('b')]).toEqual([]);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(2);
  });

  it('BIND-9: a binding that was moved to B by another hand takes no token of A along', async () => {
    await callTool(start().session, 'any');
    await tamper('binding', (record) => ({ ...record, current: world.origins.b }));
    const sent = bearers().length;
    const { session } = startWithoutLogin();
    expect(await tokenOf(session)).toBeUndefined();
    expect(bearers()).toHaveLength(sent);
  });
});

describe('records of somebody else', () => {
  const session = (change: Json) => (record: Json) => ({
    ...record,
    session: { ...(record['session'] as Json), ...change },
  });
  const foreign: readonly [string, string, (record: Json) => Json][] = [
    ['issuer', 'grant', (record) => ({ ...record, issuer: 'https://other.example' })],
    ['subject', 'grant', session({ subject: 'another' })],
    ['label', 'grant', session({ label: 'another' })],
    ['resource', 'grant', session({ resource: 'https://other.example/mcp' })],
    [
      'client',
      'grant',
      (record) => ({ ...record, client: { ...(record['client'] as Json), clientId: 'another' } }),
    ],
    ['subject', 'binding', session({ subject: 'another' })],
    ['resource', 'binding', session({ resource: 'https://other.example/mcp' })],
  ];

  it.each(foreign)(
    'S06, BIND-2, BIND-12: another %s in the %s record: not used',
    async (_what, kind, change) => {
      await callTool(start().session, 'any');
      await tamper(kind, change);
      const sent = bearers().length;
      expect((await callTool(startWithoutLogin().session, 'any')).status).toBe(401);
      expect(bearers()).toHaveLength(sent);
      expect(refreshes('a')).toEqual([]);
    },
  );

  it.each<[string, string, (record: Json) => Json]>([
    ['S07, no issuer', 'grant', ({ issuer: _, ...rest }) => rest],
    ['S07, no issuer', 'registration', ({ issuer: _, ...rest }) => rest],
    ['S06, another issuer', 'registration', (record) => ({ ...record, issuer: 'https://other.example' })],
  ])('BIND-10: %s in the %s record: nothing of it is sent', async (_what, kind, change) => {
    world.expiresIn = undefined;
    await callTool(start().session, 'any');
    const [client] = world.requests('a', 'GET', '/authorize').map((one) => one.query.get('client_id'));
    await tamper(kind, change);
    world.expireAccessTokens();
    if (kind === 'registration') world.refreshTokens.clear();
    expect((await callTool(start().session, 'any')).status).toBe(200);
    const [, again] = world.requests('a', 'GET', '/authorize').map((one) => one.query.get('client_id'));
    if (kind === 'registration') expect(again).not.toBe(client);
    else expect(refreshes('a')).toEqual([]);
  });
});

describe('a pending login is judged again after a restart', () => {
  const server = (change: Json) => (record: Json) => ({
    ...record,
    server: { ...(record['server'] as Json), ...change },
  });

  async function interrupted(): Promise<string> {
    const { userAgent, presented } = testHost();
    const { engine, session } = start({ userAgent });
    session.login().catch(() => {});
    await personsTurn(session);
    await engine.dispose();
    return visit(presented[0]);
  }

  it('S11: untouched, it is finished by the next process', async () => {
    const callback = await interrupted();
    const { userAgent } = testHost();
    const session = await start({ userAgent }).engine.complete(callback);
    expect(session.explain().boundTo).toBe(world.origins.a);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
  });

  it.each<[string, () => (record: Json) => Json]>([
    ['a token endpoint on plain http', () => server({ tokenEndpoint: 'http://as.example/token' })],
    ['a token endpoint in a private net', () => server({ tokenEndpoint: 'http://10.0.0.1/token' })],
    ['an authorization endpoint that is a script', () => server({ authorizationEndpoint: 'javascript:0' })],
    ['another issuer', () => server({ issuer: world.origins.b, tokenEndpoint: `${world.origins.b}/token` })],
  ])('S11: with %s the code goes nowhere', async (_what, change) => {
    const callback = await interrupted();
    await tamper('pending', change());
    const { engine, session } = start({ userAgent: testHost().userAgent });
    await failureOf(engine.complete(callback));
    expect([...world.requests('a', 'POST', '/token'), ...world.requests('b')]).toEqual([]);
    expect(session.explain().grant).toBeUndefined();
  });

  it.each(['javascript:alert(1)', 'http://as.example/authorize'])(
    'S11, AUTHZ-9: with %s as its URL nobody is led there',
    async (url) => {
      await interrupted();
      await tamper('pending', (record) => ({ ...record, url }));
      const { userAgent, presented } = testHost();
      const { session } = start({ userAgent });
      expect((await failureOf(session.login())).code).toBe('address_refused');
      expect(presented).toEqual([]);
    },
  );
});

describe('a grant whose end is absurd', () => {
  it.each([
    ['beyond every calendar', { expiresAt: 1e300, refreshAt: 1e300 }],
    ['before all time', { expiresAt: -1, refreshAt: -1 }],
    ['no number', { expiresAt: 'tomorrow', refreshAt: null }],
  ])('S17: %s: counts as one that nobody knows, and the resource decides', async (_what, times) => {
    const first = start();
    await callTool(first.session, 'any');
    await first.engine.dispose();
    await tamper('grant', (record) => ({ ...record, ...times }));
    const { session } = startWithoutLogin();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.explain().grant).not.toHaveProperty('expiresAt');
    expect(refreshes('a')).toEqual([]);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(refreshes('a')).toHaveLength(1);
  });
});

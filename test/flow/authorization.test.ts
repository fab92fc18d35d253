// The authorization request: what it asks for, what is recorded before it, where it may go, and who asked for it.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Session } from '../../index.ts';
import { callTool, failureOf, personsTurn, testEngine, testHost, textsOf, visit } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const asked = (): readonly Received[] => world.requests('a', 'GET', '/authorize');
const sent = (): readonly Received[] => world.requests('a', 'POST', '/token');

describe('the scopes of the first request', () => {
  const rows: readonly {
    readonly name: string;
    readonly challenge?: string;
    readonly supported?: readonly string[];
    readonly server?: readonly string[];
    readonly expected: string | null;
  }[] = [
    {
      name: 'SCOPE-1: those of the challenge',
      challenge: 'a b',
      supported: ['a', 'b', 'c'],
      expected: 'a b',
    },
    { name: 'SCOPE-1: else all that the resource lists', supported: ['x', 'y'], expected: 'x y' },
    { name: 'SCOPE-1: else no scope parameter', expected: null },
    { name: 'SCOPE-1, U09: an empty list is no list', supported: [], expected: null },
    { name: 'SCOPE-2, U10: a scope that nobody lists', challenge: 'new', supported: ['x'], expected: 'new' },
    {
      name: 'SCOPE-3, U11: offline_access where the server lists it',
      supported: ['x'],
      server: ['offline_access'],
      expected: 'x offline_access',
    },
    { name: 'SCOPE-3, U11: and nowhere else', supported: ['x'], server: ['x'], expected: 'x' },
    { name: 'SCOPE-3: not alone, or it replaced the defaults', server: ['offline_access'], expected: null },
    { name: 'U08: a scope stays one value', challenge: 'a&state=evil#b c', expected: 'a&state=evil#b c' },
    { name: 'U08, W16: illegal scopes are dropped', challenge: 'ok b\\"ad', expected: 'ok' },
  ];
  it.each(rows.map((row) => [row.name, row] as const))(
    '%s',
    async (_name, { challenge, supported, server, expected }) => {
      world.documents.resource['scopes_supported'] = supported;
      world.documents.a['scopes_supported'] = server;
      if (challenge !== undefined) {
        world.script('resource POST /mcp', ({ headers }) =>
          headers['authorization'] === undefined
            ? { status: 401, headers: { 'www-authenticate': `Bearer scope="${challenge}"` } }
            : undefined,
        );
      }
      const { session } = testEngine(world.resource);
      expect((await callTool(session, 'any')).status).toBe(200);
      const [request] = asked();
      expect(request?.query.getAll('scope')).toEqual(expected === null ? [] : [expected]);
      expect(request?.query.getAll('state')).toHaveLength(1);
      // SCOPE-3: asking again for consent is a policy, and nobody set it.
      expect(request?.query.has('prompt')).toBe(false);
    },
  );
});

describe('each request', () => {
  it('AUTHZ-1, AUTHZ-3, A32: has a state, a verifier and a challenge of its own', async () => {
    const { engine } = testEngine(world.resource);
    const subjects = ['one', 'two', 'three'];
    await Promise.all(
      subjects.map((subject) => engine.session({ resource: world.resource, subject }).login()),
    );
    const states = asked().map((one) => one.query.get('state') ?? '');
    const challenges = asked().map((one) => one.query.get('code_challenge') ?? '');
    const verifiers = sent().map((one) => one.form.get('code_verifier') ?? '');
    for (const [values, shortest] of [
      [states, 22],
      [challenges, 43],
      [verifiers, 43],
    ] as const) {
      expect(new Set(values).size).toBe(3);
      expect(Math.min(...values.map((value) => value.length))).toBeGreaterThanOrEqual(shortest);
    }
    expect(asked().map((one) => one.query.get('code_challenge_method'))).toEqual(['S256', 'S256', 'S256']);
    expect(verifiers.map(s256).sort()).toEqual([...challenges].sort());
  });

  it('AUTHZ-1, AUTHZ-3: also the one after a login that failed', async () => {
    let denied = false;
    world.script('a GET /authorize', ({ query }) => {
      if (denied) return undefined;
      denied = true;
      const answer = new URLSearchParams({
        error: 'access_denied',
        state: query.get('state') ?? '',
        iss: world.origins.a,
      });
      return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } };
    });
    const { session } = testEngine(world.resource);
    expect((await failureOf(session.login())).code).toBe('access_denied');
    await session.login();
    expect(new Set(asked().map((one) => one.query.get('state'))).size).toBe(2);
    expect(new Set(asked().map((one) => one.query.get('code_challenge'))).size).toBe(2);
  });

  it('A05: overwrites what the endpoint brings along, and keeps the rest of it', async () => {
    const foreign = 'state=evil&client_id=evil&redirect_uri=evil&code_challenge=evil&scope=evil';
    world.documents.a['authorization_endpoint'] = `${world.origins.a}/authorize?tenant=7&${foreign}`;
    const { session } = testEngine(world.resource);
    await session.login();
    const names = [...(asked()[0]?.query.keys() ?? [])];
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect([...(asked()[0]?.query.values() ?? [])]).not.toContain('evil');
    expect(asked()[0]?.query.get('tenant')).toBe('7');
  });

  it.each([
    ['as it was written', () => world.resource.replace('http:', 'HTTP:'), '/mcp'],
    ['a parent, without a slash', () => world.origins.resource, ''],
  ] as const)(
    'AUTHZ-2, T35: carries the `resource` of the metadata byte for byte: %s',
    async (_name, of, path) => {
      const identifier = of();
      world.pointer = `${world.origins.resource}/.well-known/oauth-protected-resource${path}`;
      world.script(`resource GET /.well-known/oauth-protected-resource${path}`, () => ({
        body: { ...world.documents.resource, resource: identifier },
      }));
      const { session } = testEngine(world.resource);
      await callTool(session, 'any');
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(asked().map((one) => one.query.getAll('resource'))).toEqual([[identifier]]);
      expect(sent().map((one) => one.form.get('grant_type'))).toEqual([
        'authorization_code',
        'refresh_token',
      ]);
      expect(sent().map((one) => one.form.getAll('resource'))).toEqual([[identifier], [identifier]]);
    },
  );

  it('AUTHZ-4: is recorded with issuer, verifier and state before anyone is led anywhere', async () => {
    const store = memoryStore();
    const recorded: unknown[] = [];
    const { userAgent, presented } = testHost(async () => {
      recorded.push(...(await textsOf(store, 'pending:')).map((text) => JSON.parse(text)));
    });
    const { engine, session } = testEngine(world.resource, { store, userAgent });
    const login = session.login();
    await personsTurn(session);
    const query = new URL(presented[0] ?? '').searchParams;
    expect(recorded).toEqual([
      expect.objectContaining({
        state: query.get('state'),
        server: expect.objectContaining({ issuer: world.origins.a }),
        verifier: expect.any(String),
      }),
    ]);
    const [{ verifier }] = recorded as [{ verifier: string }];
    expect(s256(verifier)).toBe(query.get('code_challenge'));
    await engine.complete(await visit(presented[0]));
    await login;
  });
});

describe('addresses that are refused', () => {
  it.each([
    ['AUTHZ-9, A01', 'authorization_endpoint', 'javascript:alert(1)'],
    ['AUTHZ-9, A01', 'authorization_endpoint', 'data:text/html,x'],
    ['AUTHZ-9, A01', 'authorization_endpoint', 'file:///etc/passwd'],
    ['AUTHZ-9, A01', 'authorization_endpoint', 'vbscript:x'],
    ['AUTHZ-9, A01', 'authorization_endpoint', 'calculator://open'],
    ['AUTHZ-9, A03', 'authorization_endpoint', '--renderer-cmd-prefix=calc'],
    ['AUTHZ-8', 'authorization_endpoint', 'http://as.example/authorize'],
    ['AUTHZ-8, T28', 'token_endpoint', 'http://as.example/token'],
    ['AUTHZ-8', 'registration_endpoint', 'http://as.example/register'],
    ['AUTHZ-8', 'revocation_endpoint', 'http://as.example/revoke'],
  ])('%s: %s %s', async (_ids, name, endpoint) => {
    world.documents.a[name] = endpoint;
    const { userAgent, presented } = testHost();
    const { session } = testEngine(world.resource, { userAgent });
    expect((await failureOf(session.login())).code).toBe('address_refused');
    expect(session.actor.getSnapshot().matches('rejected')).toBe(true);
    expect(presented).toEqual([]);
    expect(world.received.filter((one) => one.method === 'POST')).toEqual([]);
  });

  it('AUTHZ-8: a redirect URI that is neither https nor loopback', async () => {
    const presented: string[] = [];
    const { userAgent } = testHost((url) => void presented.push(url));
    const reserve = async (): Promise<string> => 'http://app.example/callback';
    const { session } = testEngine(world.resource, {
      userAgent: { ...userAgent, reserve },
      policy: { loginTimeout: 300 },
    });
    const { code } = await failureOf(session.login());
    expect(['config_invalid', 'address_refused']).toContain(code);
    expect(presented).toEqual([]);
    expect(world.requests('a', 'POST', '/register')).toEqual([]);
  });

  it('A04: an authorization URL without bounds', async () => {
    world.documents.resource['scopes_supported'] = Array.from({ length: 900 }, (_, at) =>
      `scope-${at}`.padEnd(60, 'x'),
    );
    const { userAgent, presented } = testHost();
    const { session } = testEngine(world.resource, { userAgent });
    expect((await failureOf(session.login())).code).toBe('authorization_refused');
    expect(presented).toEqual([]);
  });
});

describe('who asked for it', () => {
  const hosted = (policy: { readonly loginTimeout?: number } = {}) => {
    const store = memoryStore();
    const host = testHost();
    return { ...testEngine(world.resource, { store, userAgent: host.userAgent, policy }), ...host, store };
  };
  const finish = async (session: Session, presented: readonly string[]) => {
    await personsTurn(session);
    return visit(presented.at(-1));
  };

  it('AUTHZ-11: with `ask`, a request opens nothing and gets the answer of the server', async () => {
    const { engine, session, presented } = hosted();
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await callTool(session, 'any')).status);
    expect(statuses).toEqual([401, 401, 401]);
    expect((await failureOf(session.token())).code).toBe('interaction_required');
    expect(presented).toEqual([]);
    expect(world.requests('a', 'POST')).toEqual([]);

    const login = session.login();
    await engine.complete(await finish(session, presented));
    await login;
    expect(presented).toHaveLength(1);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('AUTHZ-11: logins at the same time lead the person once; a later one nowhere', async () => {
    const { engine, session, presented } = hosted();
    const logins = Array.from({ length: 5 }, () => session.login());
    const callback = await finish(session, presented);
    expect(presented).toHaveLength(1);
    // Whoever asks while the person is away may show the same request again.
    logins.push(session.login());
    await engine.complete(callback);
    await Promise.all(logins);
    await session.login();
    await session.login({ scopes: ['read'] });
    expect(new Set(presented).size).toBe(1);
  });

  it('AUTHZ-11, STEP-1: a login with more scopes asks for all of them', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    await session.login({ scopes: ['write', 'read'] });
    expect(asked().map((one) => one.query.get('scope'))).toEqual(['read', 'read write']);
  });

  it('AUTHZ-11, C08, A19: a cancel ends the login, and a late answer finds nobody', async () => {
    const { engine, session, presented, store } = hosted();
    const failed = failureOf(session.login());
    const callback = await finish(session, presented);
    session.actor.send({ type: 'user.cancel' });
    expect((await failed).code).toBe('cancelled');
    expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    expect(sent()).toEqual([]);
    expect(await textsOf(store, 'pending:')).toEqual([]);
    // Left for those who wait for the same login elsewhere: how it ended, and nothing that could be answered.
    expect((await textsOf(store, 'login:')).map((text) => JSON.parse(text))).toMatchObject([
      { ended: { code: 'cancelled' } },
    ]);
  });

  it('A33, A19, C18: a login that nobody finishes ends in time, and can be started again', async () => {
    const { engine, session, presented, store } = hosted({ loginTimeout: 40 });
    const failed = failureOf(session.login());
    const callback = await finish(session, presented);
    expect((await failed).code).toBe('login_timed_out');
    expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    expect(sent()).toEqual([]);
    expect(await textsOf(store, 'pending:')).toEqual([]);
    await failureOf(session.login());
    expect(presented).toHaveLength(2);
  });
});

const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

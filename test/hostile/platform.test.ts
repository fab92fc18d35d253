// The ground that the engine stands on: a clock that is frozen or replaced, and a browser that hides answers.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../support/clock.ts';
import { DpopWorld } from '../support/dpop.ts';
import { callTool, failureOf, personsTurn, standing, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await world.close();
});

const refreshes = () =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.get('grant_type') === 'refresh_token');

describe('a clock that is frozen in another year', () => {
  /** The clocks of the platform stand still, as in a host’s tests; timers and sockets go on. */
  function freeze(): void {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('1999-12-31') });
  }

  it('P08: is not asked: a grant ends, and is renewed ahead of its end, by the clock that was given', async () => {
    freeze();
    const clock = new TestClock();
    const { engine, session } = testEngine(world.resource, { now: clock.now, sleep: clock.sleep });
    await session.login();
    const end = new Date(clock.now() + 300_000).toISOString();
    expect(session.explain().grant?.expiresAt).toBe(end);
    const token = await session.token();
    clock.pass(200_000);
    expect(await session.token()).toBe(token);
    expect(refreshes()).toEqual([]);
    clock.pass(95_000);
    expect(await session.token()).not.toBe(token);
    expect(refreshes()).toHaveLength(1);
    await engine.dispose();
  });

  it('P08: is not asked: a person’s time is over by the timers that were given', async () => {
    freeze();
    const clock = new TestClock();
    const { userAgent } = testHost();
    const options = { now: clock.now, sleep: clock.sleep, userAgent };
    const { engine, session } = testEngine(world.resource, options);
    const login = failureOf(session.login());
    await personsTurn(session);
    await expect.poll(() => clock.next).toBe(clock.now() + 600_000);
    clock.pass(599_999);
    expect(standing(session)).toBe('authorizing.awaitingUser');
    clock.pass(1);
    expect((await login).code).toBe('login_timed_out');
    await engine.dispose();
  });

  it('P08: is not asked: a server that names a time to wait for is asked again then', async () => {
    freeze();
    const clock = new TestClock();
    const { engine, session } = testEngine(world.resource, { now: clock.now, sleep: clock.sleep });
    await session.login();
    clock.pass(301_000);
    const until = new Date(clock.now() + 40_000).toUTCString();
    world.script('a POST /token', () => ({ status: 503, headers: { 'retry-after': until } }));
    const failure = await failureOf(session.token());
    expect(failure.code).toBe('server_unavailable');
    expect(failure.retryAfter).toBe(40_000);
    world.scripts.clear();
    await expect.poll(() => clock.next).toBe(clock.now() + 40_000);
    clock.pass(39_999);
    expect((await failureOf(session.token())).code).toBe('server_unavailable');
    expect(refreshes()).toHaveLength(1);
    clock.pass(1);
    await expect.poll(() => session.token().catch(() => '')).toMatch(/^access-a-/);
    expect(refreshes()).toHaveLength(2);
    await engine.dispose();
  });

  it('P08: is not asked: proofs are made at the time of the clock that was given', async () => {
    freeze();
    const clock = new TestClock();
    const speaker = new DpopWorld(world, clock.now);
    const options = { now: clock.now, sleep: clock.sleep };
    const client = { name: 'authchart tests', dpop: 'required' } as const;
    const { engine, session } = testEngine(world.resource, { ...options, client });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(speaker.complaints).toEqual([]);
    const made = speaker.proofs.map(({ claims }) => claims.iat);
    expect(made.length).toBeGreaterThan(1);
    expect(new Set(made)).toEqual(new Set([Math.floor(clock.now() / 1000)]));
    await engine.dispose();
  });

  it('P08: is not asked where none was given: the engine goes on with the clock of its beginning', async () => {
    const { engine, session } = testEngine(world.resource);
    const before = Date.now();
    freeze();
    await session.login();
    const { expiresAt = '' } = session.explain().grant ?? {};
    expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(before + 300_000);
    await session.token();
    expect(refreshes()).toEqual([]);
    await engine.dispose();
  });
});

describe('a browser that blocks an answer, because its server sends no CORS headers', () => {
  /** As browsers do: the request goes out, and the page gets a TypeError without a reason. */
  const blocking =
    (isBlocked: (url: URL) => boolean): typeof fetch =>
    async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const response = await fetch(input, init);
      if (!isBlocked(url)) return response;
      await response.body?.cancel();
      throw new TypeError('Failed to fetch');
    };

  /** Documents that a stranger has put at the places that would come after the one that is blocked. */
  function weakerPlaces(): void {
    const resource = { resource: world.origins.resource, authorization_servers: [world.origins.b] };
    world.script('resource GET /.well-known/oauth-protected-resource', () => ({ body: resource }));
    world.script('a GET /.well-known/openid-configuration', () => ({ body: world.documents.a }));
  }

  it.each([
    ['of the resource', 'resource', '/.well-known/oauth-protected-resource/mcp'],
    ['of the server', 'a', '/.well-known/oauth-authorization-server'],
  ] as const)('P06: is told as that, and no other place is asked: metadata %s', async (_whose, at, path) => {
    weakerPlaces();
    world.pointer = null;
    vi.stubGlobal('location', new URL('https://app.example/'));
    const fetch = blocking((url) => url.pathname === path);
    const policy = { interaction: 'auto', legacyDiscovery: true } as const;
    const { engine, session } = testEngine(world.resource, { fetch, policy });
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ code: 'unreachable', phase: 'discovering', recovery: 'retry-later' });
    expect(failure.message).toContain('read its answers (CORS)');
    const metadata = world.requests(at).filter((one) => one.path.startsWith('/.well-known/'));
    expect(metadata.map((one) => one.path)).toEqual([path]);
    expect(world.requests('b')).toEqual([]);
    expect(world.received.filter(({ method }) => method === 'POST')).toEqual([]);
    await engine.dispose();
  });

  it('P06: is not spoken of where there is no browser', async () => {
    const fetch = blocking((url) => url.pathname.startsWith('/.well-known/'));
    const { engine, session } = testEngine(world.resource, { fetch });
    const failure = await failureOf(session.login());
    expect(failure.code).toBe('unreachable');
    expect(failure.message).not.toContain('CORS');
    await engine.dispose();
  });
});

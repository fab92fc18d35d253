// A session between its callers and its chart: what it asks the chart for, when, and what it answers with.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../index.ts';
import { callTool, failureOf, personsTurn, settled, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let clock: number;
beforeEach(async () => {
  world = await startWorld();
  clock = 1_800_000_000_000;
});
afterEach(() => world.close());

const now = (): number => clock;

describe('a login that is asked for again', () => {
  it.each([
    [999, 1],
    [1_000, 2],
  ])('AUTHZ-12: after %i ms has shown its page %i times', async (later, times) => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { userAgent, now });
    const logins = [session.login()];
    await personsTurn(session);
    clock += later;
    logins.push(session.login());
    await expect.poll(() => presented.length).toBe(times);
    await engine.complete(await visit(presented[0]));
    await Promise.all(logins);
    expect(presented).toHaveLength(times);
    await engine.dispose();
  });

  it.each([
    [999, 1],
    [1_000, 2],
  ])('AUTHZ-12: %i ms after a request has led there, has shown it %i times', async (later, times) => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { userAgent, now });
    const request = callTool(session, 'any');
    await personsTurn(session);
    clock += later;
    const login = session.login();
    if (times > 1) await expect.poll(() => presented.length).toBe(times);
    await engine.complete(await visit(presented[0]));
    await login;
    expect((await request).status).toBe(200);
    expect(presented).toHaveLength(times);
    await engine.dispose();
  });
});

describe('a login that fails', () => {
  it('STEP-5: beside a grant that goes on says why it was refused', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    const token = await session.token();
    world.script('a GET /authorize', ({ query }) => {
      const location = new URL(query.get('redirect_uri') ?? '');
      const answer = { error: 'access_denied', state: query.get('state') ?? '', iss: world.origins.a };
      for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
      return { status: 302, headers: { location: location.href } };
    });
    expect((await failureOf(session.login({ scopes: ['write'] }))).code).toBe('access_denied');
    expect(await session.token()).toBe(token);
    await engine.dispose();
  });

  it('BIND-2: where the resource has moved to a server that is refused gives no token of before', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    delete world.documents.b['code_challenge_methods_supported'];
    world.moveTo('b');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(401);
    const codes = [await failureOf(session.login()), await failureOf(session.token())].map(
      ({ code }) => code,
    );
    expect(new Set(codes).size).toBe(1);
    expect(codes[0]).not.toBe('cancelled');
    await engine.dispose();
  });
});

describe('what a sibling did, where the home cannot tell', () => {
  let clock = Date.now();
  const later = (milliseconds: number): void => {
    clock += milliseconds;
  };

  /** Two engines on one store that tells nobody of changes, and is never looked at by itself. */
  const siblings = () => {
    const { watch: _, ...home } = memoryStore();
    const store: Store = home;
    const options = {
      store,
      now: () => clock,
      sleep: () => new Promise<void>(() => {}),
      policy: { interaction: 'ask' },
    } as const;
    return [testEngine(world.resource, options), testEngine(world.resource, options)] as const;
  };

  it('TOK-13: a login is found by whoever asks next; a renewal and a sign-out by whoever asks after 5 seconds', async () => {
    const [one, other] = siblings();
    await settled(other.session);
    await one.session.login();
    const first = await one.session.token();
    expect(await other.session.token()).toBe(first);
    world.expireAccessTokens();
    expect((await callTool(one.session, 'any')).status).toBe(200);
    const second = await one.session.token();
    expect(second).not.toBe(first);
    later(5_000);
    expect(await other.session.token()).toBe(second);
    await one.session.logout();
    later(5_000);
    expect((await failureOf(other.session.token())).code).toBe('interaction_required');
    await other.session.login();
    expect(await other.session.token()).not.toBe(second);
    await Promise.all([one.engine.dispose(), other.engine.dispose()]);
  });
});

describe('a renewal that fails', () => {
  it('TOK-7: leaves the token as good as it was, until it has run out', async () => {
    const { engine, session } = testEngine(world.resource, { now, policy: { interaction: 'ask' } });
    await session.login();
    const token = await session.token();
    world.script('a POST /token', () => ({ status: 503 }));
    const { refreshAt = 0, expiresAt = 0 } = session.snapshot.context.grant ?? {};
    clock = refreshAt;
    expect(await session.token()).toBe(token);
    expect(session.snapshot.matches({ authorized: { renewal: 'stale' } })).toBe(true);
    clock = expiresAt - 1;
    expect(await session.token()).toBe(token);
    clock = expiresAt;
    expect((await failureOf(session.token())).code).toBe('server_unavailable');
    await engine.dispose();
  });
});

describe('an answer that the host tells', () => {
  const send = (session: ReturnType<typeof testEngine>['session'], method: string) =>
    session
      .authorization({ method, url: world.resource })
      .then((headers) =>
        fetch(world.resource, { method, headers: { ...headers }, body: method === 'GET' ? null : '{}' }),
      );

  it('STEP-4: names its operation by the method, in capitals, and GET where none is said', async () => {
    const operations: string[] = [];
    const { engine, session } = testEngine(world.resource, {
      inspect: ({ type, ...more }) => {
        const { event } = more as { readonly event?: { readonly type: string; readonly operation?: string } };
        if (type === '@xstate.event' && event?.type === 'challenge.received')
          operations.push(event.operation ?? '');
      },
    });
    await session.login();
    const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' };
    const refused = (): Response => new Response(null, { status: 403, headers: challenge });
    expect(await session.answered(refused(), { method: 'mkcol' })).toBe(true);
    await session.answered(refused());
    expect(operations.map((of) => of.split(' ')[0])).toEqual(['MKCOL', 'GET']);
    await engine.dispose();
  });

  it('TOK-12: proves the grant, so that what was spent on it counts no more', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    const spent = (): number => {
      const { authorizations, renewals } = session.snapshot.context.budget;
      return authorizations + renewals;
    };
    const response = await send(session, 'POST');
    expect(spent()).toBeGreaterThan(0);
    expect(await session.answered(response, { authorization: null })).toBe(false);
    expect(spent()).toBeGreaterThan(0);
    expect(await session.answered(response)).toBe(false);
    expect(spent()).toBe(0);
    await engine.dispose();
  });
});

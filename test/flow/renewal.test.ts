// Renewal that works: one refresh for all who wait, ahead of the end, shared with siblings; and one login where it is over.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { memoryStore, type Session } from '../../index.ts';
import { callTool, failureOf, restartedLater, testEngine, textsOf } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const logins = (): number => world.requests('a', 'GET', '/authorize').length;
const refreshes = (): readonly Received[] =>
  world.requests('a', 'POST', '/token').filter((one) => one.form.get('grant_type') === 'refresh_token');
const statusOf = async (session: Session, tool: string): Promise<number> =>
  (await callTool(session, tool)).status;

/** A session with a grant, refused by the resource. */
async function refused() {
  const started = testEngine(world.resource);
  await started.session.login();
  return started;
}

/** The same, which by its own clock has run out. */
const ranOut = () => restartedLater(world.resource);

describe('one refresh', () => {
  it('TOK-5, C01: for 100 requests that are refused at the same time', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(session, 'any')));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(refreshes()).toHaveLength(1);
    expect(logins()).toBe(1);
  });

  it('TOK-5, TOK-8: for 10 requests at its end, before any of them is refused', async () => {
    const { session } = await ranOut();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => statusOf(session, 'any')));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(refreshes()).toHaveLength(1);
    expect(world.requests('resource', 'POST', '/mcp')).toHaveLength(10);
  });

  it('TOK-5, C02: a late refusal of the old token asks for no other', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    const held = new Set(['slow']);
    const renewed = waitFor(session.actor, (snapshot) =>
      snapshot.matches({ authorized: { renewal: 'renewing' } }),
    );
    world.script('resource POST /mcp', async ({ body }) => {
      const slow = [...held].find((tool) => body.includes(`"${tool}"`));
      if (slow === undefined) return undefined;
      held.delete(slow);
      await renewed;
      await waitFor(session.actor, (snapshot) => snapshot.matches({ authorized: { renewal: 'fresh' } }));
      return undefined;
    });
    expect(await Promise.all(['slow', 'quick'].map((tool) => statusOf(session, tool)))).toEqual([200, 200]);
    expect(refreshes()).toHaveLength(1);
    // Nor is anything looked up again: once for the login, once for the refresh.
    expect(world.requests('a', 'GET', '/.well-known/oauth-authorization-server')).toHaveLength(2);
  });

  it('TOK-5, C17: for a stream and a call that are refused', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    const stream = session.fetch(world.resource, { headers: { accept: 'text/event-stream' } });
    expect([(await stream).status, await statusOf(session, 'any')]).toEqual([200, 200]);
    expect(refreshes()).toHaveLength(1);
  });
});

describe('by the clock', () => {
  it.each([
    ['a fetch', (session: Session) => callTool(session, 'any')],
    ['token()', (session: Session) => session.token()],
  ])('TOK-8, T32: %s renews ahead of the end, once', async (_name, use) => {
    const { session } = await restartedLater(world.resource, {}, 280_000);
    await use(session);
    await use(session);
    expect(refreshes()).toHaveLength(1);
    expect(world.requests('resource', 'POST', '/mcp').every((one) => one.headers['authorization'])).toBe(
      true,
    );
  });

  it('TOK-8, T32: a clock that jumped, as after sleep, is looked at', async () => {
    let jump = 0;
    const { session } = testEngine(world.resource, { now: () => Date.now() + jump });
    await callTool(session, 'any');
    const old = await session.token();
    jump = 2 * 24 * 3_600_000;
    expect(await session.token()).not.toBe(old);
    expect(refreshes()).toHaveLength(1);
  });

  it.each([2 * 365 * 24, -2 * 365 * 24])(
    'TOK-8, T32: a clock that is %d hours off costs no loop',
    async (hours) => {
      const { session } = testEngine(world.resource, { now: () => Date.now() + hours * 3_600_000 });
      for (let at = 0; at < 3; at += 1) expect(await statusOf(session, 'any')).toBe(200);
      world.expireAccessTokens();
      expect(await statusOf(session, 'any')).toBe(200);
      expect([logins(), refreshes().length]).toEqual([1, 1]);
    },
  );

  it('TOK-8, T08: a server that names no end is asked when the resource refuses', async () => {
    world.expiresIn = undefined;
    const { session } = testEngine(world.resource, { now: () => Date.now() });
    await callTool(session, 'any');
    expect(session.explain().grant).not.toHaveProperty('expiresAt');
    world.expireAccessTokens();
    expect(await statusOf(session, 'any')).toBe(200);
    expect([logins(), refreshes().length]).toEqual([1, 1]);
  });
});

describe('a refresh token that is dead', () => {
  it.each([
    ['refused', refused],
    ['run out', ranOut],
  ])(
    'TOK-6, TOK-8: one new login, with the registration from before: a token that is %s',
    async (_name, start) => {
      const { session } = await start();
      world.expireAccessTokens();
      world.refreshTokens.clear();
      const statuses = await Promise.all(Array.from({ length: 5 }, () => statusOf(session, 'any')));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect([logins(), refreshes().length]).toEqual([2, 1]);
      expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    },
  );

  it('TOK-6, AUTHZ-11: with `ask`, nothing is opened, and nothing of it is tried again', async () => {
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store, policy: { interaction: 'ask' } });
    await session.login();
    world.expireAccessTokens();
    world.refreshTokens.clear();
    for (let at = 0; at < 3; at += 1) expect(await statusOf(session, 'any')).toBe(401);
    expect([logins(), refreshes().length]).toEqual([1, 1]);
    expect(await textsOf(store, 'grant:')).toEqual([]);
    expect((await failureOf(session.token())).code).toBe('interaction_required');
  });

  it.each([
    ['T18', 'invalid_request', 'refused', refused],
    ['T18', 'invalid_request', 'run out', ranOut],
    ['T20', 'unauthorized_client', 'refused', refused],
    ['T20', 'unauthorized_client', 'run out', ranOut],
  ])(
    'TOK-9, %s: answered with %s, for a token that is %s: tried a few times, then a login',
    async (...row) => {
      const [, error, , start] = row;
      const { session } = await start();
      world.expireAccessTokens();
      world.script('a POST /token', ({ form }) =>
        form.get('grant_type') === 'refresh_token' ? { status: 400, body: { error } } : undefined,
      );
      const statuses = [];
      for (let at = 0; at < 6; at += 1) statuses.push(await statusOf(session, 'any').catch(() => 0));
      expect(refreshes().length).toBeLessThanOrEqual(3);
      expect(logins()).toBe(2);
      expect(statuses.at(-1)).toBe(200);
    },
  );
});

describe('a sibling', () => {
  async function siblings() {
    const store = memoryStore();
    const [one, other] = [testEngine(world.resource, { store }), testEngine(world.resource, { store })];
    await callTool(one.session, 'any');
    await callTool(other.session, 'any');
    world.expireAccessTokens();
    return { store, one: one.session, other: other.session };
  }

  it('TOK-6: whose tokens are in the store is followed, without a refresh', async () => {
    const { one, other } = await siblings();
    expect(await statusOf(other, 'any')).toBe(200);
    expect(await statusOf(one, 'any')).toBe(200);
    expect([logins(), refreshes().length]).toEqual([1, 1]);
    expect(await one.token()).toBe(await other.token());
  });

  it('TOK-5, TOK-6: that comes in between, after the store was read, saves us the refresh', async () => {
    const { one, other, store } = await siblings();
    const get = store.get.bind(store);
    let first = true;
    store.get = async (key) => {
      const isRenewing = one.actor.getSnapshot().matches({ authorized: { renewal: 'renewing' } });
      if (first && isRenewing && key.startsWith('grant:')) {
        first = false;
        expect(await statusOf(other, 'any')).toBe(200);
      }
      return get(key);
    };
    expect(await statusOf(one, 'any')).toBe(200);
    expect(first).toBe(false);
    expect([logins(), refreshes().length]).toEqual([1, 1]);
  });

  it('TOK-6, T15, T16: that was faster is followed after invalid_grant, and loses nothing', async () => {
    const { one, other, store } = await siblings();
    // Not one of ours, who would have waited: it renews without a word, and stores what it got.
    const { access_token: accessToken, refresh_token: refreshToken } = world.mint('a', 'read', 'client');
    world.script('a POST /token', async () => {
      const [key = ''] = await store.list('grant:');
      const before = await store.get(key);
      const [expiresAt, refreshAt] = [Date.now() + 36_000_000, Date.now() + 35_000_000];
      const grant = { ...JSON.parse(before?.text ?? '{}'), accessToken, refreshToken, expiresAt, refreshAt };
      await store.put(key, JSON.stringify(grant), before?.version);
      return { status: 400, body: { error: 'invalid_grant' } };
    });
    expect(await statusOf(one, 'any')).toBe(200);
    expect([logins(), refreshes().length]).toEqual([1, 1]);
    expect(await one.token()).toBe(accessToken);
    expect(await other.token()).toBe(accessToken);
  });
});

describe('a token that the resource never accepts', () => {
  it('TOK-9, T34: surfaces, within a budget, however often it is tried', async () => {
    const { session } = testEngine(world.resource);
    world.script('resource POST /mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    }));
    const perFetch = [];
    for (let at = 0; at < 8; at += 1) {
      const before = world.requests('resource', 'POST', '/mcp').length;
      expect(await statusOf(session, 'any')).toBe(401);
      perFetch.push(world.requests('resource', 'POST', '/mcp').length - before);
    }
    expect(Math.max(...perFetch)).toBe(2);
    expect([logins(), refreshes().length]).toEqual([2, 1]);
    expect(session.explain()).toMatchObject({
      states: ['failed.resting'],
      failure: { code: 'grant_not_accepted', recovery: 'none' },
    });

    // A person may ask again: then the budget is new.
    world.scripts.clear();
    await session.login();
    expect(await statusOf(session, 'any')).toBe(200);
  });

  it('TOK-9: one refusal in between costs nothing of the budget', async () => {
    const { session } = testEngine(world.resource);
    for (let at = 0; at < 5; at += 1) {
      world.expireAccessTokens();
      expect(await statusOf(session, 'any')).toBe(200);
    }
    expect([logins(), refreshes().length]).toEqual([1, 4]);
  });
});

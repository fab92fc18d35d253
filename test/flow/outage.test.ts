// When a renewal fails for the moment: credentials are kept, no browser is opened, and it works again afterwards.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { failure } from '../../contract/errors.ts';
import { AuthError, type AuthSnapshot, memoryStore, type Store } from '../../index.ts';
import { callTool, failureOf, restartedLater, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const logins = (): number => world.requests('a', 'GET', '/authorize').length;
const refreshes = (): number =>
  world.requests('a', 'POST', '/token').filter((one) => one.form.get('grant_type') === 'refresh_token')
    .length;
const isStale = (snapshot: AuthSnapshot): boolean => snapshot.matches({ authorized: { renewal: 'stale' } });
/** It is due again, or what was got has been stored meanwhile. */
const isNoLongerStale = (snapshot: AuthSnapshot): boolean => !isStale(snapshot);

async function expectKept(store: Store): Promise<void> {
  const [refreshToken = ''] = world.refreshTokens.keys();
  expect(refreshToken).not.toBe('');
  expect((await textsOf(store, 'grant:')).join()).toContain(refreshToken);
}

describe('the authorization server is out of reach', () => {
  it.each([
    ['token endpoint', 'a POST /token'],
    ['metadata', 'a GET /.well-known/oauth-authorization-server'],
    ['resource metadata', 'resource GET /.well-known/oauth-protected-resource/mcp'],
  ] as const)(
    'TOK-7, DISC-11: %s: a token that is not at its end is used meanwhile',
    async (_name, place) => {
      const { session, store } = await restartedLater(world.resource, {}, 280_000);
      world.script(place, () => ({ status: 503, headers: { 'retry-after': '60' } }));
      for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'any')).status).toBe(200);
      expect(isStale(session.actor.getSnapshot())).toBe(true);
      expect(logins()).toBe(1);
      expect(refreshes()).toBeLessThanOrEqual(1);
      await expectKept(store);
    },
  );

  it.each(['auto', 'ask'] as const)(
    'TOK-7, T17: with `%s`, a token that is refused meanwhile opens nothing, and works again afterwards',
    async (interaction) => {
      const { session } = testEngine(world.resource, { policy: { interaction } });
      await session.login();
      world.expireAccessTokens();
      world.script('a POST /token', () => ({ status: 503, headers: { 'retry-after': '1' } }));
      for (let at = 0; at < 4; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
      expect(logins()).toBe(1);

      world.scripts.clear();
      await waitFor(session.actor, isNoLongerStale);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(logins()).toBe(1);
    },
  );

  it('TOK-7, DISC-11: neither does a refusal while nobody can say who is responsible', async () => {
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store });
    await session.login();
    world.expireAccessTokens();
    const metadata = 'a GET /.well-known/oauth-authorization-server';
    world.script(metadata, () => ({ status: 503, headers: { 'retry-after': '1' } }));
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(session.explain().failure).toMatchObject({ code: 'server_unavailable', recovery: 'retry-later' });
    await expectKept(store);

    world.scripts.clear();
    await waitFor(session.actor, (snapshot) => snapshot.hasTag('canSend'));
    expect((await callTool(session, 'any')).status).toBe(200);
    expect([logins(), refreshes()]).toEqual([1, 1]);
  });

  it('TOK-7, T21: the wait that a server may ask for is bounded', async () => {
    const { session } = await restartedLater(world.resource);
    world.script('a POST /token', () => ({ status: 503, headers: { 'retry-after': '315360000' } }));
    const thrown = await failureOf(callTool(session, 'any'));
    expect(thrown.retryAfter).toBe(3_600_000);
  });

  it('TOK-7: a person who asks does not have to wait', async () => {
    const { session } = await restartedLater(world.resource);
    world.script('a POST /token', () => ({ status: 503, headers: { 'retry-after': '3600' } }));
    await failureOf(callTool(session, 'any'));
    world.scripts.clear();
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(logins()).toBe(1);
  });
});

describe('the store is out of reach', () => {
  it('TOK-4, T12: tokens that could not be saved are not lost: saved later, without a login', async () => {
    const { session, store } = await restartedLater(world.resource);
    const put = store.put.bind(store);
    let full = true;
    store.put = async (key, text, expected) => {
      if (full && key.startsWith('grant:')) {
        throw new AuthError(failure('store_failed', 'storing', 'The disk is full; make room.'));
      }
      return put(key, text, expected);
    };
    await callTool(session, 'any').catch(() => {});
    expect(refreshes()).toBe(1);
    full = false;
    await waitFor(session.actor, isNoLongerStale);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(logins()).toBe(1);
    await expectKept(store);
  });
});

describe('answers of a token endpoint that are none', () => {
  it.each<readonly [string, Answer]>([
    ['T01: a page', { headers: { 'content-type': 'text/html' }, body: '<h1>secret words</h1>' }],
    ['T01: nothing', { body: '' }],
    ['T02: 200 with an error', { body: { error: 'invalid_scope', error_description: 'secret words' } }],
    [
      'T03: an error and a token',
      { body: { error: 'invalid_scope', access_token: 'x', token_type: 'Bearer' } },
    ],
    ['T04: a form', { body: 'access_token=secret&token_type=bearer&words=secret words' }],
    ['T05: no type', { body: { access_token: 'secret words' } }],
    ['T05, T06: another type', { body: { access_token: 'secret', token_type: 'DPoP' } }],
    [
      'T07: a token that ends a header',
      { body: { access_token: 'secret\r\nX: words', token_type: 'Bearer' } },
    ],
  ])('%s: typed, its text in no message, and nothing sent with it', async (_name, answer) => {
    const { session } = testEngine(world.resource);
    world.script('a POST /token', () => answer);
    const thrown = await failureOf(session.login());
    expect(['token_response_invalid', 'token_refused']).toContain(thrown.code);
    expect(thrown.status).toBe(200);
    expect(thrown.message).not.toMatch(/secret|words/);
    expect(session.actor.getSnapshot().hasTag('canSend')).toBe(false);
  });
});

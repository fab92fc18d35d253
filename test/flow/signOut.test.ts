// Sign-out: each server revokes what it issued, the refresh token first; and nothing is left, whoever is dead.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { memoryStore, type Store } from '../../index.ts';
import { keys } from '../../stores/records.ts';
import {
  callTool,
  failureOf,
  personsTurn,
  settled,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
});
afterEach(() => world.close());

const revoked = (at: 'a' | 'b') =>
  world.requests(at, 'POST', '/revoke').map(({ form }) => [form.get('token_type_hint'), form.get('token')]);

/** Nothing of a session is left; a registration is no secret of a person, and stays. */
async function expectForgotten(): Promise<void> {
  for (const kind of ['grant:', 'binding:', 'pending:', 'login:']) expect(await store.list(kind)).toEqual([]);
  const texts = (await textsOf(store)).join();
  for (const token of [...world.accessTokens.keys(), ...world.refreshTokens.keys()])
    expect(texts).not.toContain(token);
}

describe('logout', () => {
  it('TOK-10: revokes the refresh token, then the access token, and forgets both', async () => {
    const { session } = testEngine(world.resource, { store, policy: { interaction: 'ask' } });
    await session.login();
    const [[refreshToken], accessToken] = [[...world.refreshTokens.keys()], await session.token()];
    await session.logout();
    expect(revoked('a')).toEqual([
      ['refresh_token', refreshToken],
      ['access_token', accessToken],
    ]);
    await expectForgotten();
    expect(session.explain()).toMatchObject({ states: ['idle'], passedOver: [] });
    expect(session.explain()).not.toHaveProperty('grant');
    expect((await failureOf(session.token())).code).toBe('interaction_required');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.requests('resource', 'POST', '/mcp').at(-1)?.headers['authorization']).toBeUndefined();
  });

  it('TOK-10, BIND-2: at each server its own', async () => {
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    world.moveTo('b');
    await callTool(session, 'any');
    await session.logout();
    for (const place of ['a', 'b'] as const) {
      expect(revoked(place).map(([hint]) => hint)).toEqual(['refresh_token', 'access_token']);
      for (const [, token] of revoked(place)) expect(token).toContain(`-${place}-`);
    }
    await expectForgotten();
  });

  it('S15, TOK-10: forgets what was being spent and what was replaced, too', async () => {
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    world.needs = () => 'write';
    await callTool(session, 'any');
    const [key = ''] = await store.list('grant:');
    const grant = await store.get(key);
    const intent = { v: 1, holder: 'a process that is dead', version: grant?.version ?? '' };
    await store.put(keys.spend(keys.as('grant', key)), JSON.stringify(intent), undefined);
    await session.logout();
    expect(revoked('a').filter(([hint]) => hint === 'refresh_token')).toHaveLength(2);
    await expectForgotten();
    expect((await store.list('')).map((name) => name.split(':', 1)[0])).toEqual(['registration']);
  });

  it.each<readonly [string, Answer]>([
    ['fails', { status: 503 }],
    ['refuses', { status: 400, body: { error: 'unsupported_token_type' } }],
    ['cuts the connection', { cut: true }],
    ['redirects', { status: 307, headers: { location: '/elsewhere' } }],
  ])('TOK-10: forgets everything where the revocation endpoint %s', async (_name, answer) => {
    world.script('a POST /revoke', () => answer);
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    await session.logout();
    await expectForgotten();
    expect(world.requests('a').every((one) => one.path !== '/elsewhere')).toBe(true);
  });

  it('TOK-10: tries the access token also where the refresh token could not be revoked', async () => {
    world.script('a POST /revoke', ({ form }) =>
      form.get('token_type_hint') === 'refresh_token' ? { cut: true } : undefined,
    );
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    await session.logout();
    expect(revoked('a').map(([hint]) => hint)).toContain('access_token');
  });

  it('TOK-10: does not wait for a server that hangs longer than for any answer', async () => {
    world.script('a POST /revoke', () => new Promise(() => {}));
    const { session } = testEngine(world.resource, {
      store,
      policy: { interaction: 'auto', requestTimeout: 300 },
    });
    await callTool(session, 'any');
    await session.logout();
    await expectForgotten();
  });

  it.each([
    ['no revocation endpoint', 'revocation_endpoint'],
    ['no usable metadata any more', 'issuer'],
  ])('TOK-10: forgets everything where there is %s', async (_name, member) => {
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    delete world.documents.a[member];
    await session.logout();
    expect(revoked('a')).toEqual([]);
    await expectForgotten();
  });

  it('TOK-10, C08: ends a login that is under way, and its late answer', async () => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { store, userAgent });
    const failed = failureOf(session.login());
    await personsTurn(session);
    const callback = await visit(presented[0]);
    await session.logout();
    await failed;
    expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    await expectForgotten();
  });

  it('TOK-10: leaves other subjects alone, and can be followed by a login', async () => {
    const { engine } = testEngine(world.resource, { store });
    const [one, two] = ['one', 'two'].map((subject) => engine.session({ resource: world.resource, subject }));
    if (!one || !two) throw new Error('There are two.');
    await Promise.all([one.login(), two.login()]);
    const kept = await two.token();
    await one.logout();
    expect(await two.token()).toBe(kept);
    await one.login();
    expect((await callTool(one, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/register').length).toBeLessThanOrEqual(2);
  });

  it('TOK-10, C08: a refresh under way is over, and its late answer is not kept', async () => {
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    world.expireAccessTokens();
    world.script('a POST /token', async () => {
      if (session.actor.getSnapshot().matches('signingOut')) return undefined;
      void session.logout();
      await waitFor(session.actor, (snapshot) => snapshot.matches('signingOut') || snapshot.matches('idle'));
      return undefined;
    });
    await callTool(session, 'any').catch(() => {});
    await settled(session);
    await expectForgotten();
  });
});

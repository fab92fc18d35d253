// TOK-10, REG-10: a sign-out that forgets everything: the registered client goes, too, here and at its server (RFC 7592).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore, type Store } from '../../index.ts';
import { everythingTold, failureOf, personsTurn, testEngine, testHost, textsOf } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const MANAGEMENT_TOKEN = 'management-token-of-this-client';

const registrations = (): number => world.requests('a', 'POST', '/register').length;
const deletions = () => world.received.filter(({ method }) => method === 'DELETE');
const registrationsIn = (store: Store) => textsOf(store, 'registration:');

/** The server lets its clients manage their registration there. */
function manageAt(uri: string): void {
  world.script('a POST /register', ({ body }) => ({
    status: 201,
    body: {
      ...JSON.parse(body),
      client_id: `client-${registrations()}`,
      registration_client_uri: uri,
      registration_access_token: MANAGEMENT_TOKEN,
    },
  }));
  world.script('a DELETE /register/me', () => ({ status: 204 }));
}

async function loggedIn(more: Partial<EngineOptions> = {}) {
  const store = memoryStore();
  const made = testEngine(world.resource, { store, ...more });
  await made.session.login();
  return { ...made, store };
}

describe('a sign-out', () => {
  it('TOK-10: keeps the registered client, unless everything is to be forgotten', async () => {
    const { session, store } = await loggedIn();
    await session.logout();
    expect(await registrationsIn(store)).toHaveLength(1);
    await session.login();
    expect(registrations()).toBe(1);
    await session.logout({ forget: 'everything' });
    expect(await store.list('')).toEqual([]);
    await session.login();
    expect(registrations()).toBe(2);
  });

  it('REG-10: forgets the client of a login that nobody has ever finished', async () => {
    const store = memoryStore();
    const { userAgent } = testHost();
    const { session } = testEngine(world.resource, { store, userAgent });
    const login = failureOf(session.login());
    await personsTurn(session);
    await session.cancel();
    await login;
    await testEngine(world.resource, { store, userAgent }).session.logout({ forget: 'everything' });
    expect(await registrationsIn(store)).toEqual([]);
  });

  it('REG-10: forgets clients at each server that the session was bound to', async () => {
    const { session, store } = await loggedIn();
    world.moveTo('b');
    await session.login({ again: true });
    expect(await registrationsIn(store)).toHaveLength(2);
    await session.logout({ forget: 'everything' });
    expect(await registrationsIn(store)).toEqual([]);
  });

  it('TOK-10: that everything is asked of while another one is under way forgets everything', async () => {
    const { session, store } = await loggedIn();
    await Promise.all([session.logout(), session.logout({ forget: 'everything' })]);
    expect(await registrationsIn(store)).toEqual([]);
  });

  it('HOST-2: with an unknown word is refused before anything is forgotten', async () => {
    const { session, store } = await loggedIn();
    const refused = await failureOf(session.logout({ forget: 'all' as 'everything' }));
    expect(refused).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('forget') });
    expect(await registrationsIn(store)).toHaveLength(1);
  });
});

describe('a server that manages registrations', () => {
  it('REG-10: is asked to delete the client, with the token that it gave for that, after the tokens were revoked', async () => {
    manageAt(`${world.origins.a}/register/me`);
    const { session, engine, progress } = await loggedIn();
    await session.logout({ forget: 'everything' });
    expect(deletions().map(({ path, headers }) => [path, headers['authorization']])).toEqual([
      ['/register/me', `Bearer ${MANAGEMENT_TOKEN}`],
    ]);
    expect(world.lines('a').at(-1)).toBe('DELETE /register/me');
    expect(world.lines('a')).toContain('POST /revoke');
    expect(everythingTold({ session, progress })).not.toContain(MANAGEMENT_TOKEN);
    await engine.dispose();
  });

  it.each([
    ['refuses', () => ({ status: 403 })],
    ['does not answer', () => ({ cut: true }) as const],
  ])('REG-10: and %s keeps nobody: the client is forgotten here', async (_what, answer) => {
    manageAt(`${world.origins.a}/register/me`);
    const { session, store } = await loggedIn();
    world.script('a DELETE /register/me', answer);
    await session.logout({ forget: 'everything' });
    expect(deletions()).toHaveLength(1);
    expect(await store.list('')).toEqual([]);
  });

  it('REG-10: is not asked while another login in the store uses the client', async () => {
    manageAt(`${world.origins.a}/register/me`);
    const { session, engine, store } = await loggedIn();
    const other = engine.session({ resource: world.resource, subject: 'somebody else' });
    await other.login();
    await session.logout({ forget: 'everything' });
    expect(deletions()).toEqual([]);
    expect(await registrationsIn(store)).toEqual([]);
    world.expireAccessTokens();
    expect((await other.fetch(world.resource)).status).toBe(200);
  });

  it.each([
    ['another origin', () => `${world.origins.b}/register/me`],
    ['no URL', () => 'register/me'],
    ['another scheme', () => 'file:///etc/passwd'],
    ['credentials in it', () => world.origins.a.replace('//', '//user:password@')],
  ])('BIND-2, REG-7: and names %s is not believed: its token goes nowhere', async (_what, uri) => {
    manageAt(uri());
    const { session, store } = await loggedIn();
    expect((await registrationsIn(store)).join()).not.toContain(MANAGEMENT_TOKEN);
    await session.logout({ forget: 'everything' });
    expect(deletions()).toEqual([]);
    expect(await store.list('')).toEqual([]);
  });
});

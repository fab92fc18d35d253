// TOK-10, REG-10: a sign-out that forgets everything: the registered client goes, too, here and at its server (RFC 7592).
import { beforeEach, describe, expect, it } from 'vitest';
import { changing, createTestWorld, faults, type TestWorld } from '../../adapters/testing.ts';
import { type EngineOptions, memoryStore, type Store } from '../../index.ts';
import { everythingTold, failureOf, personsTurn, testEngine, testHost, textsOf } from '../support/engine.ts';

let world: TestWorld;
beforeEach(() => {
  world = createTestWorld();
});

const requestsOf = (step: string) => world.requests.filter((one) => one.step === step);
const registrations = (): number => requestsOf('registration').length;
const deletions = () => requestsOf('client-management');
const registrationsIn = (store: Store) => textsOf(store, 'registration:');

/** The server names another address to manage registrations at. */
const manageAt = (uri: string) =>
  world.misbehave(
    { step: 'registration' },
    changing((document) => ({ ...document, registration_client_uri: uri })),
  );

async function loggedIn(more: Partial<EngineOptions> = {}) {
  const store = memoryStore();
  const made = testEngine(world.resource, { ...world.engineOptions, store, ...more });
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
    const { session } = testEngine(world.resource, { ...world.engineOptions, store, userAgent });
    const login = failureOf(session.login());
    await personsTurn(session);
    await session.cancel();
    await login;
    await testEngine(world.resource, { ...world.engineOptions, store, userAgent }).session.logout({
      forget: 'everything',
    });
    expect(await registrationsIn(store)).toEqual([]);
  });

  it('REG-10: forgets clients at each server that the session was bound to', async () => {
    const { session, store } = await loggedIn();
    world.moveResource('b');
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
    const { session, engine, progress } = await loggedIn();
    await session.logout({ forget: 'everything' });
    expect(deletions()).toMatchObject([
      {
        to: 'a',
        method: 'DELETE',
        status: 204,
        headers: { authorization: 'Bearer <registration token 1 of a>' },
      },
    ]);
    expect(world.requests.at(-1)?.step).toBe('client-management');
    expect(requestsOf('revocation')).toHaveLength(2);
    world.expectNoSecretIn(everythingTold({ session, progress }));
    world.expectNoMistakes();
    await engine.dispose();
  });

  it.each([
    ['refuses', () => new Response(null, { status: 403 })],
    ['does not answer', () => faults.cut],
  ])('REG-10: and %s keeps nobody: the client is forgotten here', async (_what, answer) => {
    const { session, store } = await loggedIn();
    world.misbehave({ to: 'a', step: 'client-management' }, answer);
    await session.logout({ forget: 'everything' });
    expect(deletions()).toHaveLength(1);
    expect(await store.list('')).toEqual([]);
  });

  it('REG-10: is not asked while another login in the store uses the client', async () => {
    const { session, engine, store } = await loggedIn();
    const other = engine.session({ resource: world.resource, subject: 'somebody else' });
    await other.login();
    await session.logout({ forget: 'everything' });
    expect(deletions()).toEqual([]);
    expect(await registrationsIn(store)).toEqual([]);
    world.expireAccessTokens();
    expect((await other.fetch(world.resource)).status).toBe(200);
    world.expectRefreshes(1);
  });

  it.each([
    ['another origin', () => `${world.urlOf('b')}/register/me`],
    ['no URL', () => 'register/me'],
    ['another scheme', () => 'file:///etc/passwd'],
    ['credentials in it', () => world.urlOf('a').replace('//', '//user:password@')],
  ])('BIND-2, REG-7: and names %s is not believed: its token goes nowhere', async (_what, uri) => {
    manageAt(uri());
    const { session, store } = await loggedIn();
    world.expectNoSecretIn((await registrationsIn(store)).join());
    await session.logout({ forget: 'everything' });
    expect(deletions()).toEqual([]);
    world.expectNothingCrossed();
    expect(await store.list('')).toEqual([]);
  });
});

// REG-10: a server that has forgotten a client shows a page and sends no answer; the client is replaced when somebody asks again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { type EngineOptions, memoryStore, type Session, type Store } from '../../index.ts';
import { TestClock } from '../support/clock.ts';
import { failureOf, personsTurn, testEngine, testHost, textsOf, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-vain-'));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** How long a person has, in milliseconds, where nobody comes. */
const SHORT = 150;

const registrations = (): number => world.requests('a', 'POST', '/register').length;

/** An engine whose person is led to a page, and goes no further by themselves. */
function withPerson(store: Store = memoryStore(), more: Partial<EngineOptions> = {}) {
  const host = testHost();
  const made = testEngine(world.resource, {
    userAgent: host.userAgent,
    store,
    policy: { interaction: 'ask' },
    ...more,
  });
  const clientId = (): string | null => new URL(host.presented.at(-1) ?? '').searchParams.get('client_id');
  const finish = async (): Promise<void> =>
    void (await made.engine.complete(await visit(host.presented.at(-1))));
  return { ...made, ...host, clientId, finish };
}

async function loginInVain(session: Session, way: 'cancelled' | 'login_timed_out'): Promise<void> {
  const login = failureOf(session.login());
  if (way === 'cancelled') {
    await personsTurn(session);
    await session.cancel();
  }
  expect((await login).code).toBe(way);
}

const policyOf = (way: 'cancelled' | 'login_timed_out') =>
  ({ interaction: 'ask', ...(way === 'login_timed_out' && { loginTimeout: SHORT }) }) as const;

describe('a login that nobody finished', () => {
  it.each(['cancelled', 'login_timed_out'] as const)(
    'REG-10: (%s) has its client replaced by the next one that is asked for; once it succeeds, the new client stays',
    async (way) => {
      const store = memoryStore();
      const before = withPerson(store, { policy: policyOf(way) });
      await loginInVain(before.session, way);
      const forgotten = before.clientId();
      await before.engine.dispose();

      const { session, finish, clientId, engine } = withPerson(store);
      const login = session.login();
      await personsTurn(session);
      expect(clientId()).not.toBe(forgotten);
      await finish();
      await login;
      expect(registrations()).toBe(2);
      const kept = clientId();
      await session.logout();
      const again = session.login();
      await personsTurn(session);
      expect(clientId()).toBe(kept);
      await finish();
      await again;
      expect(registrations()).toBe(2);
      await engine.dispose();
    },
  );

  it('REG-10, AUTHZ-10: is remembered in the store, for whoever asks after a restart and for another label', async () => {
    const before = withPerson(fileStore({ folder }));
    await loginInVain(before.session, 'cancelled');
    await before.engine.dispose();
    const { engine, clientId, finish } = withPerson(fileStore({ folder }));
    const other = engine.session({ resource: world.resource, label: 'other' });
    const login = other.login();
    await personsTurn(other);
    expect(clientId()).not.toBe(before.clientId());
    await finish();
    await login;
    expect(registrations()).toBe(2);
    await engine.dispose();
  });

  it('REG-10: and that is looked at only, without anybody asking, replaces nothing', async () => {
    const { session, engine } = withPerson();
    await loginInVain(session, 'cancelled');
    expect((await session.fetch(world.resource)).status).toBe(401);
    expect((await failureOf(session.token())).code).toBe('cancelled');
    expect(registrations()).toBe(1);
    await engine.dispose();
  });

  it.each([
    [
      'refuses another one',
      () => world.script('a POST /register', () => ({ status: 403, body: { error: 'access_denied' } })),
    ],
    ['does not register any more', () => delete world.documents.a['registration_endpoint']],
  ])('REG-10: is tried once more with the same client where the server %s', async (_what, change) => {
    const { session, clientId, finish, engine } = withPerson();
    await loginInVain(session, 'cancelled');
    const kept = clientId();
    change();
    const login = session.login();
    await personsTurn(session);
    expect(clientId()).toBe(kept);
    await finish();
    await login;
    await engine.dispose();
  });

  it('REG-10: succeeds also where the store does not take that the doubt is over', async () => {
    const { put, ...rest } = memoryStore();
    let isFull = false;
    let refusals = 0;
    const store: Store = {
      ...rest,
      put: async (key, text, expected) => {
        if (!isFull || !key.startsWith('registration')) return put(key, text, expected);
        refusals += 1;
        throw new Error('full');
      },
    };
    const { session, presented, engine } = withPerson(store);
    const login = session.login();
    await personsTurn(session);
    const page = presented.at(-1);
    await loginInVain(engine.session({ resource: world.resource, label: 'other' }), 'cancelled');
    isFull = true;
    await engine.complete(await visit(page));
    await login;
    expect(refusals).toBe(1);
    await engine.dispose();
  });

  it('REG-10: has no client replaced that a person registered by hand', async () => {
    const preRegistered = [{ issuer: world.origins.a, clientId: 'by-hand' }];
    const { session, clientId, engine } = withPerson(memoryStore(), {
      client: { name: 'tests', preRegistered },
    });
    await loginInVain(session, 'cancelled');
    const login = failureOf(session.login());
    await personsTurn(session);
    expect(clientId()).toBe('by-hand');
    await session.cancel();
    await login;
    expect(registrations()).toBe(0);
    await engine.dispose();
  });
});

describe('a login that was answered', () => {
  it('REG-10: with a denial says that the server knows the client, which stays', async () => {
    const { session, presented, clientId, finish, engine } = withPerson();
    const login = failureOf(session.login());
    await personsTurn(session);
    const denied = new URL(await visit(presented.at(-1)));
    denied.searchParams.delete('code');
    denied.searchParams.set('error', 'access_denied');
    await engine.complete(denied.href).catch(() => {});
    expect((await login).code).toBe('access_denied');
    const kept = clientId();
    const again = session.login();
    await personsTurn(session);
    expect(clientId()).toBe(kept);
    await finish();
    await again;
    expect(registrations()).toBe(1);
    await engine.dispose();
  });
});

describe('two who ask after a login in vain', () => {
  it('REG-10, R13: get one new client together', async () => {
    const store = memoryStore();
    const before = withPerson(store);
    await loginInVain(before.session, 'cancelled');
    const { engine, presented } = withPerson(store);
    const sessions = ['one', 'two'].map((label) => engine.session({ resource: world.resource, label }));
    const logins = sessions.map((session) => session.login());
    await Promise.all(sessions.map(personsTurn));
    for (const url of presented) await engine.complete(await visit(url));
    await Promise.all(logins);
    expect(registrations()).toBe(2);
    await engine.dispose();
  });
});

describe('a server that has forgotten a client, and says so to the person only', () => {
  /** A login that has led its person to the page of the server, which says no, and leads nowhere. */
  async function atErrorPage() {
    const store = memoryStore();
    const clock = new TestClock();
    const made = withPerson(store, { now: clock.now, sleep: clock.sleep });
    world.script('a GET /authorize', () => ({ status: 400, body: 'unknown client' }));
    const login = failureOf(made.session.login());
    await personsTurn(made.session);
    expect(await visit(made.presented[0])).toBe('');
    const timeOut = async (): Promise<void> => {
      await expect.poll(() => clock.next).toBe(clock.now() + 600_000);
      clock.pass(600_000);
    };
    const forgotten = made.clientId();
    const logsInAsAnother = async (): Promise<void> => {
      world.scripts.clear();
      const again = made.session.login();
      await personsTurn(made.session);
      expect(made.clientId()).not.toBe(forgotten);
      await made.finish();
      await again;
    };
    return { ...made, store, login, timeOut, logsInAsAnother };
  }

  it('R11: the login ends by its time limit, and the next one that is asked for has another client', async () => {
    const { engine, login, timeOut, logsInAsAnother } = await atErrorPage();
    await timeOut();
    expect(await login).toMatchObject({ code: 'login_timed_out', recovery: 'ask-user' });
    await logsInAsAnother();
    await engine.dispose();
  });

  it.each([
    ['while the person is awaited', 'cancelled'],
    ['after the time limit', 'login_timed_out'],
  ])('R11: the host can forget the client %s', async (_when, code) => {
    const { session, engine, store, login, timeOut, logsInAsAnother } = await atErrorPage();
    expect(await textsOf(store, 'registration:')).toHaveLength(1);
    if (code === 'login_timed_out') {
      await timeOut();
      await login;
    }
    await session.logout({ forget: 'everything' });
    expect((await login).code).toBe(code);
    expect(await store.list('')).toEqual([]);
    await logsInAsAnother();
    expect(registrations()).toBe(2);
    await engine.dispose();
  });
});

// A chart that a host has invoked or spawned itself can do all that a session can: siblings, its URL, requests, their 401s.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActorRefFrom, createActor, setup, waitFor } from 'xstate';
import { type AuthMachine, memoryStore, type Session, type Store } from '../../index.ts';
import { callTool, failureOf, type TestEngine, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
});
afterEach(() => world.close());

type Auth = ActorRefFrom<AuthMachine>;

/** How a host has the chart: as its own actor, or within a chart of its own. */
const ways: readonly (readonly [string, (machine: AuthMachine, resource: string) => Auth])[] = [
  [
    'created',
    (machine, resource) => createActor(machine, { input: { resource, interaction: 'auto' } }).start(),
  ],
  [
    'invoked',
    (machine, resource) => {
      const app = createActor(
        setup({ actors: { auth: machine } }).createMachine({
          invoke: { id: 'auth', src: 'auth', input: { resource, interaction: 'auto' } },
        }),
      ).start();
      const auth = app.getSnapshot().children['auth'];
      if (!auth) throw new Error('The chart runs.');
      return auth as Auth;
    },
  ],
];

const begin = (options: Parameters<typeof testEngine>[1] = {}): TestEngine =>
  testEngine(world.resource, { store, policy: { interaction: 'ask' }, ...options });

describe.each(ways)('HOST-1: a chart that was %s', (_, start) => {
  it('logs in, sends requests, and steps up when they are challenged', async () => {
    const { engine } = begin({ policy: { interaction: 'auto' } });
    const auth = start(engine.machine, world.resource);
    const session = engine.sessionOf(auth);
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    world.needs = () => 'write';
    expect((await callTool(session, 'edit')).status).toBe(200);
    expect(auth.getSnapshot().context.grant?.granted).toContain('write');
    world.expireAccessTokens();
    expect((await callTool(session, 'edit')).status).toBe(200);
  });

  it('has the URL that its host is to show, as long as a person is awaited', async () => {
    const { userAgent, presented } = testHost();
    const { engine } = begin({ userAgent });
    const auth = start(engine.machine, world.resource);
    const session = engine.sessionOf(auth);
    expect(await session.loginUrl()).toBeUndefined();
    auth.send({ type: 'user.login' });
    await waitFor(auth, (snapshot) => snapshot.hasTag('needsUser'));
    const url = await session.loginUrl();
    expect(url).toBe(presented[0]);
    await engine.complete(await visit(url));
    await waitFor(auth, (snapshot) => snapshot.hasTag('canSend'));
    expect(await session.loginUrl()).toBeUndefined();
  });

  it('hears of answers to requests that its host has sent itself', async () => {
    const { engine } = begin();
    const auth = start(engine.machine, world.resource);
    const session = engine.sessionOf(auth);
    await session.login();
    const send = async (): Promise<Response> => {
      const headers = { ...(await session.authorization({ method: 'POST', url: world.resource })) };
      return fetch(world.resource, { method: 'POST', headers, body: '{}' });
    };
    const first = await send();
    expect([first.status, await session.answered(first, { method: 'POST' })]).toEqual([200, false]);
    world.expireAccessTokens();
    const refused = await send();
    expect([refused.status, await session.answered(refused, { method: 'POST' })]).toEqual([401, true]);
    expect((await send()).status).toBe(200);
  });

  it('TOK-13: hears of its siblings: a login, and a sign-out', async () => {
    const { engine, session: sibling } = begin();
    const auth = start(engine.machine, world.resource);
    await waitFor(auth, (snapshot) => snapshot.matches('idle'));
    await begin().session.login();
    await waitFor(auth, (snapshot) => snapshot.matches('authorized'), { timeout: 2_000 });
    await sibling.logout();
    await waitFor(auth, (snapshot) => snapshot.matches('idle'), { timeout: 2_000 });
  });

  it('AUTHZ-12: joins the login of a session, and is logged in with it', async () => {
    const { userAgent, presented } = testHost();
    const { engine, session } = begin({ userAgent });
    const auth = start(engine.machine, world.resource);
    const login = session.login();
    await waitFor(session.actor, (snapshot) => snapshot.hasTag('needsUser'));
    const joined = engine.sessionOf(auth).login();
    await waitFor(auth, (snapshot) => snapshot.hasTag('needsUser'));
    await engine.complete(await visit(presented[0]));
    await Promise.all([login, joined]);
    expect(presented).toHaveLength(1);
  });
});

describe('engine.sessionOf', () => {
  it('HOST-1: wants an actor of the chart', async () => {
    const { engine } = begin();
    const other: unknown = createActor(setup({}).createMachine({})).start();
    const give = async (): Promise<Session> => engine.sessionOf(other as Auth);
    expect((await failureOf(give())).code).toBe('config_invalid');
  });
});

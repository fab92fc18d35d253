// The chart inside a chart of the host's own: it logs in there, tells no secret, and spends nothing when it is restored.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ActorRefFrom, assign, createActor, type InspectionEvent, sendTo, setup, waitFor } from 'xstate';
import { type AuthMachine, memoryStore, type Store } from '../../index.ts';
import { callTool, type TestEngine, testEngine, testHost, visit } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
});
afterEach(() => world.close());

/** An app that is online while it may send, and asks for a login when somebody connects. */
function appWith(auth: AuthMachine) {
  return setup({
    types: {
      context: {} as { readonly canSend: boolean },
      events: {} as { readonly type: 'connect' } | { readonly type: 'disconnect' },
    },
    actors: { auth },
    guards: { canSend: ({ context }) => context.canSend },
  }).createMachine({
    context: { canSend: false },
    invoke: {
      id: 'auth',
      src: 'auth',
      input: { resource: world.resource, subject: 'somebody' },
      onSnapshot: { actions: assign(({ event }) => ({ canSend: event.snapshot.hasTag('canSend') })) },
    },
    on: {
      connect: { actions: sendTo('auth', { type: 'user.login' }) },
      disconnect: { actions: sendTo('auth', { type: 'user.logout' }) },
    },
    initial: 'offline',
    states: {
      offline: { always: { guard: 'canSend', target: 'online' } },
      online: { always: { guard: ({ context }) => !context.canSend, target: 'offline' } },
    },
  });
}

const logins = (): number => world.requests('a', 'GET', '/authorize').length;
const sessionOf = ({ engine }: TestEngine) =>
  engine.session({ resource: world.resource, subject: 'somebody' });

describe('in a chart of the host', () => {
  it('AUTHZ-11: logs in when the host says so, and shares what it got with a session', async () => {
    const started = testEngine(world.resource, { store, policy: { interaction: 'ask' } });
    const app = createActor(appWith(started.engine.machine)).start();
    expect(app.getSnapshot().matches('offline')).toBe(true);
    app.send({ type: 'connect' });
    await waitFor(app, (snapshot) => snapshot.matches('online'));
    expect(app.getSnapshot().children.auth?.getSnapshot().matches('authorized')).toBe(true);

    expect((await callTool(sessionOf(started), 'any')).status).toBe(200);
    expect(logins()).toBe(1);
    app.send({ type: 'disconnect' });
    const auth = app.getSnapshot().children.auth;
    await waitFor(app, () => auth?.getSnapshot().matches('idle') === true);
    expect(app.getSnapshot().matches('offline')).toBe(true);
    expect(world.requests('a', 'POST', '/revoke')).toHaveLength(2);
    app.stop();
  });

  it('TOK-3, L02, L03: tells the host and its inspectors no secret', async () => {
    const told: unknown[] = [];
    const inspect = (event: InspectionEvent): void => {
      told.push('event' in event ? event.event : null, 'snapshot' in event ? event.snapshot : null);
    };
    const { engine } = testEngine(world.resource, { store });
    const app = createActor(appWith(engine.machine), { inspect }).start();
    app.subscribe(() => told.push(app.getPersistedSnapshot()));
    app.send({ type: 'connect' });
    await waitFor(app, (snapshot) => snapshot.matches('online'));
    const text = JSON.stringify(told);
    expect(text).toContain('authorized');
    const secrets = [
      ...world.accessTokens.keys(),
      ...world.refreshTokens.keys(),
      ...world.requests('a', 'GET', '/authorize').map((one) => one.query.get('state')),
      ...world
        .requests('a', 'POST', '/token')
        .flatMap(({ form }) => [form.get('code'), form.get('code_verifier')]),
    ];
    expect(secrets).toHaveLength(5);
    for (const secret of secrets) expect(text).not.toContain(secret);
    app.stop();
  });

  it('AUTHZ-10: a callback ends the login there, too', async () => {
    const { userAgent, presented } = testHost();
    const { engine } = testEngine(world.resource, { store, userAgent });
    const app = createActor(appWith(engine.machine)).start();
    app.send({ type: 'connect' });
    const auth = app.getSnapshot().children.auth;
    if (!auth) throw new Error('The chart runs.');
    await waitFor(auth, (snapshot) => snapshot.hasTag('needsUser'));
    await engine.complete(await visit(presented[0]), { subject: 'somebody' });
    await waitFor(app, (snapshot) => snapshot.matches('online'), { timeout: 500 });
    expect(presented).toHaveLength(1);
    app.stop();
  });
});

describe('restored from a snapshot', () => {
  /** Runs the chart until the token endpoint is asked so, stops it there, and starts it again from its snapshot. */
  async function restoredWhileSending(grantType: string): Promise<ActorRefFrom<AuthMachine>> {
    const { engine } = testEngine(world.resource, { store, policy: { requestTimeout: 1_500 } });
    const input = { resource: world.resource, interaction: 'auto' } as const;
    const actor = createActor(engine.machine, { input }).start();
    const asked = new Promise<void>((resolve) => {
      world.script('a POST /token', ({ form }) => {
        if (form.get('grant_type') !== grantType) return undefined;
        resolve();
        return new Promise<Answer>(() => {});
      });
    });
    actor.send({ type: 'user.login' });
    if (grantType === 'refresh_token') {
      const { context } = await waitFor(actor, (snapshot) => snapshot.matches('authorized'));
      const grantVersion = context.grant?.version ?? null;
      actor.send({ type: 'challenge.received', challenge: { status: 401 }, grantVersion, operation: 'any' });
    }
    await asked;
    const snapshot = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
    actor.stop();
    world.scripts.clear();
    return createActor(engine.machine, { input, snapshot }).start();
  }

  it.each([
    ['code', 'authorization_code', 'code'],
    ['refresh token', 'refresh_token', 'refresh_token'],
  ])('T14, T26: a %s that was sent is not sent again', async (_name, grantType, member) => {
    const restored = await restoredWhileSending(grantType);
    await waitFor(restored, (snapshot) => !snapshot.hasTag('busy'));
    const sent = world.requests('a', 'POST', '/token').flatMap(({ form }) => form.get(member) ?? []);
    expect(sent.length).toBeGreaterThan(0);
    expect(new Set(sent).size).toBe(sent.length);
    restored.stop();
  });
});

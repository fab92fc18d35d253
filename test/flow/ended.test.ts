// What ends under somebody's feet: a sign-out in mid-login, an engine that is disposed of, a chart that the host stops.
import { beforeEach, describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { createTestWorld, type TestWorld } from '../../adapters/testing.ts';
import { memoryStore } from '../../index.ts';
import { failureOf, personsTurn, testEngine, testHost } from '../support/engine.ts';

let world: TestWorld;
beforeEach(() => {
  world = createTestWorld();
});

const ask = { interaction: 'ask' } as const;
const hosted = () =>
  testEngine(world.resource, { ...world.engineOptions, userAgent: testHost().userAgent, policy: ask });

describe('a login that is ended by something else', () => {
  it.each<[string, (of: ReturnType<typeof hosted>) => Promise<void>]>([
    ['a sign-out', ({ session }) => session.logout()],
    ['a cancel', ({ session }) => session.cancel()],
    ['the end of its engine', ({ engine }) => engine.dispose()],
  ])('C08, C09: by %s is cancelled, and has not timed out', async (_what, end) => {
    for (const isPersonsTurn of [false, true]) {
      const one = hosted();
      const failure = failureOf(one.session.login());
      if (isPersonsTurn) await personsTurn(one.session);
      await end(one);
      expect(await failure).toMatchObject({ code: 'cancelled', recovery: 'ask-user' });
    }
  });

  it('C08: by the end of the host’s chart is cancelled: whoever waits hears a typed failure', async () => {
    const { engine } = hosted();
    const actor = createActor(engine.machine, { input: { resource: world.resource } }).start();
    const session = engine.sessionOf(actor);
    const [login, token] = [failureOf(session.login()), failureOf(session.token())];
    const called = session.fetch(world.resource);
    await personsTurn(session);
    actor.stop();
    expect([(await login).code, (await token).code]).toEqual(['cancelled', 'interaction_required']);
    expect((await called).status).toBe(401);
  });
});

describe('an engine that was disposed of', () => {
  it('C08, TOK-10: does not say that it has signed somebody out', async () => {
    const store = memoryStore();
    const { engine, session } = testEngine(world.resource, { ...world.engineOptions, store });
    await session.login();
    await engine.dispose();
    expect(await failureOf(session.logout())).toMatchObject({ code: 'engine_disposed' });
    expect(await store.list('grant:')).toHaveLength(1);
  });
});

// Every state can be left: by a cancel, by a shutdown of the host, by the end of the engine; and can be explained.
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnginePolicy, memoryStore } from '../../index.ts';
import {
  callTool,
  failureOf,
  personsTurn,
  type TestEngine,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

type Place = Parameters<World['script']>[0];

/** The server does not answer there; ends when it was asked. */
function hanging(place: Place): Promise<void> {
  return new Promise((asked) => {
    world.script(place, () => {
      asked();
      return new Promise<Answer>(() => {});
    });
  });
}

/** A session in some state, and what waits for it in there. */
interface Situation extends TestEngine {
  readonly waiting: Promise<unknown>;
  /** Lets the person answer, where it is their turn. */
  readonly answer?: () => Promise<unknown>;
}

const loggedIn = async (policy: EnginePolicy = {}): Promise<TestEngine> => {
  const started = testEngine(world.resource, { policy: { interaction: 'auto', ...policy } });
  await started.session.login();
  return started;
};

/** A request that hangs there. */
async function requestHangingAt(place: Place, started: TestEngine): Promise<Situation> {
  const asked = hanging(place);
  const waiting = callTool(started.session, 'any');
  waiting.catch(() => {});
  await asked;
  return { ...started, waiting };
}

async function awaitingUser(): Promise<Situation> {
  const { userAgent, presented } = testHost();
  const started = testEngine(world.resource, { userAgent });
  const waiting = callTool(started.session, 'any');
  waiting.catch(() => {});
  await personsTurn(started.session);
  return { ...started, waiting, answer: async () => started.engine.complete(await visit(presented[0])) };
}

async function failedBy(answer: Answer): Promise<Situation> {
  const started = testEngine(world.resource);
  world.script(SERVER_METADATA, () => answer);
  await callTool(started.session, 'any');
  return { ...started, waiting: Promise.resolve() };
}

const SERVER_METADATA = 'a GET /.well-known/oauth-authorization-server';
const first = (place: Place) => () => requestHangingAt(place, testEngine(world.resource));
const cancelled = 'failed.resting';

interface Row {
  readonly name: string;
  readonly state: string;
  readonly reach: () => Promise<Situation>;
  /** Where a cancel leads to. */
  readonly afterCancel: string;
}

const rows: readonly Row[] = [
  { name: 'discovering', state: 'discovering', reach: first(SERVER_METADATA), afterCancel: cancelled },
  { name: 'registering', state: 'registering', reach: first('a POST /register'), afterCancel: cancelled },
  { name: 'presenting', state: 'authorizing', reach: first('a GET /authorize'), afterCancel: cancelled },
  { name: 'exchanging', state: 'authorizing', reach: first('a POST /token'), afterCancel: cancelled },
  { name: 'awaitingUser', state: 'authorizing', reach: awaitingUser, afterCancel: cancelled },
  {
    name: 'authorized',
    state: 'authorized.renewal.fresh',
    reach: async () => ({ ...(await loggedIn()), waiting: Promise.resolve() }),
    afterCancel: 'authorized.renewal.fresh',
  },
  {
    name: 'renewing',
    state: 'authorized.renewal.renewing',
    reach: async () => {
      const started = await loggedIn({ requestTimeout: 1_000 });
      world.expireAccessTokens();
      return requestHangingAt('a POST /token', started);
    },
    // A refresh is not the person's, and its answer may be the only one.
    afterCancel: 'authorized.renewal.renewing',
  },
  {
    name: 'a step-up',
    state: 'authorizing',
    reach: async () => {
      const started = await loggedIn();
      world.needs = () => 'write';
      return requestHangingAt('a GET /authorize', started);
    },
    afterCancel: 'authorized.renewal.fresh',
  },
  { name: 'failed', state: cancelled, reach: () => failedBy({ status: 404 }), afterCancel: cancelled },
  {
    name: 'coolingDown',
    state: 'failed.coolingDown',
    reach: () => failedBy({ status: 503 }),
    afterCancel: 'failed.coolingDown',
  },
  {
    name: 'rejected',
    state: 'rejected',
    reach: () => failedBy({ body: { issuer: 'https://evil.example' } }),
    afterCancel: 'rejected',
  },
];

describe.each(rows.map((row) => [row.name, row] as const))(
  'from %s',
  (_name, { state, reach, afterCancel }) => {
    it('explain() says where it is, in a sentence', async () => {
      const { engine, session } = await reach();
      const { session: id, states, steps, summary } = session.explain();
      expect(states.some((one) => one.startsWith(state))).toBe(true);
      expect(summary).toMatch(/^\S.{20,}\.$/);
      expect(id.resource).toBe(world.resource);
      expect(steps.length).toBeGreaterThan(2);
      await engine.dispose();
    });

    it('C08: user.cancel comes to rest, or leaves alone what is no login', async () => {
      const { engine, session } = await reach();
      session.actor.send({ type: 'user.cancel' });
      await expect.poll(() => session.explain().states).toContain(afterCancel);
      await engine.dispose();
    });

    it('C08, C10: host.shutdown comes to rest at once, nobody waits on, and it works again', async () => {
      const { answer, session, waiting } = await reach();
      session.actor.send({ type: 'host.shutdown' });
      expect(session.explain().states).toEqual(['idle']);
      await waiting.catch(() => {});
      world.scripts.clear();
      world.needs = () => null;
      await answer?.();
      // A refresh under way is finished first, or given up by its deadline.
      await expect.poll(async () => (await callTool(session, 'any')).status, { timeout: 5_000 }).toBe(200);
    });

    it('C08: dispose() ends everything: nobody waits on, no server hears of it any more', async () => {
      const { engine, session, waiting } = await reach();
      await engine.dispose();
      await waiting.catch(() => {});
      expect(session.actor.getSnapshot().status).toBe('stopped');
      const sent = world.requests('a').length;
      for (const call of [callTool(session, 'any'), session.login(), session.token()])
        expect(await failureOf(call)).toMatchObject({ code: 'engine_disposed' });
      expect(world.requests('a')).toHaveLength(sent);
    });
  },
);

describe('in the middle of a refresh', () => {
  it.each(['host.shutdown', 'dispose'])(
    'C10, T13: %s: the grant is not lost, or a login is made once',
    async (how) => {
      const store = memoryStore();
      const { engine, session } = testEngine(world.resource, { store });
      await session.login();
      world.expireAccessTokens();
      // The server has rotated already when the host goes down.
      world.script('a POST /token', ({ form }) => {
        const spent = world.refreshTokens.get(form.get('refresh_token') ?? '');
        world.refreshTokens.delete(form.get('refresh_token') ?? '');
        if (how === 'dispose') void engine.dispose();
        else session.actor.send({ type: 'host.shutdown' });
        return { body: world.mint('a', spent?.scope ?? '', spent?.clientId ?? '') };
      });
      await callTool(session, 'any').catch(() => {});
      world.scripts.clear();
      const next = testEngine(world.resource, { store });
      for (let at = 0; at < 3; at += 1) expect((await callTool(next.session, 'any')).status).toBe(200);
      expect(world.requests('a', 'GET', '/authorize').length).toBeLessThanOrEqual(2);
      expect(world.requests('a', 'POST', '/token').length).toBeLessThanOrEqual(4);
      expect(await textsOf(store, 'grant:')).toHaveLength(1);
    },
  );
});

describe('explain()', () => {
  it('tells servers, registration, grant and steps', async () => {
    const { session } = await loggedIn();
    await callTool(session, 'any');
    const { issuer } = { issuer: world.origins.a };
    expect(session.explain()).toMatchObject({
      summary: expect.stringContaining(`Logged in at ${world.resource} by ${issuer} with read`),
      states: ['authorized.renewal.fresh', 'authorized.stepUp.settled'],
      resourceMetadata: { authorizationServers: [issuer] },
      server: { issuer, registration: 'dynamic', clientId: expect.stringContaining('client-a-') },
      boundTo: issuer,
      passedOver: [],
      grant: { issuer, renewable: true, requested: ['read'], granted: ['read'] },
    });
    const requests = session.explain().steps.flatMap((step) => (step.kind === 'request' ? [step] : []));
    expect(requests.map((step) => step.purpose)).toEqual([
      'probe',
      'resource-metadata',
      'server-metadata',
      'registration',
      'token',
      'resource',
    ]);
  });

  it('tells that it is the person’s turn, and where', async () => {
    const { engine, session } = await awaitingUser();
    expect(session.explain().summary).toBe(`A person has to finish the login at ${world.origins.a}.`);
    await engine.dispose();
  });

  it('forgets old steps: it stays small however long it runs', async () => {
    const { session } = await loggedIn();
    for (let at = 0; at < 250; at += 1) await callTool(session, 'any');
    expect(session.explain().steps.length).toBeLessThanOrEqual(200);
  });
});

describe('an answer that comes too late', () => {
  it('C11: to a request that was cancelled changes nothing, and nothing follows from it', async () => {
    let give = (): void => {};
    const asked = new Promise<void>((resolve) => {
      world.script(SERVER_METADATA, () => {
        resolve();
        return new Promise((answer) => {
          give = () => answer({ body: world.documents.a });
        });
      });
    });
    const { session } = testEngine(world.resource);
    const waiting = callTool(session, 'any');
    await asked;
    session.actor.send({ type: 'user.cancel' });
    await waiting;
    const [before, requests] = [session.snapshot, world.received.length];
    give();
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    expect(session.snapshot).toBe(before);
    expect(world.received).toHaveLength(requests);
  });
});

// A pending request outlives the process that made it: restarts, other engines on the same store, early answers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import { fileStore } from '../../adapters/node.ts';
import { type Engine, type EngineOptions, memoryStore, type Store } from '../../index.ts';
import {
  callTool,
  failureOf,
  meeting,
  personsTurn,
  settled,
  type TestEngine,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-'));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const codesSent = (): number => world.requests('a', 'POST', '/token').length;

interface HostedEngine extends TestEngine {
  readonly presented: readonly string[];
}

/** An engine of a web host: a process, as far as the store is concerned. */
function processOn(store: Store, options: Partial<EngineOptions> = {}): HostedEngine {
  const { userAgent, presented } = testHost();
  const policy = { interaction: 'ask', loginTimeout: 5_000 } as const;
  return { ...testEngine(world.resource, { store, userAgent, policy, ...options }), presented };
}

async function startLogin({ session, presented }: HostedEngine): Promise<string> {
  session.login().catch(() => {});
  await personsTurn(session);
  return visit(presented[0]);
}

describe('a callback that comes with the browser of somebody else', () => {
  it('A18, AUTHZ-3: finishes nothing, and disturbs nothing', async () => {
    const store = memoryStore();
    const { userAgent, presented } = testHost();
    const { engine } = testEngine(world.resource, { store, userAgent, policy: { interaction: 'ask' } });
    const session = engine.session({ resource: world.resource, subject: 'alice' });
    const login = session.login();
    await personsTurn(session);
    const callback = await visit(presented[0]);
    const before = await textsOf(store);
    for (const subject of ['mallory', '']) {
      const failure = await failureOf(engine.complete(callback, { subject }));
      expect(failure.code).toBe('response_not_ours');
    }
    expect(await textsOf(store)).toEqual(before);
    expect(codesSent()).toBe(0);
    expect(await engine.complete(callback, { subject: 'alice' })).toBe(session);
    await login;
  });
});

describe('after a restart', () => {
  it('STEP-1, AUTHZ-10: a login that is finished then is stepped up with the client that was registered', async () => {
    // A client with a secret, which only the record of its registration has.
    world.script('a POST /register', (request) => ({
      status: 201,
      body: {
        ...JSON.parse(request.body),
        client_id: 'confidential',
        client_secret: 'hunter2',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    }));
    const first = processOn(fileStore({ folder }));
    const callback = await startLogin(first);
    await first.engine.dispose();

    const policy = { interaction: 'auto', loginTimeout: 5_000 } as const;
    const second = processOn(fileStore({ folder }), { policy });
    const session = await second.engine.complete(callback);
    world.needs = () => 'write';
    const answer = callTool(session, 'any');
    await personsTurn(session);
    await second.engine.complete(await visit(second.presented[0]));
    expect((await answer).status).toBe(200);
    const sent = world.requests('a', 'POST', '/token');
    expect(sent).toHaveLength(2);
    for (const one of sent) expect(one.headers['authorization']).toMatch(/^Basic /);
  });

  it('AUTHZ-10, A35: the callback finishes the login', async () => {
    const first = processOn(fileStore({ folder }));
    const callback = await startLogin(first);
    await first.engine.dispose();

    const second = processOn(fileStore({ folder }));
    const session = await second.engine.complete(callback);
    expect(session.id).toEqual(first.session.id);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(second.presented).toEqual([]);
    expect(codesSent()).toBe(1);
  });

  it('AUTHZ-10, AUTHZ-11: the login is waited for, and shown again only when a person asks', async () => {
    const first = processOn(fileStore({ folder }));
    const callback = await startLogin(first);
    await first.engine.dispose();

    const second = processOn(fileStore({ folder }));
    await personsTurn(second.session);
    expect(second.presented).toEqual([]);
    const login = second.session.login();
    await waitFor(second.session.actor, (snapshot) => snapshot.matches({ authorizing: 'presenting' }));
    await personsTurn(second.session);
    expect(second.presented).toEqual(first.presented);
    await second.engine.complete(callback);
    await login;
  });

  async function answeredTooLate() {
    const store = memoryStore();
    const first = processOn(store);
    const callback = await startLogin(first);
    await first.engine.dispose();

    const second = processOn(store, { now: () => Date.now() + 6_000 });
    expect((await failureOf(second.engine.complete(callback))).code).toBe('response_not_ours');
    expect(codesSent()).toBe(0);
    return { store, callback };
  }

  it('A35, A19: a request that has expired meanwhile is over', async () => {
    await answeredTooLate();
  });

  it('A35, L01: and its late answer is not kept', async () => {
    const { store, callback } = await answeredTooLate();
    expect((await textsOf(store)).join()).not.toContain(new URL(callback).searchParams.get('code'));
  });

  it('A35, AUTHZ-11: nor is it waited for', async () => {
    const store = memoryStore();
    const first = processOn(store);
    await startLogin(first);
    await first.engine.dispose();
    const { session, states } = processOn(store, { now: () => Date.now() + 6_000 });
    await settled(session);
    expect(states()).toEqual(['recovering', 'idle']);
  });

  it('AUTHZ-10, A19, U14: also where an older grant still works', async () => {
    const store = memoryStore();
    const first = processOn(store);
    await first.engine.complete(await startLogin(first));
    first.session.login({ scopes: ['write'] }).catch(() => {});
    await personsTurn(first.session);
    const callback = await visit(first.presented[1]);
    await first.engine.dispose();

    const second = processOn(store, { now: () => Date.now() + 6_000 });
    expect((await failureOf(second.engine.complete(callback))).code).toBe('response_not_ours');
    expect((await callTool(second.session, 'any')).status).toBe(200);
  });
});

describe('two engines on one store', () => {
  let store: Store;
  let one: HostedEngine;
  let other: HostedEngine;
  beforeEach(() => {
    store = memoryStore();
    one = processOn(store);
    other = processOn(store);
  });

  it('AUTHZ-10: a callback that arrives at the other one is finished there', async () => {
    const session = await other.engine.complete(await startLogin(one));
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(codesSent()).toBe(1);
  });

  it('AUTHZ-10, A17: the same callback at both spends the code once', async () => {
    const callback = await startLogin(one);
    const outcomes = await completedAtOnce(callback);
    expect(codesSent()).toBe(1);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled').length).toBeGreaterThan(0);
    for (const { engine } of [one, other]) {
      expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    }
    expect(codesSent()).toBe(1);
  });

  it('AUTHZ-10, A17, TOK-6: the one that came too late uses what the other got', async () => {
    await completedAtOnce(await startLogin(one));
    for (const { session } of [one, other]) expect((await soon(callTool(session, 'any'))).status).toBe(200);
  });

  it('AUTHZ-10, A17: the same callback at the other one while the code is on its way', async () => {
    const callback = await startLogin(one);
    const late: Promise<unknown>[] = [];
    world.script('a POST /token', async () => {
      late.push(other.engine.complete(callback));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return undefined;
    });
    await one.engine.complete(callback);
    expect(late).toHaveLength(1);
    await Promise.all(late);
    expect(codesSent()).toBe(1);
    expect((await callTool(other.session, 'any')).status).toBe(200);
  });

  /** Both get the callback, and both see that the code is not spent before either says that it spends it. */
  function completedAtOnce(callback: string): Promise<readonly PromiseSettledResult<unknown>[]> {
    const put = store.put.bind(store);
    const met = meeting(2);
    store.put = async (key, text, expected) => {
      if (text.includes('"spent":true')) await met();
      return put(key, text, expected);
    };
    return Promise.allSettled([one, other].map(({ engine }) => engine.complete(callback)));
  }

  it('AUTHZ-10, C06: who started the login hears that it was finished at the other one', async () => {
    const callback = await startLogin(one);
    await other.engine.complete(callback);
    expect((await soon(callTool(one.session, 'any'))).status).toBe(200);
  });

  it('AUTHZ-10, TOK-5: who was refused before uses the login of the other one', async () => {
    expect((await callTool(one.session, 'any')).status).toBe(401);
    await other.engine.complete(await startLogin(other));
    expect((await soon(callTool(one.session, 'any'))).status).toBe(200);
    expect(one.presented).toEqual([]);
  });
});

describe('an early answer', () => {
  it('AUTHZ-10: that comes while the person is still being led there is not lost', async () => {
    const box: { engine?: Engine; completed?: Promise<unknown> } = {};
    const { userAgent } = testHost(async (url) => {
      const callback = await visit(url);
      box.completed = box.engine?.complete(callback) ?? Promise.reject(new Error('There is no engine.'));
      box.completed.catch(() => {});
      // The answer is in the store before we come back: a slow mail, or a window that somebody waits for.
      await heard;
    });
    const store = memoryStore();
    const heard = firstPut(store, 'response');
    const { engine, session } = testEngine(world.resource, {
      store,
      userAgent,
      policy: { loginTimeout: 500 },
    });
    box.engine = engine;
    await session.login();
    await box.completed;
    expect(codesSent()).toBe(1);
  });
});

/** Ends when something that has this word in it was written. */
function firstPut(store: Store, word: string): Promise<void> {
  const put = store.put.bind(store);
  return new Promise((resolve) => {
    store.put = async (key, text, expected) => {
      const version = await put(key, text, expected);
      if (text.includes(`"${word}"`)) resolve();
      return version;
    };
  });
}

/** Fails when something that depends on nobody does not end. */
function soon<Result>(work: Promise<Result>): Promise<Result> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('It still waits, though nothing is left to wait for.')), 1_000).unref();
  });
  return Promise.race([work, late]);
}

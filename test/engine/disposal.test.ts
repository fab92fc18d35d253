// What an engine leaves behind: nothing that it woke to stop it, nothing of sessions that were let go, nothing that grows.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { Observer } from '../../engine/observe.ts';
import { Observers } from '../../engine/observers.ts';
import { hostUserAgent, memoryStore, type Store } from '../../index.ts';
import { callTool, settled, testEngine, testHost } from '../support/engine.ts';
import { collectGarbage } from '../support/garbage.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('dispose', () => {
  it('C12: starts no chart of a session that is at rest, in order to stop it', async () => {
    let clock = Date.now();
    let reads = 0;
    const home = memoryStore();
    const store: Store = {
      ...home,
      async get(key) {
        reads += 1;
        return home.get(key);
      },
    };
    const policy = { idleAfter: 1_000, interaction: 'ask' } as const;
    const { engine, states } = testEngine(world.resource, { store, policy, now: () => clock });
    const people = Array.from({ length: 50 }, (_, at) =>
      engine.session({ resource: world.resource, subject: `person ${at}` }),
    );
    for (const one of people) await settled(one);
    clock += 10_000;
    await settled(engine.session({ resource: world.resource, subject: 'the last one' }));
    await pause(100);
    const before = { reads, states: states().length };
    await engine.dispose();
    // A look that was under way may end; fifty charts that start would read more.
    expect(reads).toBeLessThan(before.reads + 10);
    // One was awake.
    expect(states().length - before.states).toBeLessThanOrEqual(1);
  });

  it('C12: leaves sessions that start nothing any more', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    await engine.dispose();
    const sent = world.exchanges.length;
    expect(session.snapshot.status).not.toBe('active');
    await expect(session.token()).rejects.toThrow();
    expect(world.exchanges).toHaveLength(sent);
  });
});

describe('observers', () => {
  it('S16: of sessions that nobody holds any more are let go', async () => {
    const observers = new Observers((session) => new Observer(session, () => {}));
    for (let at = 0; at < 1_000; at += 1)
      observers.of({ resource: 'https://r.example', subject: `${at}`, label: '' });
    await expect
      .poll(() => {
        collectGarbage();
        return observers.size;
      })
      .toBeLessThan(10);
  });
});

describe('explain', () => {
  it('L04: tells what was until now, and does not grow afterwards', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const explained = session.explain();
    const before = explained.steps.length;
    await callTool(session, 'any');
    expect(explained.steps).toHaveLength(before);
    expect(session.explain().steps.length).toBeGreaterThan(before);
  });
});

describe('an engine that was disposed of', () => {
  it('HOST-2: says so, whatever is asked of it or of its sessions, and sends nothing', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    await engine.dispose();
    const sent = world.exchanges.length;
    const calls: Readonly<Record<string, () => unknown>> = {
      'engine.session': () => engine.session({ resource: world.resource }),
      'engine.complete': () => engine.complete('https://app.example/callback?state=s&code=c'),
      fetch: () => session.fetch(world.resource),
      login: () => session.login(),
      token: () => session.token(),
      authorization: () => session.authorization({ method: 'GET', url: world.resource }),
      logout: () => session.logout(),
      cancel: () => session.cancel(),
      retry: () => session.retry(),
    };
    for (const [name, call] of Object.entries(calls)) {
      const told = await (async () => call())().catch((error: unknown) => error);
      expect(told, name).toMatchObject({ code: 'engine_disposed', recovery: 'fix-config' });
    }
    expect(world.exchanges).toHaveLength(sent);
    expect(session.explain().summary).not.toBe('');
    await engine.dispose();
  });

  it('HOST-2: has cancelled the login that was under way', async () => {
    const { engine, session } = testEngine(world.resource, {
      userAgent: hostUserAgent({ redirectUri: 'https://app.example/callback', present: () => {} }),
    });
    const login = session.login();
    const ended = expect(login).rejects.toMatchObject({ code: 'cancelled' });
    await session.loginUrl();
    await engine.dispose();
    await ended;
  });

  it('HOST-1: sessionOf refuses a chart that has stopped', async () => {
    const { engine } = testEngine(world.resource);
    const actor = createActor(engine.machine, { input: { resource: world.resource } }).start();
    actor.stop();
    expect(() => engine.sessionOf(actor)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    await engine.dispose();
  });
});

describe('what a host sees', () => {
  it('L04: a change of what explain() returned changes nothing else', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    const { grant, steps } = session.explain() as unknown as {
      grant: { granted: string[] };
      steps: unknown[];
    };
    grant.granted.push('everything');
    steps.length = 0;
    expect(session.snapshot.context.grant?.granted).toEqual(['read']);
    expect(session.explain()).toMatchObject({ grant: { granted: ['read'] } });
    expect(session.explain().steps.length).toBeGreaterThan(0);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', '200'],
    ['an object', { status: 200 }],
  ])('HOST-2: a fetch that resolves to %s is told to the host, and is a typed error', async (_, garbage) => {
    const defects: unknown[] = [];
    const { engine, session } = testEngine(world.resource, {
      fetch: async () => garbage as Response,
      onDefect: (error) => void defects.push(error),
    });
    await expect(session.fetch(world.resource)).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(session.login()).rejects.toMatchObject({ code: 'config_invalid' });
    expect(defects.every((one) => one instanceof TypeError)).toBe(true);
    expect(defects.length).toBeGreaterThanOrEqual(2);
    await engine.dispose();
  });

  it('C12: a user agent whose dispose() never ends keeps nobody for more than 5 s', async () => {
    const { userAgent } = testHost();
    const { engine } = testEngine(world.resource, {
      userAgent: { ...userAgent, dispose: () => new Promise(() => {}) },
    });
    await engine.dispose();
  }, 8_000);
});

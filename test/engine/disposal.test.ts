// What an engine leaves behind: nothing that it woke to stop it, nothing of sessions that were let go, nothing that grows.
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Observer } from '../../engine/observe.ts';
import { Observers } from '../../engine/observers.ts';
import { memoryStore, type Store } from '../../index.ts';
import { callTool, settled, testEngine } from '../support/engine.ts';
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
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const observers = new Observers((session) => new Observer(session, () => {}));
    for (let at = 0; at < 1_000; at += 1)
      observers.of({ resource: 'https://r.example', subject: `${at}`, label: '' });
    await expect
      .poll(() => {
        collect();
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

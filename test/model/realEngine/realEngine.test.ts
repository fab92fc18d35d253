// The real engine against the model: small parts of the graph as a whole, restarts, and the proof that a difference shows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authMachine } from '../../../machines/authMachine.ts';
import { startWorld, type World } from '../../support/world.ts';
import { settings } from '../settings.ts';
import { type Graph, walk } from '../walk.ts';
import { driveAll } from './drive.ts';
import { Divergence, RealEngine } from './realEngine.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

function graphOf(name: string, machine = authMachine): Graph {
  const setting = settings.find((one) => one.name === name);
  if (!setting) throw new Error(`There is no setting ${name}`);
  return walk(machine, setting);
}

describe('every edge', () => {
  it('is what the model says', async () => {
    const graph = graphOf('a ceiling below what is granted');
    const { steps, arrows } = await driveAll(world, graph);
    expect(steps).toBe(graph.edges);
    expect(arrows.size).toBeGreaterThan(20);
  });
});

describe('a difference shows', () => {
  const name = 'a ceiling below what is granted';

  it('when the engine takes other arrows', async () => {
    const other = authMachine.provide({ guards: { holdsAll: () => false } });
    await expect(driveAll(world, graphOf(name, other))).rejects.toThrow(/the arrows differ/);
  });

  it('when the engine remembers something else', async () => {
    const other = authMachine.provide({ actions: { refuseGrant: () => {} } });
    await expect(driveAll(world, graphOf('a first login, unasked', other))).rejects.toThrow(
      /the (state|arrows) differ/,
    );
  });

  it('when something else is on the wire', async () => {
    const twice: typeof fetch = async (...request) => {
      await fetch(...request);
      return fetch(...request);
    };
    await expect(driveAll(world, graphOf(name), twice)).rejects.toThrow(/the requests differ/);
  });
});

describe('a chart that is restored in the middle of a login', () => {
  it('T26, AUTHZ-4: sends no code that was sent before', async () => {
    const graph = graphOf('a first login, asked for');
    const exchanging = [...graph.places.values()].find(({ snapshot }) => 'exchangeCode' in snapshot.children);
    const engine = new RealEngine(world, graph.setting);
    let here = graph.places.get(graph.start);
    for (const stimulus of exchanging?.story() ?? []) {
      const way = here?.ways.find((one) => one.stimulus === stimulus);
      const to = graph.places.get(way?.to ?? '');
      if (!way || !to) throw new Divergence('The graph has no such way.');
      await engine.step(way, to);
      here = to;
    }
    expect(await engine.untilRequest('exchangeCode')).toEqual(['a POST /token']);
    await engine.restore(engine.checkpoint);
    // The process has died with its request on the wire; what is left is the store, where the code is spent.
    const way = here?.ways.find((one) => one.stimulus === 'exchangeCode fails: spent elsewhere');
    const to = graph.places.get(way?.to ?? '');
    if (!way || !to) throw new Divergence('The graph has no such way.');
    await engine.step(way, to);
    expect(world.lines()).toEqual([]);
    await engine.close();
  });
});

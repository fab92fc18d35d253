// Drives the real engine along the graph, and compares after each step.
import type { World } from '../../support/world.ts';
import type { Graph, Place, Way } from '../walk.ts';
import { type Checkpoint, Divergence, RealEngine } from './realEngine.ts';

export interface Driven {
  readonly steps: number;
  /** Ids of the arrows that the engine took. */
  readonly arrows: ReadonlySet<string>;
}

/**
 * Takes every edge of the graph, once. The engine goes on from where it is as long as there is an edge that it has not
 * taken; else it is set back to a place where there is one, and where it has been before.
 * @throws Divergence with its story.
 */
export async function driveAll(world: World, graph: Graph, fetch?: typeof globalThis.fetch): Promise<Driven> {
  const engine = new RealEngine(world, graph.setting, fetch);
  const arrows = new Set<string>();
  const untaken = new Map([...graph.places.values()].map((place) => [place, idleLast(place)]));
  const checkpoints = new Map<Place, Checkpoint>();
  let steps = 0;
  try {
    for (let place = startOf(graph); ; ) {
      const ways = untaken.get(place) ?? [];
      if (ways.length > 1 && !checkpoints.has(place)) checkpoints.set(place, engine.checkpoint);
      const way = ways.pop();
      if (way) {
        place = await take(engine, graph, place, way);
        for (const arrow of way.arrows) arrows.add(arrow);
        steps += 1;
      } else {
        untaken.delete(place);
        checkpoints.delete(place);
        const [next] = checkpoints;
        if (!next) break;
        place = next[0];
        await engine.restore(next[1]);
      }
    }
    const [missed] = untaken.keys();
    if (missed) throw new Divergence(`${graph.setting.name}: the engine never came to ${missed.name}`);
  } finally {
    await engine.close();
  }
  return { steps, arrows };
}

/** Follows one path from the start, without a rest. @throws Divergence with its story. */
export async function drivePath(world: World, graph: Graph, stimuli: readonly string[]): Promise<Driven> {
  const engine = new RealEngine(world, graph.setting);
  const arrows = new Set<string>();
  let place = startOf(graph);
  try {
    for (const stimulus of stimuli) {
      const way = place.ways.find((one) => one.stimulus === stimulus);
      if (!way) throw new Divergence(`the graph has no way "${stimulus}" from ${place.name}`);
      place = await take(engine, graph, place, way);
      for (const arrow of way.arrows) arrows.add(arrow);
    }
  } finally {
    await engine.close();
  }
  return { steps: stimuli.length, arrows };
}

/** What changes nothing is taken first, from the end of the list: it needs no way back. */
const idleLast = ({ ways }: Place): Way[] =>
  [...ways].sort((one, other) => Number(other.arrows.length > 0) - Number(one.arrows.length > 0));

function startOf({ places, start }: Graph): Place {
  const place = places.get(start);
  if (!place) throw new Error('A graph without its start.');
  return place;
}

/** @returns where it leads. */
async function take(engine: RealEngine, graph: Graph, place: Place, way: Way): Promise<Place> {
  try {
    const to = graph.places.get(way.to);
    if (!to) throw new Divergence('the way leads out of the graph');
    await engine.step(way, to);
    return to;
  } catch (thrown) {
    if (!(thrown instanceof Divergence)) throw thrown;
    const story = [...place.story(), way.stimulus].join('\n  ');
    throw new Divergence(`${graph.setting.name}: ${thrown.message}\n  ${story}`);
  }
}

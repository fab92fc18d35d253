// Drives the real engine along the graph, and compares after each step.
import type { World } from '../../support/world.ts';
import type { Graph, Place, Way } from '../walk.ts';
import { type Checkpoint, Divergence, Stage } from './stage.ts';

export interface Driven {
  readonly steps: number;
  /** Ids of the arrows that the engine took. */
  readonly arrows: ReadonlySet<string>;
}

/**
 * Takes every edge of the graph: from each place, which the engine itself has come to before, every way.
 * @throws Divergence with its story.
 */
export async function driveAll(world: World, graph: Graph, fetch?: typeof globalThis.fetch): Promise<Driven> {
  const stage = new Stage(world, graph.setting, fetch);
  const arrows = new Set<string>();
  const known = new Set([graph.start]);
  const ahead = new Map<string, Checkpoint>([[graph.start, stage.checkpoint]]);
  let steps = 0;
  try {
    for (const place of graph.places.values()) {
      const here = ahead.get(place.name);
      ahead.delete(place.name);
      if (!here) throw new Divergence(`the engine never came to ${place.name}`);
      let hasLeft = true;
      for (const way of idleFirst(place)) {
        if (hasLeft) await stage.restore(here);
        await take(stage, graph, place, way);
        hasLeft = way.arrows.length > 0;
        steps += 1;
        for (const arrow of way.arrows) arrows.add(arrow);
        if (known.has(way.to)) continue;
        known.add(way.to);
        ahead.set(way.to, stage.checkpoint);
      }
    }
  } finally {
    await stage.close();
  }
  return { steps, arrows };
}

/** Follows one path from the start, without a rest. @throws Divergence with its story. */
export async function drivePath(world: World, graph: Graph, stimuli: readonly string[]): Promise<Driven> {
  const stage = new Stage(world, graph.setting);
  const arrows = new Set<string>();
  let name = graph.start;
  try {
    for (const stimulus of stimuli) {
      const place = graph.places.get(name);
      const way = place?.ways.find((one) => one.stimulus === stimulus);
      if (!place || !way) throw new Divergence(`the graph has no way "${stimulus}" from ${name}`);
      await take(stage, graph, place, way);
      for (const arrow of way.arrows) arrows.add(arrow);
      name = way.to;
    }
  } finally {
    await stage.close();
  }
  return { steps: stimuli.length, arrows };
}

/** What changes nothing is tried first: it needs no way back. */
const idleFirst = ({ ways }: Place): readonly Way[] =>
  [...ways].sort((one, other) => Number(one.arrows.length > 0) - Number(other.arrows.length > 0));

async function take(stage: Stage, graph: Graph, place: Place, way: Way): Promise<void> {
  try {
    const to = graph.places.get(way.to);
    if (!to) throw new Divergence('the way leads out of the graph');
    await stage.step(way, to);
  } catch (thrown) {
    if (!(thrown instanceof Divergence)) throw thrown;
    const story = [...place.story(), way.stimulus].join('\n  ');
    throw new Divergence(`${graph.setting.name}: ${thrown.message}\n  ${story}`);
  }
}

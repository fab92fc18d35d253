// The exhaustive walk: every stimulus in every state that can be reached under one setting, by pure steps.
import type { Arrow } from '../../machines/arrows.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import type { Setting } from './setting.ts';
import { stateKey } from './stateKey.ts';
import { type Snapshot, Stepper } from './step.ts';
import { type Around, onPaper } from './stimuli/around.ts';
import { stimuliOf } from './stimuli/index.ts';
import type { Stimulus } from './stimuli/stimulus.ts';

/** One thing that happens in one state: what invariants are asked about. */
export interface Edge {
  readonly around: Around;
  readonly from: Snapshot;
  readonly stimulus: Stimulus;
  readonly to: Snapshot;
  readonly arrows: readonly Arrow[];
  /** Names of what happened from the start, to tell a violation as a story. */
  readonly story: () => readonly string[];
}

/** A state by its folded name, and where each stimulus leads from it. */
export interface Place {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly ways: readonly Way[];
  /** Names of what happened on the shortest way here. */
  readonly story: () => readonly string[];
}

export interface Way {
  readonly stimulus: string;
  readonly to: string;
  /** Ids of the arrows that are taken. */
  readonly arrows: readonly string[];
}

/** The graph of one setting. */
export interface Graph {
  readonly setting: Setting;
  readonly start: string;
  readonly places: ReadonlyMap<string, Place>;
  readonly edges: number;
}

interface Visited extends Place {
  readonly ways: Way[];
}

/**
 * Walks breadth first, so that the stories of violations are short.
 * States are folded by what decides their future; edges are not: each one is shown.
 * @param look may return true to end the walk.
 * @param mostStates where the walk goes no further: what is near is looked at first.
 */
export function walk(
  machine: AuthMachine,
  setting: Setting,
  look: (edge: Edge) => boolean | undefined = () => undefined,
  mostStates = Number.POSITIVE_INFINITY,
): Graph {
  const around = onPaper(setting);
  const stepper = new Stepper(machine);
  const { resource } = around;
  const start = visit(stepper.start({ resource, interaction: setting.interaction }), undefined, '');
  const places = new Map([[start.name, start]]);
  const queue = [start];
  const graph = { setting, start: start.name, places, edges: 0 };
  for (const here of queue) {
    for (const stimulus of stimuliOf(around, here.snapshot)) {
      const { snapshot, arrows } = stepper.step(here.snapshot, stimulus.event);
      const next = arrows.length === 0 ? here : visit(snapshot, here, stimulus.type);
      graph.edges += 1;
      here.ways.push({ stimulus: stimulus.type, to: next.name, arrows: arrows.map(({ id }) => id) });
      const story = (): readonly string[] => [...here.story(), stimulus.type];
      if (look({ around, from: here.snapshot, stimulus, to: snapshot, arrows, story })) return graph;
      if (places.has(next.name) || places.size >= mostStates) continue;
      places.set(next.name, next);
      queue.push(next);
    }
  }
  return graph;
}

function visit(snapshot: Snapshot, before: Visited | undefined, by: string): Visited {
  const story = (): readonly string[] => (before ? [...before.story(), by] : []);
  return { snapshot, name: stateKey(snapshot), ways: [], story };
}

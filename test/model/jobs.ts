// The pieces of work that a proof is made of: each can be done by a process of its own.
import { authMachine } from '../../machines/authMachine.ts';
import { startWorld } from '../support/world.ts';
import { equivalents } from './equivalents.ts';
import { judge } from './judge.ts';
import { objectionAfterWalk, objectionTo, StepCollector } from './kill.ts';
import { type Fault, mutantsOf, sampleOf } from './mutants.ts';
import { pathsForAllArrows } from './paths.ts';
import { driveAll, drivePath } from './realEngine/drive.ts';
import { Divergence } from './realEngine/realEngine.ts';
import { settings } from './settings.ts';
import { type Graph, walk } from './walk.ts';
import { engineFaults } from './worlds/faultyEngines.ts';
import { siblingFaults } from './worlds/faultySiblings.ts';
import { runWorlds } from './worlds/runWorlds.ts';

export type Job =
  /** Walks one setting by pure steps: judged by the invariants, or with the real engine along every edge. */
  | { readonly kind: 'setting'; readonly name: string; readonly isDriven: boolean }
  /** The real engine along paths that take every arrow. */
  | { readonly kind: 'transitions' }
  /** Every `of`th mutant, of all or of a sample. */
  | { readonly kind: 'mutants'; readonly part: number; readonly of: number; readonly sample: Sample | null }
  | { readonly kind: 'worlds'; readonly worlds: number; readonly seed: number }
  /** Worlds of engines that misbehave: does a rule notice each of them? */
  | { readonly kind: 'faulty engines' };

interface Sample {
  readonly seed: string;
  readonly count: number;
}

/** What came of a job. `violation` is a story; everything else are counts and names. */
export interface Result {
  readonly violation?: string;
  readonly states?: number;
  readonly edges?: number;
  /** Ids of arrows that pure steps have taken, and how many edges did. */
  readonly walked?: Counts;
  /** Ids of arrows that the real engine has taken, and on how many paths. */
  readonly driven?: Counts;
  readonly steps?: number;
  readonly paths?: number;
  readonly mutants?: readonly Tried[];
  readonly worlds?: number;
  readonly requests?: number;
  /** How many faulty engines were noticed. */
  readonly noticed?: number;
}

type Counts = Readonly<Record<string, number>>;

export interface Tried {
  readonly id: string;
  readonly fault: Fault;
  /** The arrow that is wrong, where it is a single one. */
  readonly arrow?: string;
  /** Why it is wrong, in a line. Absent: it survived. */
  readonly objection?: string;
  /** The requirements that it breaks, by the word of those who object. */
  readonly spec: readonly string[];
  /** Why it is no fault. */
  readonly argument?: string;
}

export async function perform(job: Job): Promise<Result> {
  switch (job.kind) {
    case 'setting':
      return walkSetting(job);
    case 'transitions':
      return driveTransitions();
    case 'mutants':
      return tryMutants(job);
    case 'worlds': {
      const { steps, ...played } = await runWorlds(job);
      return played;
    }
    case 'faulty engines':
      return doubtRules();
  }
}

async function walkSetting({ name, isDriven }: Extract<Job, { kind: 'setting' }>): Promise<Result> {
  const setting = settings.find((one) => one.name === name);
  if (!setting) throw new Error(`There is no setting "${name}".`);
  if (isDriven) return onRealEngine(walk(authMachine, setting));
  const { states, edges, taken, violation } = judge(authMachine, { settings: [setting] });
  const walked = { states, edges, walked: Object.fromEntries(taken) };
  return violation ? { ...walked, violation: violation.story } : walked;
}

/** Every edge of the graph, on the real engine. */
async function onRealEngine(graph: Graph): Promise<Result> {
  const found = { states: graph.places.size, edges: graph.edges };
  const world = await startWorld();
  try {
    const { steps, arrows } = await driveAll(world, graph);
    return { ...found, steps, driven: Object.fromEntries([...arrows].map((id) => [id, 1])) };
  } catch (thrown) {
    return { ...found, violation: storyOf(thrown) };
  } finally {
    await world.close();
  }
}

/** How many states of each setting are looked at for paths: each arrow is taken somewhere among them. */
const NEAREST = 800;

async function driveTransitions(): Promise<Result> {
  const near = settings.map((setting) => walk(authMachine, setting, undefined, NEAREST));
  const paths = pathsForAllArrows(near);
  const world = await startWorld();
  const driven = new Map<string, number>();
  let steps = 0;
  try {
    for (const { graph, stimuli } of paths) {
      const done = await drivePath(world, graph, stimuli);
      for (const arrow of done.arrows) driven.set(arrow, (driven.get(arrow) ?? 0) + 1);
      steps += done.steps;
    }
    return { driven: Object.fromEntries(driven), steps, paths: paths.length };
  } catch (thrown) {
    return { driven: Object.fromEntries(driven), steps, violation: storyOf(thrown) };
  } finally {
    await world.close();
  }
}

/** How many states of each setting the bank of steps is collected from. */
const NEAR = 1500;

function tryMutants({ part, of, sample }: Extract<Job, { kind: 'mutants' }>): Result {
  const collector = new StepCollector();
  judge(authMachine, { states: NEAR, onEdge: (edge) => collector.add(edge) });
  const all = mutantsOf(authMachine);
  const chosen = sample ? sampleOf(all, sample.seed, sample.count) : all;
  const mine = chosen.filter((_, index) => index % of === part);
  const mutants = mine.map((mutant): Tried => {
    const { id, fault, arrow } = mutant;
    const argument = equivalents[id];
    const objection =
      objectionTo(mutant, collector.steps) ??
      (argument === undefined ? objectionAfterWalk(mutant) : undefined);
    return {
      id,
      fault,
      ...(arrow !== undefined && { arrow }),
      ...(objection && { objection: objection.story.split('\n', 1)[0] ?? '' }),
      spec: objection?.spec ?? [],
      ...(argument !== undefined && { argument }),
    };
  });
  return { mutants };
}

/** Worlds in which each faulty engine is noticed, by the rule that it breaks. */
const FAULTY = { worlds: 300, seed: 3, shorten: false };

async function doubtRules(): Promise<Result> {
  let noticed = 0;
  for (const [name, fault, rule] of [...engineFaults, ...siblingFaults]) {
    const { violation = 'nothing' } = await runWorlds(FAULTY, fault);
    if (!rule.test(violation)) return { noticed, violation: `${name}: noticed was ${violation}` };
    noticed += 1;
  }
  return { noticed };
}

const storyOf = (thrown: unknown): string =>
  thrown instanceof Divergence ? thrown.message : String(thrown instanceof Error ? thrown.stack : thrown);

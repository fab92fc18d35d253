// Judges a chart: walks it under every setting, and asks every invariant about every step.
import { arrowsOf } from '../../machines/arrows.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import { invariants, prospects } from './invariants/index.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import { type Edge, type Graph, walk } from './walk.ts';

/** What is wrong. */
export interface Violation {
  readonly story: string;
  /** Ids of the requirements that are broken. */
  readonly spec: readonly string[];
}

export interface Verdict {
  readonly states: number;
  readonly edges: number;
  /** Ids of the arrows that were taken, and by how many edges. */
  readonly taken: ReadonlyMap<string, number>;
  /** The first violation; nothing when all is well. */
  readonly violation: Violation | undefined;
}

export interface Extent {
  /** Most states that are looked at under one setting. Default: all. */
  readonly states?: number;
  readonly settings?: readonly Setting[];
  /** Shown each step. */
  readonly onEdge?: (edge: Edge) => void;
  /** Told of each setting that was walked. */
  readonly onGraph?: (graph: Graph) => void;
}

/** Walks until something is wrong. A chart that breaks or goes in circles is wrong, too. */
export function judge(machine: AuthMachine, extent: Extent = {}): Verdict {
  const taken = new Map<string, number>();
  const total = { states: 0, edges: 0 };
  for (const setting of extent.settings ?? settings) {
    let violation: Violation | undefined;
    const look = (edge: Edge): boolean => {
      for (const { id } of edge.arrows) taken.set(id, (taken.get(id) ?? 0) + 1);
      extent.onEdge?.(edge);
      violation = violationOf(edge);
      return violation !== undefined;
    };
    try {
      const graph = walk(machine, setting, look, extent.states);
      total.states += graph.places.size;
      total.edges += graph.edges;
      violation ??= extent.states === undefined ? prospectOf(graph) : undefined;
      extent.onGraph?.(graph);
    } catch (thrown) {
      violation = { story: `the chart broke: ${String(thrown)}`, spec: [] };
    }
    if (violation) {
      const { story, spec } = violation;
      return { ...total, taken, violation: { story: `${setting.name}: ${story}`, spec } };
    }
  }
  return { ...total, taken, violation: undefined };
}

/** Arrows that no walk has taken. */
export function untaken(machine: AuthMachine, taken: ReadonlyMap<string, number>): readonly string[] {
  return arrowsOf(machine).flatMap(({ id }) => (taken.has(id) ? [] : [id]));
}

/** What is wrong with one step: the story of the first who objects, the requirements of all who do. */
export function violationOf(edge: Edge): Violation | undefined {
  if (edge.to.status === 'error')
    return { story: ['the chart broke', ...edge.story()].join('\n  '), spec: [] };
  let story: string | undefined;
  const broken = new Set<string>();
  for (const { violated, spec } of invariants) {
    const what = violated(edge);
    if (what === undefined) continue;
    story ??= [`${spec.join(', ')}: ${what}`, ...edge.story()].join('\n  ');
    for (const id of spec) broken.add(id);
  }
  return story === undefined ? undefined : { story, spec: [...broken] };
}

function prospectOf(graph: Graph): Violation | undefined {
  for (const { violated, spec } of prospects) {
    const what = violated(graph);
    if (what !== undefined) return { story: `${spec.join(', ')}: ${what}`, spec };
  }
  return undefined;
}

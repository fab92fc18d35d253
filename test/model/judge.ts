// Judges a chart: walks it under every setting, and asks every invariant about every step.
import { arrowsOf } from '../../machines/arrows.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import { invariants, prospects } from './invariants/index.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';
import { type Edge, type Graph, walk } from './walk.ts';

export interface Verdict {
  readonly states: number;
  readonly edges: number;
  /** Ids of the arrows that were taken. */
  readonly taken: ReadonlySet<string>;
  /** The first violation, as a story; nothing when all is well. */
  readonly violation: string | undefined;
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
  const taken = new Set<string>();
  const total = { states: 0, edges: 0 };
  for (const setting of extent.settings ?? settings) {
    let violation: string | undefined;
    const look = (edge: Edge): boolean => {
      for (const { id } of edge.arrows) taken.add(id);
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
      violation = `the chart broke: ${String(thrown)}`;
    }
    if (violation !== undefined) return { ...total, taken, violation: `${setting.name}: ${violation}` };
  }
  return { ...total, taken, violation: undefined };
}

/** Arrows that no walk has taken. */
export function untaken(machine: AuthMachine, taken: ReadonlySet<string>): readonly string[] {
  return arrowsOf(machine).flatMap(({ id }) => (taken.has(id) ? [] : [id]));
}

/** What is wrong with one step, as a story. */
export function violationOf(edge: Edge): string | undefined {
  if (edge.to.status === 'error') return story(edge, 'the chart broke', []);
  for (const { violated, spec } of invariants) {
    const what = violated(edge);
    if (what !== undefined) return story(edge, what, spec);
  }
  return undefined;
}

function prospectOf(graph: Graph): string | undefined {
  for (const { violated, spec } of prospects) {
    const what = violated(graph);
    if (what !== undefined) return `${spec.join(', ')}: ${what}`;
  }
  return undefined;
}

const story = (edge: Edge, what: string, spec: readonly string[]): string =>
  [`${spec.join(', ')}: ${what}`, ...edge.story()].join('\n  ');

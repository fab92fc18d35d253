// The static list of all transitions of the chart, each with a stable id: what coverage is counted in.
import type { AnyStateMachine, AnyTransitionDefinition, StateNode } from 'xstate';

/** One arrow of the chart; a guard list is as many arrows as it has branches. */
export interface Arrow {
  /** `authorizing.validating, error of validateResponse [1: otherwise] -> abandoning`. */
  readonly id: string;
  readonly source: string;
  readonly event: string;
  readonly guard: string | undefined;
  readonly targets: readonly string[];
  readonly definition: AnyTransitionDefinition;
}

/** Every event transition, eventless transition, and done or error of an actor, in the order of the chart. */
export function arrowsOf(machine: AnyStateMachine): readonly Arrow[] {
  const arrows: Arrow[] = [];
  const visit = (node: StateNode): void => {
    const lists = [...node.transitions, ['', node.always ?? []] as const];
    for (const [event, list] of lists) {
      for (const [at, one] of list.entries()) arrows.push(arrow(node, event, one, at, list.length));
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return arrows;
}

const known = new WeakMap<AnyStateMachine, ReadonlyMap<object, string>>();

/** The ids by the definitions that XState's inspection shows; worked out once for each machine. */
export function arrowIds(machine: AnyStateMachine): ReadonlyMap<object, string> {
  const ids = known.get(machine) ?? new Map(arrowsOf(machine).map(({ definition, id }) => [definition, id]));
  known.set(machine, ids);
  return ids;
}

function arrow(
  node: StateNode,
  type: string,
  definition: AnyTransitionDefinition,
  at: number,
  branches: number,
): Arrow {
  const source = pathOf(node);
  const event = eventInWords(type);
  const guard = guardOf(definition);
  const targets = (definition.target ?? []).map((target) => pathOf(target));
  const branch =
    branches > 1 || guard !== undefined ? ` [${at}${guard === undefined ? '' : `: ${guard}`}]` : '';
  const id = `${source || 'auth'}, ${event}${branch} -> ${targets.join(', ') || 'stays'}`;
  return { id, source, event, guard, targets, definition };
}

const pathOf = (node: StateNode): string => node.path.join('.');

/** XState's names of events, in words: `done of exchangeCode`. */
export function eventInWords(type: string): string {
  if (type === '') return 'at once';
  if (type === 'xstate.init') return 'start';
  return type.replace('xstate.done.actor.', 'done of ').replace('xstate.error.actor.', 'error of ');
}

function guardOf({ guard }: AnyTransitionDefinition): string | undefined {
  if (typeof guard === 'string') return guard;
  const type = typeof guard === 'object' && guard !== null && 'type' in guard ? guard.type : undefined;
  return typeof type === 'string' ? type : undefined;
}

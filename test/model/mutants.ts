// Wrong charts, each with one fault, made from the chart's own config: what shows whether the invariants see anything.

import { isDeepStrictEqual } from 'node:util';
import { not, type StateNode } from 'xstate';
import type { AuthMachine } from '../../machines/authMachine.ts';
import { lotOf } from '../support/draw.ts';
import {
  actionsOf,
  type Branch,
  entryOf,
  type Place,
  placesOf,
  type Reference,
  rootOf,
  withBranches,
  withEntry,
  withOther,
} from './mutants/rebuild.ts';

export type Fault =
  | 'removed'
  | 'retargeted'
  | 'guard dropped'
  | 'guard negated'
  | 'branches swapped'
  | 'action dropped'
  | 'entry dropped'
  | 'guard always'
  | 'guard never'
  | 'action does nothing';

export interface Mutant {
  /** Stable and readable: `removed: discovering.probing, done of probeResource -> discovering.fetchingResourceMetadata`. */
  readonly id: string;
  readonly fault: Fault;
  /** Id of the arrow that is wrong; absent where the fault is not that of a single one. */
  readonly arrow?: string;
  /** Builds the wrong chart. */
  readonly build: () => AuthMachine;
}

/** The guard that is always true: a branch without a condition. */
const OTHERWISE = 'otherwise';

/**
 * Every wrong chart that is one fault away from this one, in the order of the chart.
 * The ids name arrows as `arrowsOf` does. A wrong chart that goes in circles throws when it is stepped.
 */
export function mutantsOf(machine: AuthMachine): readonly Mutant[] {
  const places = placesOf(machine);
  const nodes = nodesOf(rootOf(machine));
  return [
    ...places.flatMap((place) => mutantsAt(machine, place)),
    ...nodes.flatMap((node) => withoutEntries(machine, node)),
    ...wrongGuards(machine, places),
    ...idleActions(machine, places, nodes),
  ];
}

/**
 * Some of the mutants: as many as asked for, each kind of fault in turn, in an order that the seed decides.
 * A smaller sample of the same seed is the beginning of a larger one.
 */
export function sampleOf(mutants: readonly Mutant[], seed: string, count: number): readonly Mutant[] {
  const hashed = mutants.map((mutant) => ({ mutant, hash: lotOf(seed, mutant.id) }));
  hashed.sort((one, other) => (one.hash < other.hash ? -1 : 1));
  const seen = new Map<Fault, number>();
  const ranked = hashed.map(({ mutant }) => {
    const rank = seen.get(mutant.fault) ?? 0;
    seen.set(mutant.fault, rank + 1);
    return { mutant, rank };
  });
  // The sort is stable: within a round, the hash decides.
  ranked.sort((one, other) => one.rank - other.rank);
  return ranked.slice(0, count).map(({ mutant }) => mutant);
}

/** What can be wrong with one arrow. */
function mutantsAt(machine: AuthMachine, place: Place): readonly Mutant[] {
  const { arrow, at, list } = place;
  const [branch, next] = [list[at], list[at + 1]];
  if (branch === undefined) throw new Error(`The config has no branch ${at} for: ${arrow.id}`);
  const mutant = (fault: Fault, changed: readonly Branch[], detail = ''): Mutant => ({
    id: `${fault}: ${arrow.id}${detail}`,
    fault,
    arrow: arrow.id,
    build: () => withBranches(machine, place, changed),
  });
  const target = wrongTarget(machine, place);
  const { guard, ...unguarded } = branch;
  const guarded = guard !== undefined && guard !== OTHERWISE;
  return [
    mutant('removed', list.toSpliced(at, 1)),
    mutant('retargeted', list.with(at, { ...branch, target: referTo(target) }), `, but ${nameOf(target)}`),
    ...(guarded ? [mutant('guard dropped', list.with(at, unguarded))] : []),
    ...(guarded ? [mutant('guard negated', list.with(at, { ...branch, guard: negated(guard) }))] : []),
    ...(next && !isSameEffect(branch, next)
      ? [mutant('branches swapped', list.toSpliced(at, 2, next, branch), ', after the next')]
      : []),
    ...actionsOf(branch).map((action, index, actions) =>
      mutant(
        'action dropped',
        list.with(at, { ...branch, actions: actions.toSpliced(index, 1) }),
        ` without ${index}: ${typeOf(action)}`,
      ),
    ),
  ];
}

/** Whether guards alone tell them apart: then their order changes nothing. */
function isSameEffect(one: Branch, other: Branch): boolean {
  const effects = [one, other].map((branch) => [branch.target, branch.reenter ?? false, actionsOf(branch)]);
  return isDeepStrictEqual(effects[0], effects[1]);
}

/** XState's own `not` takes params and `stateIn` guards; it is typed for guards that are known beforehand. */
const negated = (guard: unknown): unknown => not(guard as string);

/**
 * A plausible wrong end: the state after the right one, in the same parent, else the phase after it; for an arrow that
 * stays, `idle`. Never where it comes from: an eventless arrow would go in circles there, which shows nothing.
 */
function wrongTarget(machine: AuthMachine, { arrow }: Place): StateNode {
  const [target] = arrow.definition.target ?? [];
  const phases = childrenOf(rootOf(machine));
  const candidates = target
    ? [...after(childrenOf(target.parent), target), ...after(phases, phaseOf(target))]
    : [...phases.filter(({ key }) => key === 'idle'), ...phases];
  const wrong = candidates.find((node) => !isWithin(arrow.definition.source, node));
  if (wrong === undefined) throw new Error(`There is no other state for: ${arrow.id}`);
  return wrong;
}

const childrenOf = (node: StateNode | undefined): readonly StateNode[] => Object.values(node?.states ?? {});

const phaseOf = (node: StateNode): StateNode =>
  node.parent?.parent === undefined ? node : phaseOf(node.parent);

const isWithin = (node: StateNode | undefined, whole: StateNode): boolean =>
  node !== undefined && (node === whole || isWithin(node.parent, whole));

/** The others, from the one that comes next; the first comes after the last. */
function after(nodes: readonly StateNode[], node: StateNode): readonly StateNode[] {
  const at = nodes.indexOf(node);
  return [...nodes.slice(at + 1), ...nodes.slice(0, at)];
}

/** By the path from the root: states have ids of their own only where they need one. */
const referTo = (node: StateNode): string => `#${[node.machine.id, ...node.path].join('.')}`;

const nameOf = (node: StateNode): string => node.path.join('.');

const typeOf = (reference: Reference): string => (typeof reference === 'string' ? reference : reference.type);

function withoutEntries(machine: AuthMachine, node: StateNode): readonly Mutant[] {
  return entryOf(machine, node).map((action, index, entry) => ({
    id: `entry dropped: ${nameOf(node)} without ${index}: ${typeOf(action)}`,
    fault: 'entry dropped',
    build: () => withEntry(machine, node, entry.toSpliced(index, 1)),
  }));
}

/** Each guard that is in use, deaf to what it is asked. */
function wrongGuards(machine: AuthMachine, places: readonly Place[]): readonly Mutant[] {
  const used = new Set(places.flatMap(({ arrow }) => arrow.guard ?? []));
  used.delete(OTHERWISE);
  return [...used].flatMap((name): Mutant[] => [
    {
      id: `guard always: ${name}`,
      fault: 'guard always',
      build: () => withOther(machine, { guards: { [name]: () => true } }),
    },
    {
      id: `guard never: ${name}`,
      fault: 'guard never',
      build: () => withOther(machine, { guards: { [name]: () => false } }),
    },
  ]);
}

/** Each action that is in use, without effect. */
function idleActions(
  machine: AuthMachine,
  places: readonly Place[],
  nodes: readonly StateNode[],
): readonly Mutant[] {
  const onArrows = places.flatMap(({ list, at }) => list.slice(at, at + 1).flatMap(actionsOf));
  const onEntry = nodes.flatMap((node) => entryOf(machine, node));
  const used = new Set([...onArrows, ...onEntry].map(typeOf));
  return [...used].map((name) => ({
    id: `action does nothing: ${name}`,
    fault: 'action does nothing',
    build: () => withOther(machine, { actions: { [name]: () => {} } }),
  }));
}

function nodesOf(node: StateNode): readonly StateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child))];
}

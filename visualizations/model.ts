// What a chart says, as plain data: its states and its arrows. Every drawing is made from this, and from nothing else.
import type { AnyStateMachine, StateNode } from 'xstate';
import { type Arrow, arrowsOf } from '../machines/arrows.ts';

/** An actor that runs while its state is active. */
interface ModelActor {
  readonly id: string;
  readonly src: string;
}

/** A state, as plain data. */
export interface ModelState {
  /** `authorizing.awaitingUser`; empty for the chart itself. */
  readonly path: string;
  readonly name: string;
  readonly kind: StateNode['type'];
  readonly description: string;
  readonly tags: readonly string[];
  /** Ids of the requirement register. */
  readonly spec: readonly string[];
  /** Path of the state that is entered first. */
  readonly initial: string | undefined;
  readonly entry: readonly string[];
  readonly actors: readonly ModelActor[];
  readonly states: readonly ModelState[];
}

/** An arrow, as plain data: one transition of one state, with its guard and actions by name. */
export interface ModelArrow {
  /** As `arrowsOf` has it; it stays the same as long as the arrow does. */
  readonly id: string;
  readonly source: string;
  /** Nothing where the arrow stays in its state. */
  readonly target: string | undefined;
  /** `user.login`, `done of exchangeCode`, `at once`. */
  readonly event: string;
  readonly guard: string | undefined;
  readonly description: string;
  readonly actions: readonly string[];
  readonly spec: readonly string[];
  readonly isReentering: boolean;
}

/** A whole chart, as plain data. */
export interface Model {
  readonly root: ModelState;
  /** Every state but the chart itself, by path, in the order of the chart. */
  readonly states: ReadonlyMap<string, ModelState>;
  readonly arrows: readonly ModelArrow[];
}

/** @throws TypeError when an arrow has several targets: no drawing knows how to show that. */
export function modelOf(machine: AnyStateMachine): Model {
  const root = stateOf(machine.root);
  return { root, states: new Map(descendants(root)), arrows: arrowsOf(machine).map(arrowOf) };
}

/** The phase that a state belongs to: the outermost part of its path. */
export const phaseOf = (path: string): string => path.split('.')[0] ?? '';

/** True for the state itself, and for everything within it. */
export const isWithin = (path: string, outer: string): boolean =>
  outer === '' || path === outer || path.startsWith(`${outer}.`);

/** The state itself, and everything within it. */
export const withInner = (state: ModelState): readonly ModelState[] => [
  state,
  ...state.states.flatMap(withInner),
];

function descendants(state: ModelState): readonly (readonly [string, ModelState])[] {
  return state.states.flatMap((child) => [[child.path, child] as const, ...descendants(child)]);
}

function stateOf(node: StateNode): ModelState {
  const { spec } = readMeta(node.meta);
  return {
    path: node.path.join('.'),
    name: node.path.at(-1) ?? node.key,
    kind: node.type,
    description: node.description ?? '',
    tags: node.tags,
    spec,
    initial: node.type === 'compound' ? node.initial.target[0]?.path.join('.') : undefined,
    entry: node.entry.map(nameOf),
    actors: node.invoke.map(({ id, src }) => ({ id, src: typeof src === 'string' ? src : id })),
    states: Object.values(node.states).map(stateOf),
  };
}

function arrowOf({ id, source, targets, event, guard, definition }: Arrow): ModelArrow {
  if (targets.length > 1) throw new TypeError(`Draw each arrow with one target: ${id}`);
  return {
    id,
    source,
    target: targets[0],
    event,
    guard,
    description: definition.description ?? '',
    actions: definition.actions.map(nameOf),
    spec: readMeta(definition.meta).spec,
    isReentering: definition.reenter,
  };
}

function readMeta(meta: unknown): { readonly spec: readonly string[] } {
  const spec = typeof meta === 'object' && meta !== null && 'spec' in meta ? meta.spec : undefined;
  return { spec: Array.isArray(spec) ? spec.map(String) : [] };
}

/** An action's name; the chart names all of them. */
function nameOf(action: unknown): string {
  if (typeof action === 'string') return action;
  return typeof action === 'object' && action !== null && 'type' in action ? String(action.type) : 'inline';
}

// A chart as plain data: its states and its arrows. Every drawing is made from this alone.
import type { AnyStateMachine, StateNode } from 'xstate';
import { type Arrow, arrowsOf } from '../machines/arrows.ts';

/** An actor that runs while its state is active. */
interface ModelActor {
  readonly id: string;
  readonly src: string;
}

/** A state of the chart. */
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

/** A transition of the chart. */
export interface ModelArrow {
  /** The id of `arrowsOf`. It stays the same as long as the arrow does. */
  readonly id: string;
  readonly source: string;
  /** Undefined when the arrow stays in its state. */
  readonly target: string | undefined;
  /** `user.login`, `done of exchangeCode`, `at once`. */
  readonly event: string;
  readonly guard: string | undefined;
  readonly description: string;
  readonly actions: readonly string[];
  readonly spec: readonly string[];
  readonly isReentering: boolean;
}

/** A chart. */
export interface Model {
  readonly root: ModelState;
  /** Every state but the chart itself, by path, in the order of the chart. */
  readonly states: ReadonlyMap<string, ModelState>;
  readonly arrows: readonly ModelArrow[];
}

/** Reads a chart. @throws TypeError when an arrow has several targets, which no drawing can show. */
export function modelOf(machine: AnyStateMachine): Model {
  const root = stateOf(machine.root);
  return { root, states: new Map(descendants(root)), arrows: arrowsOf(machine).map(arrowOf) };
}

/** The phase that a state belongs to: the outermost part of its path. */
export const phaseOf = (path: string): string => path.split('.')[0] ?? '';

/** Whether a path is this state, or a state inside it. */
export const isWithin = (path: string, outer: string): boolean =>
  outer === '' || path === outer || path.startsWith(`${outer}.`);

/** The state itself, and all states inside it. */
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

/** The name of an action. All actions of the chart have one. */
function nameOf(action: unknown): string {
  if (typeof action === 'string') return action;
  return typeof action === 'object' && action !== null && 'type' in action ? String(action.type) : 'inline';
}

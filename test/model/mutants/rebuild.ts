// One place of a chart's config, read or replaced, and the chart that comes of it. The original is never written to.
import { type AnyStateMachine, createMachine, type StateNode } from 'xstate';
import { type Arrow, arrowsOf } from '../../../machines/arrows.ts';
import type { AuthMachine } from '../../../machines/authMachine.ts';

/** A guard or an action, as the config names it. */
export type Reference = string | { readonly type: string; readonly params?: unknown };

/** One branch of a list of transitions. */
export interface Branch {
  readonly target?: string | readonly string[];
  readonly guard?: unknown;
  readonly actions?: OneOrMany<Reference>;
  readonly reenter?: boolean;
}

type OneOrMany<Item> = Item | readonly Item[];
type Branches = OneOrMany<Branch | string | undefined>;

interface Invoke {
  readonly id: string;
  readonly onDone?: Branches;
  readonly onError?: Branches;
}

/** What is looked at in the config of a state; the rest is handed on as it is. */
interface StateConfig {
  readonly on?: Readonly<Record<string, Branches>>;
  readonly always?: Branches;
  readonly invoke?: OneOrMany<Invoke>;
  readonly entry?: OneOrMany<Reference>;
  readonly states?: Readonly<Record<string, StateConfig>>;
}

/** An arrow, and where the config has it. */
export interface Place {
  readonly arrow: Arrow;
  /** Its list of branches, and which of them it is. */
  readonly list: readonly Branch[];
  readonly at: number;
}

/** More microsteps than any step of the chart needs: a wrong chart that goes in circles throws, and does not hang. */
const MOST_MICROSTEPS = 100;

/** Every arrow of the chart with its place, in the order of `arrowsOf`. */
export function placesOf(machine: AuthMachine): readonly Place[] {
  const seen = new Map<string, number>();
  return arrowsOf(machine as AnyStateMachine).map((arrow) => {
    const name = `${arrow.source}, ${arrow.event}`;
    const at = seen.get(name) ?? 0;
    seen.set(name, at + 1);
    return { arrow, at, list: branchesOf(stateAt(configOf(machine), pathOf(arrow)), eventOf(arrow)) };
  });
}

/** The chart with another list of branches in the place of this one. */
export function withBranches(machine: AuthMachine, { arrow }: Place, list: readonly Branch[]): AuthMachine {
  return build(
    machine,
    changed(configOf(machine), pathOf(arrow), (state) => replaced(state, eventOf(arrow), list)),
  );
}

/** The chart with one of its named guards or actions made otherwise. */
export function withOther(machine: AuthMachine, other: Parameters<AuthMachine['provide']>[0]): AuthMachine {
  return build(machine.provide(other), configOf(machine));
}

/** The chart with other actions on entry to a state. */
export function withEntry(machine: AuthMachine, node: StateNode, entry: readonly Reference[]): AuthMachine {
  return build(
    machine,
    changed(configOf(machine), node.path, (state) => ({ ...state, entry })),
  );
}

export function entryOf(machine: AuthMachine, node: StateNode): readonly Reference[] {
  return listOf(stateAt(configOf(machine), node.path).entry ?? []);
}

/** The state that holds all others, without the types that tell charts apart. */
export const rootOf = (machine: AuthMachine): StateNode => (machine as AnyStateMachine).root;

export const actionsOf = (branch: Branch): readonly Reference[] => listOf(branch.actions ?? []);

/** The machine's own type is read and made here and nowhere else: XState types a config too finely to edit it. */
const configOf = (machine: AuthMachine): StateConfig => machine.config as unknown as StateConfig;

function build(machine: AuthMachine, config: StateConfig): AuthMachine {
  const bounded = { ...config, options: { maxIterations: MOST_MICROSTEPS } } as object;
  return createMachine(bounded, machine.implementations as object) as unknown as AuthMachine;
}

const pathOf = ({ definition }: Arrow): readonly string[] => definition.source.path;
const eventOf = ({ definition }: Arrow): string => definition.eventType;

function listOf<Item>(items: OneOrMany<Item>): readonly Item[] {
  return Array.isArray(items) ? items : [items as Item];
}

/** The end of an actor is written at its `invoke`, and called by its id. */
const END_OF_ACTOR = /^xstate\.(done|error)\.actor\.(.+)$/;

function endOf(event: string): { readonly id: string; readonly key: 'onDone' | 'onError' } | undefined {
  const [, how, id] = END_OF_ACTOR.exec(event) ?? [];
  return id === undefined ? undefined : { id, key: how === 'done' ? 'onDone' : 'onError' };
}

function branchesOf(state: StateConfig, event: string): readonly Branch[] {
  const end = endOf(event);
  const written = end
    ? listOf(state.invoke ?? []).find(({ id }) => id === end.id)?.[end.key]
    : event === ''
      ? state.always
      : state.on?.[event];
  if (written === undefined) throw new Error(`The config has no place for the event "${event}".`);
  return listOf(written).map((one) =>
    typeof one === 'object' ? one : one === undefined ? {} : { target: one },
  );
}

function replaced(state: StateConfig, event: string, list: readonly Branch[]): StateConfig {
  const end = endOf(event);
  if (end) {
    const invoke = listOf(state.invoke ?? []).map((one) =>
      one.id === end.id ? { ...one, [end.key]: list } : one,
    );
    return { ...state, invoke };
  }
  return event === '' ? { ...state, always: list } : { ...state, on: { ...state.on, [event]: list } };
}

function stateAt(config: StateConfig, path: readonly string[]): StateConfig {
  return path.reduce((state, key) => childOf(state, key), config);
}

/** Copies the way to the state and shares the rest: what is used at several places changes at one. */
function changed(
  state: StateConfig,
  [key, ...rest]: readonly string[],
  change: (state: StateConfig) => StateConfig,
): StateConfig {
  if (key === undefined) return change(state);
  return { ...state, states: { ...state.states, [key]: changed(childOf(state, key), rest, change) } };
}

function childOf(state: StateConfig, key: string): StateConfig {
  const child = state.states?.[key];
  if (child === undefined) throw new Error(`The config has no state "${key}".`);
  return child;
}

// The structure of a chart as an inspector draws it: names from its source, but no value and no function.
import type { AnyStateMachine } from 'xstate';

type Members = Readonly<Record<string, unknown>>;

/** Shown in place of a guard or action without a name. The text of a function may hold anything, so it is not shown. */
const UNNAMED = 'unnamed';

/**
 * Makes a config that looks the same in an inspector: states, transitions, and the names of guards, actions and actors.
 * @param withTexts Whether it has the descriptions, and the ids of the requirements.
 */
export function structureOf({ config }: AnyStateMachine, withTexts: boolean): object {
  return stateOf(membersOf(config), withTexts);
}

function stateOf(state: Members, withTexts: boolean): object {
  const { type, history, initial, target } = state;
  return {
    id: textOf(state['id']),
    type: textOf(type),
    history: history === true ? 'shallow' : textOf(history),
    initial: textOf(initial) ?? textOf(membersOf(initial)['target']),
    target: textOf(target),
    ...(withTexts && textsOf(state)),
    tags: listOf(state['tags']).flatMap((tag) => textOf(tag) ?? []),
    entry: actionsOf(state['entry']),
    exit: actionsOf(state['exit']),
    invoke: listOf(state['invoke']).map((one) => invokeOf(membersOf(one), withTexts)),
    // A transition without a target says that the event is forbidden here.
    on: each(state['on'], (list) => transitionsOf(list, withTexts) ?? [{}]),
    after: each(state['after'], (list) => transitionsOf(list, withTexts)),
    always: transitionsOf(state['always'], withTexts),
    onDone: transitionsOf(state['onDone'], withTexts),
    states: each(state['states'], (child) => stateOf(membersOf(child), withTexts)),
  };
}

function textsOf(state: Members): object {
  const spec = membersOf(state['meta'])['spec'];
  return {
    description: textOf(state['description']),
    ...(spec !== undefined && { meta: { spec: listOf(spec).flatMap((id) => textOf(id) ?? []) } }),
  };
}

function invokeOf(invoke: Members, withTexts: boolean): object {
  return {
    id: textOf(invoke['id']),
    src: textOf(invoke['src']) ?? UNNAMED,
    onDone: transitionsOf(invoke['onDone'], withTexts),
    onError: transitionsOf(invoke['onError'], withTexts),
    onSnapshot: transitionsOf(invoke['onSnapshot'], withTexts),
  };
}

/** @returns nothing when there is no transition. */
function transitionsOf(value: unknown, withTexts: boolean): readonly object[] | undefined {
  const list = listOf(value);
  return list.length === 0 ? undefined : list.map((one) => transitionOf(one, withTexts));
}

function transitionOf(value: unknown, withTexts: boolean): object {
  const { target, guard, actions, reenter, description } = membersOf(value);
  const targets = listOf(typeof value === 'string' ? value : target).flatMap((one) => textOf(one) ?? []);
  return {
    target: targets.length > 0 ? targets : undefined,
    guard: guard === undefined ? undefined : named(guard),
    actions: actionsOf(actions),
    reenter: reenter === true ? true : undefined,
    description: withTexts ? textOf(description) : undefined,
  };
}

const actionsOf = (value: unknown): readonly object[] | undefined =>
  value === undefined ? undefined : listOf(value).map(named);

const named = (value: unknown): object => ({
  type:
    textOf(value) ?? (typeof value === 'object' ? textOf(membersOf(value)['type']) : undefined) ?? UNNAMED,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function each(value: unknown, of: (inner: unknown) => unknown): object | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.entries(membersOf(value)).map(([name, inner]) => [name, of(inner)]));
}

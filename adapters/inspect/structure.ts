// The structure of a chart as an inspector draws it: names that stand in its source, one by one; no value, no function.
import type { AnyStateMachine } from 'xstate';

type Bag = Readonly<Record<string, unknown>>;

/** What is written in place of a guard or action without a name: the text of a function may hold anything. */
const UNNAMED = 'unnamed';

/**
 * A config that XState makes the same picture of: states, transitions, and the names of guards, actions and actors.
 * @param hasWords with its descriptions, and the ids of the requirements that it serves.
 */
export function structureOf({ config }: AnyStateMachine, hasWords: boolean): object {
  return stateOf(bagOf(config), hasWords);
}

function stateOf(state: Bag, hasWords: boolean): object {
  const { type, history, initial, target } = state;
  return {
    id: textOf(state['id']),
    type: textOf(type),
    history: history === true ? 'shallow' : textOf(history),
    initial: textOf(initial) ?? textOf(bagOf(initial)['target']),
    target: textOf(target),
    ...(hasWords && wordsOf(state)),
    tags: listOf(state['tags']).flatMap((tag) => textOf(tag) ?? []),
    entry: actionsOf(state['entry']),
    exit: actionsOf(state['exit']),
    invoke: listOf(state['invoke']).map((one) => invokeOf(bagOf(one), hasWords)),
    // An event that is forbidden here has nothing in its place.
    on: each(state['on'], (list) => transitionsOf(list, hasWords) ?? [{}]),
    after: each(state['after'], (list) => transitionsOf(list, hasWords)),
    always: transitionsOf(state['always'], hasWords),
    onDone: transitionsOf(state['onDone'], hasWords),
    states: each(state['states'], (child) => stateOf(bagOf(child), hasWords)),
  };
}

function wordsOf(state: Bag): object {
  const spec = bagOf(state['meta'])['spec'];
  return {
    description: textOf(state['description']),
    ...(spec !== undefined && { meta: { spec: listOf(spec).flatMap((id) => textOf(id) ?? []) } }),
  };
}

function invokeOf(invoke: Bag, hasWords: boolean): object {
  return {
    id: textOf(invoke['id']),
    src: textOf(invoke['src']) ?? UNNAMED,
    onDone: transitionsOf(invoke['onDone'], hasWords),
    onError: transitionsOf(invoke['onError'], hasWords),
    onSnapshot: transitionsOf(invoke['onSnapshot'], hasWords),
  };
}

/** @returns nothing for none at all. */
function transitionsOf(value: unknown, hasWords: boolean): readonly object[] | undefined {
  const list = listOf(value);
  return list.length === 0 ? undefined : list.map((one) => transitionOf(one, hasWords));
}

function transitionOf(value: unknown, hasWords: boolean): object {
  const { target, guard, actions, reenter, description } = bagOf(value);
  const targets = listOf(typeof value === 'string' ? value : target).flatMap((one) => textOf(one) ?? []);
  return {
    target: targets.length > 0 ? targets : undefined,
    guard: guard === undefined ? undefined : named(guard),
    actions: actionsOf(actions),
    reenter: reenter === true ? true : undefined,
    description: hasWords ? textOf(description) : undefined,
  };
}

const actionsOf = (value: unknown): readonly object[] | undefined =>
  value === undefined ? undefined : listOf(value).map(named);

const named = (value: unknown): object => ({
  type: textOf(value) ?? (typeof value === 'object' ? textOf(bagOf(value)['type']) : undefined) ?? UNNAMED,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const bagOf = (value: unknown): Bag => (typeof value === 'object' && value !== null ? { ...value } : {});

function each(value: unknown, of: (inner: unknown) => unknown): object | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.entries(bagOf(value)).map(([name, inner]) => [name, of(inner)]));
}

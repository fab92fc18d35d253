// The chart as a JSON config, with names in place of functions: for Stately Studio and other tools that read one.
import type { Model, ModelArrow, ModelState } from './model.ts';

interface JsonMeta {
  readonly spec: readonly string[];
}

/** A transition of the config. */
interface JsonArrow {
  readonly target: string | undefined;
  readonly guard: string | undefined;
  readonly actions: readonly string[] | undefined;
  readonly reenter: true | undefined;
  readonly description: string | undefined;
  readonly meta: JsonMeta | undefined;
}

interface JsonActor {
  readonly id: string;
  readonly src: string;
  readonly onDone: readonly JsonArrow[] | undefined;
  readonly onError: readonly JsonArrow[] | undefined;
}

/** A state of the config, or the whole config. Members that are undefined are not in the JSON. */
export interface JsonState {
  /** Only the whole config has one. The ids of states are made of it and their path. */
  readonly id: string | undefined;
  readonly type: ModelState['kind'];
  readonly description: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly meta: JsonMeta | undefined;
  readonly initial: string | undefined;
  readonly entry: readonly string[] | undefined;
  readonly invoke: readonly JsonActor[] | undefined;
  readonly always: readonly JsonArrow[] | undefined;
  readonly on: Readonly<Record<string, readonly JsonArrow[]>> | undefined;
  readonly states: Readonly<Record<string, JsonState>> | undefined;
}

/** Makes a config with the same states and arrows. It has names, and no functions. */
export const jsonOf = (model: Model): JsonState => stateOf(model, model.root);

function stateOf(model: Model, state: ModelState): JsonState {
  const { path, kind, initial, states } = state;
  const own = model.arrows.filter(({ source }) => source === path);
  const by = (event: string) =>
    own.filter((arrow) => arrow.event === event).map((one) => arrowOf(model, one));
  const events = [...new Set(own.map(({ event }) => event))].filter((event) => !isOfTheState(event));
  return {
    id: path === '' ? state.name : undefined,
    type: kind,
    description: state.description === '' ? undefined : state.description,
    tags: some(state.tags),
    meta: metaOf(state),
    initial: initial?.slice(initial.lastIndexOf('.') + 1),
    entry: some(state.entry),
    invoke: some(
      state.actors.map(({ id, src }) => {
        return { id, src, onDone: some(by(`done of ${id}`)), onError: some(by(`error of ${id}`)) };
      }),
    ),
    always: some(by('at once')),
    on: events.length === 0 ? undefined : Object.fromEntries(events.map((event) => [event, by(event)])),
    states:
      states.length === 0
        ? undefined
        : Object.fromEntries(states.map((child) => [child.name, stateOf(model, child)])),
  };
}

/** Whether an event of the model is no event for XState, but a transition of the state or its actor. */
const isOfTheState = (event: string): boolean => /^(at once$|done of |error of )/.test(event);

function arrowOf({ root }: Model, arrow: ModelArrow): JsonArrow {
  const { target, guard, actions, isReentering, description } = arrow;
  return {
    target: target === undefined ? undefined : `#${root.name}.${target}`,
    guard,
    actions: some(actions),
    reenter: isReentering ? true : undefined,
    description: description === '' ? undefined : description,
    meta: metaOf(arrow),
  };
}

const some = <Item>(list: readonly Item[]): readonly Item[] | undefined =>
  list.length === 0 ? undefined : list;

const metaOf = ({ spec }: { readonly spec: readonly string[] }): JsonMeta | undefined =>
  spec.length === 0 ? undefined : { spec };

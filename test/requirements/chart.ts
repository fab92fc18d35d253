// The states and transitions of the chart, with the requirements that they say they serve.
import { authMachine } from '../../machines/authMachine.ts';

export interface Place {
  /** `authorizing.validating`, or `authorizing.validating → exchanging` for a transition. */
  readonly name: string;
  readonly spec: readonly string[];
}

interface Meta {
  readonly spec: readonly string[];
}

interface Transition {
  readonly meta?: Meta | undefined;
  readonly target: readonly Node[] | undefined;
}

/** What of a state node is read here. */
interface Node {
  readonly key: string;
  readonly path: readonly string[];
  readonly meta?: Meta | undefined;
  readonly states: Readonly<Record<string, Node>>;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly always?: readonly Transition[] | undefined;
}

/** Everything in the chart that says what it serves. */
export function places(): readonly Place[] {
  return placesOf(authMachine.root as unknown as Node);
}

function placesOf(node: Node): readonly Place[] {
  const name = node.path.join('.');
  const transitions = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
  const own = [
    { name, meta: node.meta },
    ...transitions.map(({ meta, target }) => ({ name: `${name} → ${target?.[0]?.key ?? name}`, meta })),
  ].flatMap((one) => (one.meta ? { name: one.name, spec: one.meta.spec } : []));
  return [...own, ...Object.values(node.states).flatMap(placesOf)];
}

// The charts that an inspector may show: ours, and those that the host has listed.
import type { AnyStateMachine, StateNode } from 'xstate';
import { authMachine } from '../../machines/authMachine.ts';
import { structureOf } from './structure.ts';

/** The names that stand in the source of a chart. Only these are shown. */
export interface Chart {
  readonly isOurs: boolean;
  readonly id: string;
  /** Its structure as JSON. */
  readonly definition: string;
  readonly root: StateNode;
  readonly tags: ReadonlySet<string>;
  /** Types of the events that it names. */
  readonly events: ReadonlySet<string>;
  /** Ids of the actors that it invokes. */
  readonly actors: ReadonlySet<string>;
}

/** Finds the chart of an actor's logic. @returns nothing when it may not be shown. */
export type ChartOf = (logic: unknown) => Chart | undefined;

/**
 * Makes the lookup of charts. A chart is known by its config: `provide` keeps it, and no other chart has the same one.
 * @param listed The charts of the host that may be shown.
 */
export function chartsOf(listed: readonly AnyStateMachine[]): ChartOf {
  const charts = new Map<unknown, Chart>([authMachine, ...listed].map((one) => [one.config, chartOf(one)]));
  return (logic) =>
    typeof logic === 'object' && logic !== null && 'config' in logic ? charts.get(logic.config) : undefined;
}

function chartOf(machine: AnyStateMachine): Chart {
  const isOurs = machine.config === authMachine.config;
  const nodes = nodesOf(machine.root);
  const actors = nodes.flatMap((node) => node.invoke.map(({ id }) => id));
  return {
    isOurs,
    id: machine.id,
    definition: JSON.stringify(structureOf(machine, isOurs)),
    root: machine.root,
    tags: new Set(nodes.flatMap((node) => node.tags)),
    events: new Set([...machine.events, ...actors.flatMap(reportsOf)]),
    actors: new Set(actors),
  };
}

const nodesOf = (node: StateNode): readonly StateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

const reportsOf = (actor: string): readonly string[] => [
  `xstate.done.actor.${actor}`,
  `xstate.error.actor.${actor}`,
  `xstate.snapshot.${actor}`,
];

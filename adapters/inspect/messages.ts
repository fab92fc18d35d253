// What is told of each thing that XState inspects: made anew of names and facts that are known to be safe.
import type { ActorRefLike, InspectionEvent, SnapshotFrom, StateNode, StateValue } from 'xstate';
import { chartFacts } from '../../engine/chartFacts.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import type { AuthContext } from '../../machines/context.ts';
import { placeOf } from '../../protocol/text.ts';
import type { Chart, ChartOf } from './charts.ts';

/** What is told, and whom it is about: session ids are numbers that XState gives out. */
export type Told = { readonly about: About } & (
  | { readonly kind: 'actor'; readonly about: AboutNew }
  | { readonly kind: 'event'; readonly event: ToldEvent; readonly sourceId?: string }
  | { readonly kind: 'snapshot'; readonly event: ToldEvent; readonly snapshot: ToldSnapshot }
);

interface About {
  readonly sessionId: string;
  readonly rootId: string;
}

interface AboutNew extends About {
  readonly name: string;
  readonly parentId: string | undefined;
  /** The structure of the chart that it runs, as JSON. */
  readonly definition: string;
}

interface ToldEvent {
  readonly type: string;
}

interface ToldSnapshot {
  readonly status: Status;
  readonly value?: StateValue;
  readonly tags?: readonly string[];
  readonly context?: object;
}

const statuses = ['active', 'done', 'error', 'stopped'] as const;
type Status = (typeof statuses)[number];

/** What is read of an actor, be it of a chart or of anything else. */
interface Actor {
  readonly sessionId: string;
  readonly id?: unknown;
  readonly logic?: unknown;
  readonly _parent?: ActorRefLike | undefined;
}

/** What is read of a snapshot. */
interface Snapshot {
  readonly status: string;
  readonly value?: unknown;
  readonly tags?: unknown;
}

/**
 * Nothing of a stranger but that it is there, whom it hears from, and whether it goes on. Inputs, outputs and errors of
 * actors are never told.
 * @returns nothing for steps that inspectors do not show.
 */
export function toldOf(event: InspectionEvent, chartOf: ChartOf): Told | undefined {
  const actor: Actor = event.actorRef;
  const chart = chartOf(actor.logic);
  const about = { sessionId: actor.sessionId, rootId: event.rootId };
  switch (event.type) {
    case '@xstate.actor':
      return { kind: 'actor', about: { ...about, ...introduced(actor, chart, chartOf) } };
    case '@xstate.event': {
      const sourceId = event.sourceRef?.sessionId;
      return {
        kind: 'event',
        about,
        event: eventOf(event.event, chart),
        ...(sourceId !== undefined && { sourceId }),
      };
    }
    case '@xstate.snapshot':
      return {
        kind: 'snapshot',
        about,
        event: eventOf(event.event, chart),
        snapshot: snapshotOf(event.snapshot, chart),
      };
    default:
      return undefined;
  }
}

function introduced(actor: Actor, chart: Chart | undefined, chartOf: ChartOf): Omit<AboutNew, keyof About> {
  const { _parent: parent } = actor;
  const name = chart?.id ?? idIn(parent && chartOf(logicOf(parent)), actor.id) ?? actor.sessionId;
  return { name, parentId: parent?.sessionId, definition: chart?.definition ?? JSON.stringify({ id: name }) };
}

const logicOf = (actor: Actor): unknown => actor.logic;

/** The id of an actor that a chart invokes; others are made in a run, and may be anything. */
const idIn = (parent: Chart | undefined, id: unknown): string | undefined =>
  typeof id === 'string' && parent?.actors.has(id) ? id : undefined;

/** What an event is called that no chart here knows. */
const WITHHELD = 'withheld';

/** What XState itself sends. */
const ofXState = new Set([
  'xstate.init',
  'xstate.stop',
  'xstate.promise.resolve',
  'xstate.promise.reject',
  'xstate.observable.next',
  'xstate.observable.error',
  'xstate.observable.complete',
]);

/** Its type: what it brings is in the facts of the snapshot that follows, if the chart took it up. */
function eventOf({ type }: ToldEvent, chart: Chart | undefined): ToldEvent {
  return { type: ofXState.has(type) || chart?.events.has(type) === true ? type : WITHHELD };
}

function snapshotOf(snapshot: Snapshot, chart: Chart | undefined): ToldSnapshot {
  const { status, value, tags } = snapshot;
  const known = { status: statuses.find((one) => one === status) ?? 'active' };
  if (!chart) return known;
  return {
    ...known,
    value: valueIn(chart.root, value),
    tags: tags instanceof Set ? [...chart.tags].filter((tag) => tags.has(tag)) : [],
    ...(isOfOurs(snapshot, chart) && { context: factsOf(snapshot.context) }),
  };
}

const isOfOurs = (snapshot: Snapshot, chart: Chart): snapshot is SnapshotFrom<AuthMachine> =>
  chart.isOurs && 'context' in snapshot;

/** Tells apart the charts of many resources; neither subject nor label: they may name a person. */
const factsOf = (context: AuthContext): object => ({
  resource: placeOf(context.session.resource),
  ...chartFacts(context),
});

/** The states that are active, of those that the chart has. */
function valueIn({ states }: StateNode, value: unknown): StateValue {
  if (typeof value === 'string') return Object.hasOwn(states, value) ? value : {};
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(value).flatMap(([name, inner]) => {
    const child = Object.hasOwn(states, name) ? states[name] : undefined;
    return child ? [[name, valueIn(child, inner)] as const] : [];
  });
  return Object.fromEntries(known);
}

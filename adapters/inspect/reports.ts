// What an inspector gets for each event of XState's inspection: names and facts that hold no secret.
import type { ActorRefLike, InspectionEvent, SnapshotFrom, StateNode, StateValue } from 'xstate';
import { chartFacts } from '../../engine/chartFacts.ts';
import type { AuthMachine } from '../../machines/authMachine.ts';
import type { AuthContext } from '../../machines/context.ts';
import { placeOf } from '../../protocol/text.ts';
import type { Chart, ChartOf } from './charts.ts';

/** A fact about one actor. The session ids are numbers that XState gives to actors. */
export type Report = { readonly about: About } & (
  | { readonly kind: 'actor'; readonly about: AboutNew }
  | { readonly kind: 'event'; readonly event: ReportedEvent; readonly sourceId?: string }
  | { readonly kind: 'snapshot'; readonly event: ReportedEvent; readonly snapshot: ReportedSnapshot }
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

interface ReportedEvent {
  readonly type: string;
}

interface ReportedSnapshot {
  readonly status: Status;
  readonly value?: StateValue;
  readonly tags?: readonly string[];
  readonly context?: object;
}

const statuses = ['active', 'done', 'error', 'stopped'] as const;
type Status = (typeof statuses)[number];

/** The members of an actor that are read, whatever its logic is. */
interface Actor {
  readonly sessionId: string;
  readonly id?: unknown;
  readonly logic?: unknown;
  readonly _parent?: ActorRefLike | undefined;
}

/** The members of a snapshot that are read. */
interface Snapshot {
  readonly status: string;
  readonly value?: unknown;
  readonly tags?: unknown;
}

/**
 * Makes the report of one inspection event. Of an actor whose chart is not listed it has only that the actor exists,
 * which actor sends to it, and whether it still runs. It never has an input, an output or an error of an actor.
 * @returns nothing for events that inspectors do not show.
 */
export function reportOf(event: InspectionEvent, chartOf: ChartOf): Report | undefined {
  const actor: Actor = event.actorRef;
  const chart = chartOf(actor.logic);
  const about = { sessionId: actor.sessionId, rootId: event.rootId };
  switch (event.type) {
    case '@xstate.actor':
      return { kind: 'actor', about: { ...about, ...started(actor, chart, chartOf) } };
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

function started(actor: Actor, chart: Chart | undefined, chartOf: ChartOf): Omit<AboutNew, keyof About> {
  const { _parent: parent } = actor;
  const name = chart?.id ?? idIn(parent && chartOf(logicOf(parent)), actor.id) ?? actor.sessionId;
  return { name, parentId: parent?.sessionId, definition: chart?.definition ?? JSON.stringify({ id: name }) };
}

const logicOf = (actor: Actor): unknown => actor.logic;

/** The id of an actor that a chart invokes. Any other id was made while the chart ran, and may hold anything. */
const idIn = (parent: Chart | undefined, id: unknown): string | undefined =>
  typeof id === 'string' && parent?.actors.has(id) ? id : undefined;

/** Shown in place of the type of an event that no listed chart names. */
const WITHHELD = 'withheld';

/** The events that XState itself sends. */
const ofXState = new Set([
  'xstate.init',
  'xstate.stop',
  'xstate.promise.resolve',
  'xstate.promise.reject',
  'xstate.observable.next',
  'xstate.observable.error',
  'xstate.observable.complete',
]);

/** Its type alone. What the event carries is in the snapshot that follows it, as far as the chart kept it. */
function eventOf({ type }: ReportedEvent, chart: Chart | undefined): ReportedEvent {
  return { type: ofXState.has(type) || chart?.events.has(type) === true ? type : WITHHELD };
}

function snapshotOf(snapshot: Snapshot, chart: Chart | undefined): ReportedSnapshot {
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

/** The resource tells apart the charts of many sessions. Subject and label are left out: they may name a person. */
const factsOf = (context: AuthContext): object => ({
  resource: placeOf(context.session.resource),
  ...chartFacts(context),
});

/** The active states. A name that the chart does not have is left out. */
function valueIn({ states }: StateNode, value: unknown): StateValue {
  if (typeof value === 'string') return Object.hasOwn(states, value) ? value : {};
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(value).flatMap(([name, inner]) => {
    const child = Object.hasOwn(states, name) ? states[name] : undefined;
    return child ? [[name, valueIn(child, inner)] as const] : [];
  });
  return Object.fromEntries(known);
}

// What the page knows: a pure function of the messages that it has heard. Everything that is shown is made from this.

import type { RequestFact, StepFact } from '../../contract/trace.ts';
import { union } from '../../protocol/scopes.ts';
import type { Action, Message, Row, Said, SessionId } from './messages.ts';

/** A line of a log; numbers grow through all logs. */
export interface Line<Fact> {
  readonly number: number;
  readonly fact: Fact;
}

/** The scopes of a session, and which of them are new. */
export interface Scopes {
  readonly granted: readonly string[];
  /** Those of them that the last grant brought. */
  readonly added: readonly string[];
  /** Asked for, and not granted. */
  readonly asked: readonly string[];
}

/** The resource names another server than the one that it was bound to. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Everything that the page shows of one session. */
export interface SessionView {
  readonly key: string;
  readonly id: SessionId;
  /** The newest step; a session is heard of by its requests first, sometimes. */
  readonly step: StepFact | undefined;
  readonly scopes: Scopes;
  /** The server that the session was bound to last. */
  readonly home: string | undefined;
  readonly move: Move | undefined;
  readonly rows: readonly Row[];
  /** Oldest first. */
  readonly steps: readonly Line<StepFact>[];
  readonly requests: readonly Line<RequestFact>[];
}

/** Everything that the page shows. */
export interface View {
  readonly actions: readonly Action[];
  /** In the order in which they were heard of. */
  readonly sessions: readonly SessionView[];
  /** Issuers, in the order in which they were heard of: each has its letter and its colour by its place. */
  readonly servers: readonly string[];
  readonly said: Said | undefined;
  /** The number of the newest line. */
  readonly newest: number;
}

/** A page that has heard nothing yet. */
export const emptyView: View = { actions: [], sessions: [], servers: [], said: undefined, newest: 0 };

/** How many lines each log keeps. */
export const KEPT = 120;
/** How many sessions are shown; of more, those that were heard of last. */
const MOST_SESSIONS = 40;

const noScopes: Scopes = { granted: [], added: [], asked: [] };

/** What the page shows after one more message. */
export function afterMessage(view: View, message: Message): View {
  switch (message.kind) {
    case 'actions':
      return { ...view, actions: message.actions };
    case 'said':
      return { ...view, said: message };
    case 'holdings': {
      const heard = withServers(
        view,
        message.rows.map(({ issuer }) => issuer),
      );
      return withSession(heard, message.session, (session) => ({ ...session, rows: message.rows }));
    }
    case 'request': {
      const number = view.newest + 1;
      const line = { number, fact: message };
      return withSession({ ...view, newest: number }, message.session, (session) => ({
        ...session,
        requests: capped(session.requests, line),
      }));
    }
    case 'step':
      return afterStep(view, message);
  }
}

function afterStep(view: View, fact: StepFact): View {
  const number = view.newest + 1;
  const { server, bound, passedOver = [] } = fact.facts;
  const heard = withServers(
    view,
    [bound?.issuer, ...passedOver, server].flatMap((one) => one ?? []),
  );
  return withSession({ ...heard, newest: number }, fact.session, (session) => ({
    ...session,
    step: fact,
    scopes: scopesAfter(session.scopes, fact),
    ...bindingAfter(session, fact),
    steps: capped(session.steps, { number, fact }),
  }));
}

const keyOf = ({ resource, subject, label }: SessionId): string => JSON.stringify([resource, subject, label]);

function withSession(view: View, id: SessionId, change: (session: SessionView) => SessionView): View {
  const key = keyOf(id);
  const at = view.sessions.findIndex((one) => one.key === key);
  const before = view.sessions[at];
  if (before) return { ...view, sessions: view.sessions.with(at, change(before)) };
  const fresh: SessionView = {
    key,
    id,
    step: undefined,
    scopes: noScopes,
    home: undefined,
    move: undefined,
    rows: [],
    steps: [],
    requests: [],
  };
  return { ...view, sessions: [...view.sessions, change(fresh)].slice(-MOST_SESSIONS) };
}

function withServers(view: View, issuers: readonly string[]): View {
  const servers = union(view.servers, issuers);
  return servers.length === view.servers.length ? view : { ...view, servers };
}

const capped = <Item>(items: readonly Item[], item: Item): readonly Item[] => [
  ...(items.length < KEPT ? items : items.slice(1 - KEPT)),
  item,
];

function scopesAfter(before: Scopes, { facts }: StepFact): Scopes {
  const { grant, pending, stepUp = [], wish = [] } = facts;
  const granted = grant?.granted ?? [];
  const wanted = union(union(grant?.requested ?? [], pending?.requested ?? []), union(stepUp, wish));
  const asked = without(wanted, granted);
  const isSame = granted.length === before.granted.length && without(granted, before.granted).length === 0;
  const added = isSame ? before.added : before.granted.length === 0 ? [] : without(granted, before.granted);
  return { granted, added, asked };
}

const without = (scopes: readonly string[], others: readonly string[]): readonly string[] =>
  scopes.filter((scope) => !others.includes(scope));

type Bound = Pick<SessionView, 'home' | 'move'>;

function bindingAfter(before: Bound, { entered, facts: { server, bound } }: StepFact): Bound {
  if (entered.some((path) => path.startsWith('signingOut'))) return { home: undefined, move: undefined };
  const home = bound !== undefined && bound.issuer === server ? server : (before.home ?? bound?.issuer);
  if (home === undefined || server === undefined) return { home, move: before.move };
  if (server !== home) return { home, move: { from: home, to: server } };
  // Arrived: it stays to be told until the resource moves again, or goes back before anything came of it.
  return { home, move: before.move?.to === home ? before.move : undefined };
}

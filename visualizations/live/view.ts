// What the page knows: a pure function of the messages that it has received. Everything it shows is made from this.

import type { RequestFact, StepFact } from '../../contract/trace.ts';
import { union } from '../../protocol/scopes.ts';
import type { Action, Message, Row, Said, SessionId } from './messages.ts';

/** A line of a log. All logs share one count. */
export interface Line<Fact> {
  readonly number: number;
  readonly fact: Fact;
}

/** The scopes of a session. */
export interface Scopes {
  readonly granted: readonly string[];
  /** Those of the granted scopes that are new since the grant before. */
  readonly added: readonly string[];
  /** Those that were requested, and not granted. */
  readonly asked: readonly string[];
}

/** A change of the authorization server: the resource names another one than it was bound to. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** What the page knows of one session. */
export interface SessionView {
  readonly key: string;
  readonly id: SessionId;
  /** The newest step. Sometimes the first message of a session is a request. */
  readonly step: StepFact | undefined;
  readonly scopes: Scopes;
  /** The server that the session was bound to last. */
  readonly boundTo: string | undefined;
  readonly move: Move | undefined;
  readonly rows: readonly Row[];
  /** Oldest first. */
  readonly steps: readonly Line<StepFact>[];
  readonly requests: readonly Line<RequestFact>[];
}

/** All that the page knows. */
export interface View {
  readonly actions: readonly Action[];
  /** In the order of their first message. */
  readonly sessions: readonly SessionView[];
  /** The issuers, in the order in which they were first named. Their place gives them a letter and a colour. */
  readonly servers: readonly string[];
  readonly said: Said | undefined;
  /** The number of the newest line. */
  readonly newest: number;
}

/** What the page knows before the first message. */
export const emptyView: View = { actions: [], sessions: [], servers: [], said: undefined, newest: 0 };

/** How many lines each log keeps. */
export const KEPT = 120;
/** How many sessions are shown. When there are more, the newest are. */
const MOST_SESSIONS = 40;

const noScopes: Scopes = { granted: [], added: [], asked: [] };

/** What the page knows after a message. */
export function afterMessage(view: View, message: Message): View {
  switch (message.kind) {
    case 'actions':
      return { ...view, actions: message.actions };
    case 'said':
      return { ...view, said: message };
    case 'holdings': {
      const named = withServers(
        view,
        message.rows.map(({ issuer }) => issuer),
      );
      return withSession(named, message.session, (session) => ({ ...session, rows: message.rows }));
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
  const named = withServers(
    view,
    [bound?.issuer, ...passedOver, server].flatMap((one) => one ?? []),
  );
  return withSession({ ...named, newest: number }, fact.session, (session) => ({
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
    boundTo: undefined,
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
  const { grant, pending, stepUp = [], requestedLogin = [] } = facts;
  const granted = grant?.granted ?? [];
  const wanted = union(
    union(grant?.requested ?? [], pending?.requested ?? []),
    union(stepUp, requestedLogin),
  );
  const asked = without(wanted, granted);
  const isSame = granted.length === before.granted.length && without(granted, before.granted).length === 0;
  const added = isSame ? before.added : before.granted.length === 0 ? [] : without(granted, before.granted);
  return { granted, added, asked };
}

const without = (scopes: readonly string[], others: readonly string[]): readonly string[] =>
  scopes.filter((scope) => !others.includes(scope));

type Bound = Pick<SessionView, 'boundTo' | 'move'>;

function bindingAfter(before: Bound, { entered, facts: { server, bound } }: StepFact): Bound {
  if (entered.some((path) => path.startsWith('signingOut'))) return { boundTo: undefined, move: undefined };
  const boundTo = bound !== undefined && bound.issuer === server ? server : (before.boundTo ?? bound?.issuer);
  if (boundTo === undefined || server === undefined) return { boundTo, move: before.move };
  if (server !== boundTo) return { boundTo, move: { from: boundTo, to: server } };
  // The session is bound to the new server. The move is shown until the resource moves again.
  return { boundTo, move: before.move?.to === boundTo ? before.move : undefined };
}

// What is happening, in sentences for people who see the chart for the first time. They are made of facts alone.
import type { LiveStatus as Status } from '../../contract/live.ts';
import type { ChartFacts } from '../../contract/trace.ts';
import type { LiveChart } from './chart.ts';
import type { Row } from './messages.ts';
import { inWords, serverName } from './names.ts';
import type { Move, SessionView } from './view.ts';

/** The status of a session, in words. */
export interface Summary {
  readonly status: Status;
  readonly word: string;
  /** One or two sentences. */
  readonly sentence: string;
  /** The message of the error; empty when there is none. */
  readonly problem: string;
}

const words: Readonly<Record<Status, string>> = {
  idle: 'idle',
  busy: 'working',
  person: 'waits for a person',
  good: 'logged in',
  refused: 'refused',
  failed: 'failed',
};

type Name = (issuer: string) => string;

/** The status of a session in words, with names for the servers. */
export function summaryOf(chart: LiveChart, servers: readonly string[], session: SessionView): Summary {
  const status = statusOf(chart, session.step?.states ?? []);
  const name: Name = (issuer) => inWords(servers, issuer);
  const { failure, refusal } = session.step?.facts ?? {};
  const isEnd = status === 'refused' || status === 'failed';
  const problem = isEnd ? failure : status === 'good' ? refusal : undefined;
  return {
    status,
    word: words[status],
    sentence: `${movedSentence(session, status, name)} ${stateSentence(chart, session, status, name)}`.trim(),
    problem: problem?.message ?? '',
  };
}

/** The status that these states mean. */
export function statusOf({ states }: LiveChart, active: readonly string[]): Status {
  const tags = active.flatMap(withOuter).flatMap((path) => states[path]?.tags ?? []);
  if (active.includes('rejected')) return 'refused';
  if (active.some((path) => path.split('.')[0] === 'failed')) return 'failed';
  if (tags.includes('needsUser')) return 'person';
  if (tags.includes('busy')) return 'busy';
  return tags.includes('canSend') ? 'good' : 'idle';
}

/** The state itself, and the states that it is in. */
export function withOuter(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'));
}

function movedSentence({ move, step }: SessionView, status: Status, name: Name): string {
  if (!move || !step) return '';
  const moved = `The resource moved from server ${name(move.from)} to server ${name(move.to)}.`;
  const [from, to] = [letter(name(move.from)), letter(name(move.to))];
  if (status === 'refused' || status === 'failed')
    return `${moved} Nothing that ${from} issued is sent to ${to}.`;
  if (step.facts.bound?.issuer === move.to)
    return `${moved} Nothing that ${from} issued was sent to ${to}. ${to} has issued a registration and a grant of its own.`;
  return `${moved} Nothing that ${from} issued is sent to ${to}.${clientSentence(move, step.facts, to)}`;
}

/** How the client becomes known at the new server. */
function clientSentence({ to }: Move, { client }: ChartFacts, there: string): string {
  if (client?.issuer !== to) return '';
  if (client.kind === 'metadata-document') return ` Its metadata document is used at ${there}, too.`;
  return client.kind === 'dynamic' ? ` The client has registered at ${there}.` : '';
}

const letter = (name: string): string => name.split(' ')[0] ?? name;

function stateSentence(
  chart: LiveChart,
  { step, scopes, move }: SessionView,
  status: Status,
  name: Name,
): string {
  if (!step) return 'Nothing has happened yet.';
  const { server, grant } = step.facts;
  switch (status) {
    case 'refused':
      return 'The login was refused, for safety.';
    case 'failed':
      return 'The login failed.';
    case 'person':
      return server === undefined
        ? 'A person has to decide.'
        : `A person has to decide at server ${name(server)}.`;
    case 'good': {
      const where = grant && !move ? ` at server ${name(grant.issuer)}` : '';
      return `Logged in${where}, with ${counted(scopes.granted.length, 'scope')}.`;
    }
    case 'busy':
      return descriptionOf(chart, step.states);
    case 'idle':
      return 'Nobody is logged in.';
  }
}

/** `1 scope`, `2 scopes`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The description of the first of these states that has one. */
export function descriptionOf({ states }: LiveChart, active: readonly string[]): string {
  return active.map((path) => states[path]?.description ?? '').find((one) => one !== '') ?? '';
}

type Use = 'in use' | 'not used' | 'named now';

/** What one server has of a session, and whether it is used. */
export interface Binding {
  readonly issuer: string;
  readonly use: Use;
  /** Why, in a sentence. */
  readonly why: string;
  /** Undefined when the session has nothing of this server. */
  readonly row: Row | undefined;
}

/** Each server that the session has something of, and the one that the resource names now. */
export function bindingsOf(
  { rows, step, move }: SessionView,
  servers: readonly string[],
): readonly Binding[] {
  const now = step?.facts.server ?? move?.to;
  const isNamed = (issuer: string): boolean => now === undefined || now === issuer;
  const short: Name = (issuer) => serverName(servers, issuer).letter;
  const known = rows.map((row): Binding => {
    const { issuer, isCurrent } = row;
    if (isCurrent && isNamed(issuer))
      return { issuer, row, use: 'in use', why: 'The resource names this server, and is bound to it.' };
    if (isNamed(issuer)) return { issuer, row, use: 'named now', why: 'The resource names this server.' };
    return {
      issuer,
      row,
      use: 'not used',
      why: `The resource names ${now === undefined ? 'another' : short(now)} now. Nothing of ${short(issuer)} is sent there.`,
    };
  });
  const isNew = now !== undefined && rows.every(({ issuer }) => issuer !== now);
  const named: Binding = {
    issuer: now ?? '',
    row: undefined,
    use: 'named now',
    why: 'The resource names this server. It has issued nothing yet.',
  };
  return isNew && (step?.states.length ?? 0) > 0 ? [named, ...known] : known;
}

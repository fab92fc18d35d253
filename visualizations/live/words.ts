// What is happening, in sentences for somebody who sees the chart for the first time. Made of facts alone.
import type { ChartFacts } from '../../contract/trace.ts';
import type { LiveChart } from './chart.ts';
import type { Row } from './messages.ts';
import { inWords, serverName } from './names.ts';
import type { Move, SessionView } from './view.ts';

/** How a session stands, for a colour and a word. */
export type Mood = 'rest' | 'busy' | 'person' | 'good' | 'refused' | 'failed';

/** How a session stands, in words. */
export interface Standing {
  readonly mood: Mood;
  readonly word: string;
  /** One or two sentences. */
  readonly sentence: string;
  /** What went wrong, in the words of the error; empty when nothing did. */
  readonly trouble: string;
}

const words: Readonly<Record<Mood, string>> = {
  rest: 'at rest',
  busy: 'working',
  person: 'a person’s turn',
  good: 'logged in',
  refused: 'refused',
  failed: 'failed',
};

type Name = (issuer: string) => string;

/** Says how a session stands, where it has moved, and what went wrong. */
export function standingOf(chart: LiveChart, servers: readonly string[], session: SessionView): Standing {
  const mood = moodOf(chart, session.step?.states ?? []);
  const name: Name = (issuer) => inWords(servers, issuer);
  const { failure, refusal } = session.step?.facts ?? {};
  const trouble = mood === 'refused' || mood === 'failed' ? failure : mood === 'good' ? refusal : undefined;
  return {
    mood,
    word: words[mood],
    sentence: `${movedSentence(session, mood, name)} ${stateSentence(chart, session, mood, name)}`.trim(),
    trouble: trouble?.message ?? '',
  };
}

/** How a session stands, by the states that are active. */
export function moodOf({ states }: LiveChart, active: readonly string[]): Mood {
  const tags = active.flatMap(withOuter).flatMap((path) => states[path]?.tags ?? []);
  if (active.includes('rejected')) return 'refused';
  if (active.some((path) => path.split('.')[0] === 'failed')) return 'failed';
  if (tags.includes('needsUser')) return 'person';
  if (tags.includes('busy')) return 'busy';
  return tags.includes('canSend') ? 'good' : 'rest';
}

/** A state is within others. */
export function withOuter(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'));
}

function movedSentence({ move, step }: SessionView, mood: Mood, name: Name): string {
  if (!move || !step) return '';
  const moved = `The resource moved from server ${name(move.from)} to server ${name(move.to)}.`;
  const [from, to] = [letter(name(move.from)), letter(name(move.to))];
  if (mood === 'refused' || mood === 'failed')
    return `${moved} Nothing that ${from} issued is sent to ${to}.`;
  if (step.facts.bound?.issuer === move.to)
    return `${moved} Nothing that ${from} issued was sent to ${to}, which has issued its own.`;
  return `${moved} Nothing that ${from} issued is sent to ${to}.${clientSentence(move, step.facts, to)}`;
}

/** How the client becomes known at the new server. */
function clientSentence({ to }: Move, { client }: ChartFacts, there: string): string {
  if (client?.issuer !== to) return '';
  if (client.kind === 'metadata-document') return ` Its client document is good at ${there}, too.`;
  return client.kind === 'dynamic' ? ` It is registered anew at ${there}.` : '';
}

const letter = (name: string): string => name.split(' ')[0] ?? name;

function stateSentence(
  chart: LiveChart,
  { step, scopes, move }: SessionView,
  mood: Mood,
  name: Name,
): string {
  if (!step) return 'Nothing has happened yet.';
  const { server, grant } = step.facts;
  switch (mood) {
    case 'refused':
      return 'This client is refused, for safety.';
    case 'failed':
      return 'It failed.';
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
    case 'rest':
      return 'Nobody is logged in.';
  }
}

/** A number with its noun: `1 scope`, `2 scopes`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Of the innermost state that has one. */
export function descriptionOf({ states }: LiveChart, active: readonly string[]): string {
  return active.map((path) => states[path]?.description ?? '').find((one) => one !== '') ?? '';
}

type Use = 'in use' | 'not used' | 'named now';

/** One server of a session, in words: whether it is in use, and why. */
export interface Binding {
  readonly issuer: string;
  readonly use: Use;
  /** Why, in a sentence. */
  readonly why: string;
  /** Nothing where the session has nothing of this server. */
  readonly row: Row | undefined;
}

/** Each server that holds something of the session, and the one that the resource names now. */
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
      why: `The resource names ${now === undefined ? 'another' : short(now)} now: nothing of ${short(issuer)} is sent there.`,
    };
  });
  const isHeldByNobody = now !== undefined && rows.every(({ issuer }) => issuer !== now);
  const named: Binding = {
    issuer: now ?? '',
    row: undefined,
    use: 'named now',
    why: 'The resource names this server; it has issued nothing.',
  };
  return isHeldByNobody && (step?.states.length ?? 0) > 0 ? [named, ...known] : known;
}

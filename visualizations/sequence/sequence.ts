// A recorded run as a sequence of messages between participants, in the phases of the chart.
import type { RequestFact, StepFact, TraceFact } from '../../contract/trace.ts';
import { urlOf } from '../../protocol/url.ts';
import { phaseOf } from '../model.ts';
import { refusals, type Tone } from '../roles.ts';

/** `person`, `client`, or the origin of a server. */
type Participant = string;

/** A message from one participant to another. */
export interface Message {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly from: Participant;
  readonly to: Participant;
  readonly text: string;
  /** The answer. Absent when the trace has none. */
  readonly answer?: string;
  readonly tone: Tone;
}

/** One visit to a phase of the chart, with the messages during it. */
export interface Visit {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly phase: string;
  /** The requirements of the states that were entered. */
  readonly spec: readonly string[];
  /** The outcome: the grant or the failure; '' when there is none. */
  readonly text: string;
  readonly tone: Tone;
  readonly messages: readonly Message[];
}

/** All that happened in one session. */
export interface Sequence {
  readonly title: string;
  /** In the order of the columns. */
  readonly participants: readonly { readonly id: Participant; readonly label: string }[];
  readonly visits: readonly Visit[];
}

/** Makes one sequence for each session of the trace, in the order of their first facts. */
export function sequencesOf(facts: readonly TraceFact[]): readonly Sequence[] {
  const sessions = new Map<string, TraceFact[]>();
  for (const fact of facts) {
    const key = JSON.stringify(fact.session);
    sessions.set(key, [...(sessions.get(key) ?? []), fact]);
  }
  return [...sessions.values()].map(sequenceOf);
}

function sequenceOf(facts: readonly TraceFact[]): Sequence {
  const [first] = facts;
  const { resource = '', subject = '', label = '' } = first?.session ?? {};
  const builder = new SequenceBuilder(first?.at ?? 0, resource);
  for (const fact of facts) {
    if (fact.kind === 'request') builder.request(fact);
    else builder.step(fact);
  }
  const whose = [subject, label].filter((part) => part !== '').join(', ');
  return {
    title: whose === '' ? resource : `${resource} (${whose})`,
    participants: participantsIn(builder.visits, resource),
    visits: builder.visits,
  };
}

/** What a person does, in words. */
const userActions: Readonly<Record<string, string>> = {
  'user.login': 'logs in',
  'user.logout': 'logs out',
  'user.cancel': 'cancels',
  'user.retry': 'tries again',
};

interface OpenVisit extends Visit {
  spec: readonly string[];
  text: string;
  tone: Tone;
  readonly messages: Message[];
}

class SequenceBuilder {
  readonly visits: OpenVisit[] = [];
  readonly #start: number;
  readonly #resource: string;

  constructor(start: number, resource: string) {
    this.#start = start;
    this.#resource = resource;
  }

  request({ at, method, url, status, purpose }: RequestFact): void {
    const to = purpose === 'resource' ? originOf(this.#resource) : originOf(url);
    const isWell = status !== undefined && status < 400;
    this.#add(at, {
      from: 'client',
      to,
      text: `${method} ${pathOf(url)}`,
      answer: status === undefined ? 'no answer' : String(status),
      tone: isWell ? 'main' : status === 401 || status === 403 ? 'plain' : 'refusal',
    });
  }

  step(fact: StepFact): void {
    const { at, event } = fact;
    const server = hostOf(fact.facts.pending?.issuer ?? fact.facts.server ?? '');
    const action = userActions[event];
    if (action) this.#add(at, { from: 'person', to: 'client', text: action, tone: 'person' });
    if (event === 'done of awaitResponse' || event === 'response.received')
      this.#add(at, { from: 'person', to: 'client', text: `back from ${server}`, tone: 'person' });
    this.#enter(fact);
    if (event === 'done of presentAuthorization' || event === 'done of presentDeviceCode')
      this.#add(at, { from: 'client', to: 'person', text: `go to ${server}`, tone: 'person' });
  }

  #add(at: number, message: Omit<Message, 'at'>): void {
    this.visits.at(-1)?.messages.push({ at: at - this.#start, ...message });
  }

  /** Continues the visit to this phase, or begins a new one. A phase that is left at once adds only its requirements. */
  #enter({ at, entered, states, spec, facts }: StepFact): void {
    const phase = phaseOf(states[0] ?? '');
    const before = this.visits.at(-1);
    const hasLeft = entered.some((state) => phaseOf(state) !== phase);
    const visit =
      before?.phase === phase && !hasLeft
        ? before
        : { at: at - this.#start, phase, spec: [], text: '', tone: toneOf(phase), messages: [] };
    visit.spec = [...new Set([...visit.spec, ...spec])];
    visit.text = outcomeOf(phase, facts);
    if (visit !== before) this.visits.push(visit);
  }
}

function toneOf(phase: string): Tone {
  if (refusals.includes(phase)) return 'refusal';
  return phase === 'authorized' ? 'main' : 'plain';
}

function outcomeOf(phase: string, { grant, failure, refusal, bound }: StepFact['facts']): string {
  if (refusals.includes(phase)) return failure ? `${failure.code}: ${failure.message}` : '';
  if (phase !== 'authorized' || !grant) return '';
  const scopes = grant.granted.length > 0 ? `: ${grant.granted.join(' ')}` : '';
  const refused = refusal ? `; ${refusal.code}` : '';
  return `by ${hostOf(bound?.issuer ?? grant.issuer)}${scopes}${refused}`;
}

/** The person and the client first, then the resource, then the servers in the order of their first request. */
function participantsIn(visits: readonly Visit[], resource: string): Sequence['participants'] {
  const origin = originOf(resource);
  const named = visits.flatMap(({ messages }) => messages.flatMap(({ from, to }) => [from, to]));
  const servers = [...new Set(named)].filter((one) => !['person', 'client', origin].includes(one));
  return [
    ...(named.includes('person') ? [{ id: 'person', label: 'person' }] : []),
    { id: 'client', label: 'client' },
    { id: origin, label: `resource ${hostOf(origin)}` },
    ...servers.map((id) => ({ id, label: `server ${hostOf(id)}` })),
  ];
}

const originOf = (url: string): string => urlOf(url)?.origin ?? url;
const hostOf = (url: string): string => urlOf(url)?.host ?? url;
const pathOf = (url: string): string => urlOf(url)?.pathname ?? url;

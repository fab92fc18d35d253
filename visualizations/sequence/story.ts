// A recorded run as a sequence of messages: who says what to whom, and which phase of the chart it belongs to.
import type { RequestFact, StepFact, TraceFact } from '../../contract/trace.ts';
import { urlOf } from '../../protocol/url.ts';
import { phaseOf } from '../model.ts';
import { refusals, type Tone } from '../roles.ts';

/** `person`, `client`, or the origin of a server. */
type Participant = string;

/** One thing that is said: a request with its answer, or what a person does. */
export interface Message {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly from: Participant;
  readonly to: Participant;
  readonly text: string;
  /** What the answer was; absent where none is told. */
  readonly answer?: string;
  readonly tone: Tone;
}

/** One stay in a phase of the chart, with what is said meanwhile. */
export interface Stay {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly phase: string;
  /** Requirements that the states serve which are entered. */
  readonly spec: readonly string[];
  /** What it came to, where that is worth telling. */
  readonly text: string;
  readonly tone: Tone;
  readonly messages: readonly Message[];
}

/** One session of a recorded run, from its first message to its last. */
export interface Sequence {
  readonly title: string;
  /** In the order of the columns. */
  readonly participants: readonly { readonly id: Participant; readonly label: string }[];
  readonly stays: readonly Stay[];
}

/** One sequence for each session of the trace, in the order in which they begin. */
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
  const teller = new Teller(first?.at ?? 0, resource);
  for (const fact of facts) {
    if (fact.kind === 'request') teller.request(fact);
    else teller.step(fact);
  }
  const whose = [subject, label].filter((part) => part !== '').join(', ');
  return {
    title: whose === '' ? resource : `${resource} (${whose})`,
    participants: participantsIn(teller.stays, resource),
    stays: teller.stays,
  };
}

/** What people do, in words. */
const deeds: Readonly<Record<string, string>> = {
  'user.login': 'logs in',
  'user.logout': 'logs out',
  'user.cancel': 'cancels',
  'user.retry': 'tries again',
};

interface OpenStay extends Stay {
  spec: readonly string[];
  text: string;
  tone: Tone;
  readonly messages: Message[];
}

class Teller {
  readonly stays: OpenStay[] = [];
  readonly #start: number;
  readonly #resource: string;

  constructor(start: number, resource: string) {
    this.#start = start;
    this.#resource = resource;
  }

  request({ at, method, url, status, purpose }: RequestFact): void {
    const to = purpose === 'resource' ? originOf(this.#resource) : originOf(url);
    const isWell = status !== undefined && status < 400;
    this.#say(at, {
      from: 'client',
      to,
      text: `${method} ${pathOf(url)}`,
      answer: status === undefined ? 'no answer' : String(status),
      tone: isWell ? 'road' : status === 401 || status === 403 ? 'plain' : 'refusal',
    });
  }

  step(fact: StepFact): void {
    const { at, event } = fact;
    const server = hostOf(fact.facts.pending?.issuer ?? fact.facts.server ?? '');
    const deed = deeds[event];
    if (deed) this.#say(at, { from: 'person', to: 'client', text: deed, tone: 'person' });
    if (event === 'done of awaitResponse' || event === 'response.received')
      this.#say(at, { from: 'person', to: 'client', text: `back from ${server}`, tone: 'person' });
    this.#enter(fact);
    if (event === 'done of presentAuthorization' || event === 'done of presentDeviceCode')
      this.#say(at, { from: 'client', to: 'person', text: `go to ${server}`, tone: 'person' });
  }

  #say(at: number, message: Omit<Message, 'at'>): void {
    this.stays.at(-1)?.messages.push({ at: at - this.#start, ...message });
  }

  /** Goes on in the phase that it is in, or begins to stay in another. Phases that are passed at once leave their ids. */
  #enter({ at, entered, states, spec, facts }: StepFact): void {
    const phase = phaseOf(states[0] ?? '');
    const before = this.stays.at(-1);
    const hasLeft = entered.some((state) => phaseOf(state) !== phase);
    const stay =
      before?.phase === phase && !hasLeft
        ? before
        : { at: at - this.#start, phase, spec: [], text: '', tone: toneOf(phase), messages: [] };
    stay.spec = [...new Set([...stay.spec, ...spec])];
    stay.text = outcomeOf(phase, facts);
    if (stay !== before) this.stays.push(stay);
  }
}

function toneOf(phase: string): Tone {
  if (refusals.includes(phase)) return 'refusal';
  return phase === 'authorized' ? 'road' : 'plain';
}

function outcomeOf(phase: string, { grant, failure, refusal, bound }: StepFact['facts']): string {
  if (refusals.includes(phase)) return failure ? `${failure.code}: ${failure.message}` : '';
  if (phase !== 'authorized' || !grant) return '';
  const scopes = grant.granted.length > 0 ? `: ${grant.granted.join(' ')}` : '';
  const told = refusal ? `; ${refusal.code}` : '';
  return `by ${hostOf(bound?.issuer ?? grant.issuer)}${scopes}${told}`;
}

/** Person and client first, then the resource, then servers in the order in which they are asked. */
function participantsIn(stays: readonly Stay[], resource: string): Sequence['participants'] {
  const origin = originOf(resource);
  const said = stays.flatMap(({ messages }) => messages.flatMap(({ from, to }) => [from, to]));
  const servers = [...new Set(said)].filter((one) => !['person', 'client', origin].includes(one));
  return [
    ...(said.includes('person') ? [{ id: 'person', label: 'person' }] : []),
    { id: 'client', label: 'client' },
    { id: origin, label: `resource ${hostOf(origin)}` },
    ...servers.map((id) => ({ id, label: `server ${hostOf(id)}` })),
  ];
}

const originOf = (url: string): string => urlOf(url)?.origin ?? url;
const hostOf = (url: string): string => urlOf(url)?.host ?? url;
const pathOf = (url: string): string => urlOf(url)?.pathname ?? url;

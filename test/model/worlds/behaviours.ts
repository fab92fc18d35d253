// What can happen in a world: steps as data, how likely they are, and each as a sentence.
import fc from 'fast-check';
import type { Place } from '../../support/world.ts';

export type Server = Exclude<Place, 'resource'>;
export type ClientKind = 'dynamic' | 'document' | 'by hand';
export type Outage = 'answers 503' | 'cuts connections' | 'loses its answers';
export type Metadata = 'correct' | 'of another issuer' | 'without PKCE';
export type Response = 'correct' | 'of another issuer' | 'without issuer' | 'with another state';
export type Person = 'approves' | 'denies' | 'stays away';

/** What may happen at any moment, also while something else is under way. */
export type Event =
  | { readonly do: 'move'; readonly to: Server | 'both' }
  | { readonly do: 'expire'; readonly at: Server }
  | { readonly do: 'revoke'; readonly at: Server }
  | { readonly do: 'forget client'; readonly at: Server }
  | { readonly do: 'outage'; readonly at: Place; readonly how: Outage }
  | { readonly do: 'outage ends'; readonly at: Place }
  | { readonly do: 'cancel login' }
  | { readonly do: 'logout' }
  | { readonly do: 'restart' }
  | { readonly do: 'login'; readonly scopes: readonly string[] };

/** Something that happens as a certain request of a step leaves; `abort` gives up the call itself. */
export interface Meanwhile {
  /** Counted from 1. */
  readonly request: number;
  readonly event: Event | { readonly do: 'abort' };
}

export type Step =
  | Event
  | { readonly do: 'call'; readonly tools: readonly string[]; readonly meanwhile: Meanwhile | null }
  | { readonly do: 'need'; readonly tool: string; readonly scope: string | null }
  | { readonly do: 'metadata'; readonly at: Server; readonly is: Metadata }
  | { readonly do: 'response'; readonly at: Server; readonly is: Response }
  | { readonly do: 'person'; readonly now: Person }
  | { readonly do: 'late answer' }
  | { readonly do: 'answer again' }
  | { readonly do: 'grant'; readonly all: boolean }
  | { readonly do: 'rotation'; readonly on: boolean }
  | { readonly do: 'time'; readonly minutes: number };

/** A world: who the client is, and what happens. */
export interface Scenario {
  readonly interaction: 'ask' | 'auto';
  readonly client: ClientKind;
  readonly steps: readonly Step[];
}

/** A need that no token meets: another scope each time. */
export const EVER_NEW = 'ever new';

const server = fc.constantFrom<Server>('a', 'b');
const place = fc.constantFrom<Place>('resource', 'a', 'b');
const tool = fc.constantFrom('list', 'edit', 'purge');
const scopes = fc.constantFrom<readonly string[]>([], ['write'], ['admin']);

const move = fc.record({ do: fc.constant('move'), to: fc.constantFrom<Server | 'both'>('a', 'b', 'both') });
const expire = fc.record({ do: fc.constant('expire'), at: server });
const revoke = fc.record({ do: fc.constant('revoke'), at: server });
const forget = fc.record({ do: fc.constant('forget client'), at: server });
const outage = fc.record({
  do: fc.constant('outage'),
  at: place,
  how: fc.constantFrom<Outage>('answers 503', 'cuts connections', 'loses its answers'),
});
const outageEnds = fc.record({ do: fc.constant('outage ends'), at: place });
const login = fc.record({ do: fc.constant('login'), scopes });
const simple = <Name extends string>(name: Name) => fc.constant({ do: name });

const event: fc.Arbitrary<Event> = fc.oneof(
  move,
  expire,
  revoke,
  forget,
  outage,
  simple('cancel login'),
  simple('logout'),
  simple('restart'),
  login,
);
const meanwhile: fc.Arbitrary<Meanwhile | null> = fc.oneof(
  { arbitrary: fc.constant(null), weight: 3 },
  {
    arbitrary: fc.record({
      request: fc.integer({ min: 1, max: 9 }),
      event: fc.oneof(simple('abort'), event),
    }),
    weight: 2,
  },
);
const call = fc.record({
  do: fc.constant('call'),
  tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
  meanwhile,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: call, weight: 16 },
  { arbitrary: login, weight: 7 },
  { arbitrary: simple('logout'), weight: 1 },
  { arbitrary: simple('cancel login'), weight: 1 },
  { arbitrary: simple('late answer'), weight: 2 },
  { arbitrary: simple('answer again'), weight: 1 },
  { arbitrary: simple('restart'), weight: 2 },
  { arbitrary: move, weight: 5 },
  { arbitrary: expire, weight: 4 },
  { arbitrary: revoke, weight: 2 },
  { arbitrary: forget, weight: 1 },
  { arbitrary: outage, weight: 2 },
  { arbitrary: outageEnds, weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('need'),
      tool,
      scope: fc.constantFrom(null, 'write', 'admin', 'read write', EVER_NEW),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('metadata'),
      at: server,
      is: fc.constantFrom<Metadata>('correct', 'of another issuer', 'without PKCE'),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('response'),
      at: server,
      is: fc.constantFrom<Response>('correct', 'of another issuer', 'without issuer', 'with another state'),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('person'),
      now: fc.constantFrom<Person>('approves', 'denies', 'stays away'),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('grant'), all: fc.boolean() }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('rotation'), on: fc.boolean() }), weight: 1 },
  {
    arbitrary: fc.record({ do: fc.constant('time'), minutes: fc.constantFrom(1, 4.7, 6, 11, 120) }),
    weight: 3,
  },
);

/** Stories that shrink to the shortest one that still goes wrong. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  interaction: fc.constantFrom<'ask' | 'auto'>('auto', 'ask'),
  client: fc.constantFrom<ClientKind>('dynamic', 'dynamic', 'document', 'by hand'),
  steps: fc.array(step, { minLength: 2, maxLength: 14, size: 'max' }),
});

const name = (at: Place): string => (at === 'resource' ? 'the resource' : `server ${at.toUpperCase()}`);
const scopesAsked = (wanted: readonly string[]): string =>
  wanted.length === 0 ? '' : ` for ${wanted.join(' ')}`;

function describeMeanwhile({ request, event }: Meanwhile): string {
  const what = event.do === 'abort' ? 'the app gives the call up' : describeStep(event);
  return `; as request ${request} of it leaves, ${what}`;
}

/** One step as a sentence. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'call':
      return `the app calls ${step.tools.join(' and ')}${step.meanwhile ? describeMeanwhile(step.meanwhile) : ''}`;
    case 'login':
      return `the app asks to log in${scopesAsked(step.scopes)}`;
    case 'logout':
      return 'the app logs out';
    case 'cancel login':
      return 'the person cancels the login';
    case 'restart':
      return 'the app restarts';
    case 'move':
      return step.to === 'both'
        ? 'the resource names both servers'
        : `the resource moves to ${name(step.to)}`;
    case 'expire':
      return `the access tokens of ${name(step.at)} run out`;
    case 'revoke':
      return `${name(step.at)} revokes all tokens`;
    case 'forget client':
      return `${name(step.at)} forgets who registered`;
    case 'outage':
      return `${name(step.at)} ${step.how}`;
    case 'outage ends':
      return `${name(step.at)} works again`;
    case 'need':
      return `${step.tool} now needs ${step.scope === null ? 'no scope' : step.scope === EVER_NEW ? 'another scope each time' : `the scope ${step.scope}`}`;
    case 'metadata':
      return `the metadata of ${name(step.at)} is now ${step.is}`;
    case 'response':
      return `the authorization responses of ${name(step.at)} are now ${step.is}`;
    case 'person':
      return `from now on the person ${step.now}`;
    case 'late answer':
      return 'the person finishes the login that was shown last';
    case 'answer again':
      return 'the browser calls the last callback again';
    case 'grant':
      return `tokens have ${step.all ? 'all scopes asked for' : 'the scope read only'} from now on`;
    case 'rotation':
      return `refresh tokens are ${step.on ? 'replaced' : 'kept'} at renewal from now on`;
    case 'time':
      return `${step.minutes} minutes pass`;
  }
}

/** A scenario, one sentence in a line. */
export function describeScenario({ interaction, client, steps }: Scenario): string {
  const who = {
    dynamic: 'registers itself',
    document: 'has a metadata document',
    'by hand': 'is known to A',
  };
  const beginning = `interaction: ${interaction}; the client ${who[client]}; the resource names server A; edit needs write, purge admin`;
  return [beginning, ...steps.map((step) => `${describeStep(step)}`)].map((line) => `  - ${line}`).join('\n');
}

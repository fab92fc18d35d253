// What can happen in a world: steps as data, and how likely they are.
import fc from 'fast-check';
import type { Place } from '../../support/world.ts';

export type Server = Exclude<Place, 'resource'>;
export type ClientKind = 'dynamic' | 'document' | 'by hand';
export type Outage = 'answers 503' | 'cuts connections' | 'loses its answers';
export type Metadata = 'correct' | 'of another issuer' | 'without PKCE';
export type Response = 'correct' | 'of another issuer' | 'without issuer' | 'with another state';
/** How a server shows that it does not know a client any more. */
export type Forgetting = 'at the token endpoint' | 'at the redirect' | 'by a page';
export type Person = 'approves' | 'denies' | 'stays away';

/** Which one of those that ask: the session of an engine by its number from 0, or the embedded chart after them. */
export type App = number;

/** What may happen at any moment, also while something else is under way. */
export type Event =
  | { readonly do: 'move'; readonly to: Server | 'both' }
  | { readonly do: 'expire'; readonly at: Server }
  | { readonly do: 'revoke'; readonly at: Server }
  | { readonly do: 'forget client'; readonly at: Server }
  | { readonly do: 'outage'; readonly at: Place; readonly how: Outage }
  | { readonly do: 'outage ends'; readonly at: Place }
  | { readonly do: 'cancel login' | 'logout'; readonly by: App }
  | { readonly do: 'restart' | 'die'; readonly by: App }
  | { readonly do: 'login'; readonly by: App; readonly scopes: readonly string[] };

/** Something that happens as a certain request of a step leaves; `abort` gives up the call itself. */
export interface Meanwhile {
  /** Counted from 1. */
  readonly request: number;
  readonly event: Event | { readonly do: 'abort' };
}

export type Step =
  | Event
  | {
      readonly do: 'call';
      readonly by: App;
      readonly tools: readonly string[];
      readonly meanwhile: Meanwhile | null;
    }
  | {
      readonly do: 'logins at once';
      readonly by: readonly App[];
      readonly scopes: readonly string[];
      readonly meanwhile: Meanwhile | null;
    }
  | { readonly do: 'need'; readonly tool: string; readonly scope: string | null }
  | { readonly do: 'metadata'; readonly at: Server; readonly is: Metadata }
  | { readonly do: 'response'; readonly at: Server; readonly is: Response }
  | { readonly do: 'forgetting'; readonly at: Server; readonly shows: Forgetting }
  | { readonly do: 'scopes'; readonly at: Server; readonly areHeld: boolean }
  | { readonly do: 'person'; readonly now: Person }
  | { readonly do: 'late answer' }
  | { readonly do: 'answer again' }
  | { readonly do: 'grant'; readonly all: boolean }
  | { readonly do: 'rotation'; readonly on: boolean }
  | { readonly do: 'time'; readonly minutes: number };

/** A world: who the client is, which engines share its home, and what happens. */
export interface Scenario {
  readonly interaction: 'ask' | 'auto';
  readonly client: ClientKind;
  /** Each is a process of its own, on the same home. */
  readonly engines: number;
  /** Whether the chart of the last engine runs in a chart of its host, too, beside the session. */
  readonly isEmbedded: boolean;
  readonly home: 'tells' | 'cannot tell';
  /** Where people come back to: a route that some engine serves, or a port of the engine that sent them. */
  readonly callback: 'route' | 'port';
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
const app: fc.Arbitrary<App> = fc.nat(3);
const login = fc.record({ do: fc.constant('login'), by: app, scopes });
const byApp = <Name extends string>(name: Name) => fc.record({ do: fc.constant(name), by: app });
const simple = <Name extends string>(name: Name) => fc.constant({ do: name });

const event: fc.Arbitrary<Event> = fc.oneof(
  move,
  expire,
  revoke,
  forget,
  outage,
  byApp('cancel login'),
  byApp('logout'),
  byApp('restart'),
  byApp('die'),
  login,
);
const happening = (what: fc.Arbitrary<Meanwhile['event']>): fc.Arbitrary<Meanwhile | null> =>
  fc.oneof(
    { arbitrary: fc.constant(null), weight: 3 },
    { arbitrary: fc.record({ request: fc.integer({ min: 1, max: 9 }), event: what }), weight: 2 },
  );
const call = fc.record({
  do: fc.constant('call'),
  by: app,
  tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
  meanwhile: happening(fc.oneof(simple('abort'), event)),
});

const loginsAtOnce = fc.record({
  do: fc.constant('logins at once'),
  by: fc.array(app, { minLength: 2, maxLength: 4 }),
  scopes,
  meanwhile: happening(event),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: call, weight: 16 },
  { arbitrary: login, weight: 7 },
  { arbitrary: loginsAtOnce, weight: 4 },
  { arbitrary: byApp('logout'), weight: 1 },
  { arbitrary: byApp('cancel login'), weight: 1 },
  { arbitrary: simple('late answer'), weight: 2 },
  { arbitrary: simple('answer again'), weight: 1 },
  { arbitrary: byApp('restart'), weight: 2 },
  { arbitrary: byApp('die'), weight: 2 },
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
      do: fc.constant('forgetting'),
      at: server,
      shows: fc.constantFrom<Forgetting>('at the token endpoint', 'at the redirect', 'by a page'),
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('scopes'), at: server, areHeld: fc.boolean() }), weight: 1 },
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

/** How many can ask in a world. */
export const appsIn = ({ engines, isEmbedded }: Scenario): number => engines + (isEmbedded ? 1 : 0);

/** The same step, by those who are there. */
function among<Of extends Step | Meanwhile['event']>(step: Of, apps: number): Of {
  const { by } = 'by' in step ? step : { by: 0 };
  const of = typeof by === 'number' ? by % apps : [...new Set(by.map((one) => one % apps))];
  const meanwhile = 'meanwhile' in step ? step.meanwhile : null;
  return {
    ...step,
    ...('by' in step && { by: of }),
    ...(meanwhile && { meanwhile: { ...meanwhile, event: among(meanwhile.event, apps) } }),
  };
}

const late = [{ do: 'late answer' }] as const;

/** What may come while several wait for one login. */
const whileWaiting: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { arbitrary: fc.constant(late), weight: 4 },
  { arbitrary: fc.constant([{ do: 'person', now: 'denies' } as const, ...late]), weight: 3 },
  {
    arbitrary: fc
      .oneof(
        login,
        byApp('cancel login'),
        byApp('cancel login'),
        byApp('die'),
        byApp('restart'),
        byApp('logout'),
      )
      .map((one) => [one]),
    weight: 8,
  },
  { arbitrary: step.map((one) => [one]), weight: 3 },
);

/** A login that others join, and what comes of it. */
const joinedLogin: fc.Arbitrary<readonly Step[]> = fc
  .record({
    by: fc.shuffledSubarray<App>([0, 1, 2], { minLength: 2 }),
    scopes,
    rest: fc.array(whileWaiting, { minLength: 1, maxLength: 4 }),
  })
  .map(({ by, scopes, rest }) => [
    { do: 'person', now: 'stays away' },
    ...by.map((one): Step => ({ do: 'login', by: one, scopes })),
    ...rest.flat(),
  ]);

const common = {
  interaction: fc.constantFrom<'ask' | 'auto'>('auto', 'ask'),
  client: fc.constantFrom<ClientKind>('dynamic', 'dynamic', 'document', 'by hand'),
  callback: fc.constantFrom<Scenario['callback']>('route', 'port'),
};

const alone: fc.Arbitrary<Scenario> = fc.record({
  ...common,
  engines: fc.constant(1),
  isEmbedded: fc.constant(false),
  home: fc.constant('tells'),
  steps: fc.array(step, { minLength: 2, maxLength: 14, size: 'max' }),
});

const withSiblings: fc.Arbitrary<Scenario> = fc
  .record({
    ...common,
    engines: fc.constantFrom(2, 2, 3),
    isEmbedded: fc.boolean(),
    home: fc.constantFrom('tells', 'cannot tell'),
    steps: fc
      .array(
        fc.oneof({ arbitrary: step.map((one) => [one]), weight: 7 }, { arbitrary: joinedLogin, weight: 2 }),
        {
          minLength: 1,
          maxLength: 6,
          size: 'max',
        },
      )
      .map((parts) => parts.flat()),
  })
  .map((scenario) => ({
    ...scenario,
    // Not two engines and a chart, but one with both.
    engines: scenario.isEmbedded ? scenario.engines - 1 : scenario.engines,
  }))
  .map((scenario) => ({ ...scenario, steps: scenario.steps.map((one) => among(one, appsIn(scenario))) }));

/** Stories that shrink to the shortest one that still goes wrong. Half of them have several that ask. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  alone.map((scenario) => ({ ...scenario, steps: scenario.steps.map((one) => among(one, 1)) })),
  withSiblings,
);

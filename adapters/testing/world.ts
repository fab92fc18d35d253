// A whole world for tests: authorization servers, protected resources, a person and a clock, on no port.
import type { UserAgent } from '../../actors/userAgents/userAgent.ts';
import type { EngineOptions } from '../../engine/engineOptions.ts';
import { answered, Busy } from './answering.ts';
import type { Incoming } from './answers.ts';
import { browserOf } from './browser.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { type Expectations, expectationsOf } from './expectations.ts';
import { failed, portlessFetch } from './fetching.ts';
import type { WorldState } from './ledger.ts';
import {
  type Fault,
  type MisbehaveOptions,
  type Misbehaviour,
  Misbehaviours,
  type Where,
} from './misbehaviour.ts';
import { planOf, type TestWorldOptions, type WorldPlan } from './options.ts';
import { decidingPerson, type TestPerson } from './person.ts';
import { TestRecord, type TestRequest } from './record.ts';
import { stateOf } from './state.ts';
import { type Outage, place, type Tricks, tricksOf } from './tricks.ts';
import { testUserAgent } from './userAgent.ts';

/** A world: what is in it, what was sent in it, the tricks that a test plays, and what it expects. */
export interface TestWorld extends Tricks, Expectations {
  /** URL of the first resource. */
  readonly resource: string;
  /** The URL of a resource, or the issuer of a server, by its name. @throws AuthError `config_invalid` for another name. */
  urlOf(name: string): string;
  /** Reaches this world and nothing else. On loopback it is the `fetch` of the platform. */
  readonly fetch: typeof globalThis.fetch;
  /** The world's time: it runs, and goes ahead when the test says so. */
  readonly clock: TestClock;
  /** Who is asked at the servers. They consent unless told otherwise. */
  readonly person: TestPerson;
  /** Leads the person of this world to the page, and brings the response. It ends with the world, not with an engine. */
  readonly userAgent: UserAgent;
  /**
   * What an engine needs to be in this world: `createAuthEngine({ ...world.engineOptions, client })`. Any number of engines
   * may have it, one after the other or at a time.
   */
  readonly engineOptions: Required<Pick<EngineOptions, 'fetch' | 'userAgent' | 'now' | 'sleep'>>;
  /** All that was sent, oldest first, with the names of secrets in their place. */
  readonly requests: readonly TestRequest[];
  /** The same, one line for each request: for a person who reads what went wrong. It holds no secret. */
  describe(): string;
  /**
   * Has a server or resource misbehave at the requests that `where` describes. Of several that fit, the latest is played.
   * @returns ends it.
   */
  misbehave(where: Where, how: Misbehaviour, options?: MisbehaveOptions): () => void;
  /** Ends whatever waits in this world. A world without a port keeps nothing open. */
  close(): Promise<void>;
}

/** What a world is made of, for whoever brings its requests: without a port, or on loopback. */
export interface BuiltWorld {
  readonly world: Omit<TestWorld, 'close'>;
  readonly answer: (incoming: Incoming) => Promise<Response | Fault>;
  /** Given when the world is closed. */
  readonly closing: AbortController;
}

/**
 * Makes a world with authorization servers `a` and `b`, and a resource that names `a`, unless the options say otherwise.
 * Nothing listens: `world.fetch` reaches it, and nothing else does. Its servers do what the specifications ask of them, and
 * refuse what a correct server refuses; `requests` and `describe()` say why.
 * @throws AuthError `config_invalid` for an option that cannot be used.
 * @example
 * import { createAuthEngine } from 'authchart';
 * import { createTestWorld } from 'authchart/testing';
 * const world = createTestWorld();
 * const engine = createAuthEngine({ ...world.engineOptions, client: { name: 'My app' } });
 * await engine.session({ resource: world.resource }).login();
 * world.expectLogins(1);
 * world.expectNothingCrossed();
 * @see RFC 9728, RFC 8414, RFC 7591, RFC 7636, RFC 8707, RFC 9207, RFC 7009, RFC 8628
 */
export function createTestWorld(options: TestWorldOptions = {}): TestWorld {
  const { world, closing } = buildWorld(planOf(options), (name) => `https://${name}.test`, portlessFetch);
  return Object.assign(world, {
    close: async () => closing.abort(failed('the world was closed', 'ECONNRESET')),
  });
}

/**
 * @param originOf the origin of a server or resource.
 * @param fetchOf makes the `fetch` that reaches the world.
 */
export function buildWorld(
  plan: WorldPlan,
  originOf: (name: string) => string,
  fetchOf: (answer: BuiltWorld['answer'], closing: AbortSignal) => typeof globalThis.fetch,
): BuiltWorld {
  const closing = new AbortController();
  const busy = new Busy();
  const clock = createTestClock({ start: plan.start, isBusy: busy.now });
  const deciding = decidingPerson(clock.sleep);
  const state = stateOf(plan, originOf, clock, (asking, signal) =>
    busy.except(() => deciding.ask(asking, AbortSignal.any([signal, closing.signal]))),
  );
  const record = new TestRecord(state.secrets, (name) => state.servers.has(name));
  const misbehaviours = new Misbehaviours((name) => place(state, name));
  const outages = new Map<string, Outage>();
  const answer = (incoming: Incoming): Promise<Response | Fault> =>
    answered({ state, record, misbehaviours, outages, busy }, incoming);
  const fetch = fetchOf(answer, closing.signal);
  const person = Object.assign(deciding, browserOf(state, fetch, deciding.ask, closing.signal));
  const reaching = { fetch, clock, person, userAgent: testUserAgent(person.opens, closing.signal) };
  const world: BuiltWorld['world'] = {
    ...tricksOf(state, outages),
    ...expectationsOf(state, record, person.logins),
    ...reaching,
    resource: [...state.resources.values()][0]?.url ?? '',
    urlOf: (name) => urlOf(state, name),
    get requests() {
      return record.exchanges.map((one) => record.shown(one));
    },
    describe: () => record.exchanges.map((one) => record.line(one)).join('\n'),
    engineOptions: { fetch, userAgent: reaching.userAgent, now: clock.now, sleep: clock.sleep },
    misbehave: (where, how, options = {}) => misbehaviours.plan(where, how, options),
  };
  return { world, answer, closing };
}

function urlOf(state: WorldState, name: string): string {
  place(state, name);
  return state.resources.get(name)?.url ?? state.servers.get(name)?.issuer ?? '';
}

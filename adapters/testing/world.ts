// A whole world for tests: authorization servers, protected resources, a person and a clock, on no port.
import type { UserAgent } from '../../actors/userAgents/userAgent.ts';
import type { EngineOptions } from '../../engine/engineOptions.ts';
import { invalid } from '../../protocol/options.ts';
import { type Incoming, mistake, Refused, type Reply, responseOf } from './answers.ts';
import { browserOf } from './browser.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { type Expectations, expectationsOf } from './expectations.ts';
import { failed, portlessFetch } from './fetching.ts';
import type { ServerState, WorldState } from './ledger.ts';
import {
  type Fault,
  faults,
  type MisbehaveOptions,
  type Misbehaviour,
  Misbehaviours,
  type Where,
} from './misbehaviour.ts';
import {
  planOf,
  type TestResourceOptions,
  type TestServerOptions,
  type TestWorldOptions,
  type WorldPlan,
} from './options.ts';
import { decidingPerson, type TestPerson } from './person.ts';
import { type Exchange, TestRecord, type TestRequest } from './record.ts';
import { Secrets } from './secrets.ts';
import { answerAsServer, stepAt } from './servers/authorizationServer.ts';
import { clientOf } from './servers/registration.ts';
import { answerAsResource, type ResourceState, stepOfResource } from './servers/resource.ts';
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
  /** Leads the person of this world to the page, and brings the response. */
  readonly userAgent: UserAgent;
  /** What an engine needs to be in this world: `createAuthEngine({ ...world.engineOptions, client })`. */
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
    close: async () => closing.abort(),
  });
}

/**
 * @param originOf the origin of a server or resource.
 * @param fetchOf makes the `fetch` that reaches the world.
 */
export function buildWorld(
  plan: WorldPlan,
  originOf: (name: string) => string,
  fetchOf: (answer: BuiltWorld['answer']) => typeof globalThis.fetch,
): BuiltWorld {
  const closing = new AbortController();
  const outages = new Map<string, Outage>();
  const busy = { count: 0 };
  const clock = createTestClock({ start: plan.start, isBusy: () => busy.count > 0 });
  const deciding = decidingPerson(clock.sleep);
  const state = stateOf(plan, originOf, clock, async (asking, signal) => {
    // Who waits for a person waits for time to pass, and for no request.
    busy.count -= 1;
    return deciding.ask(asking, AbortSignal.any([signal, closing.signal])).finally(() => {
      busy.count += 1;
    });
  });
  const record = new TestRecord(state.secrets, (name) => state.servers.has(name));
  const misbehaviours = new Misbehaviours((name) => place(state, name));

  const correctly = async (exchange: Exchange): Promise<Response> => {
    busy.count += 1;
    try {
      return await correctAnswer(state, record, exchange);
    } finally {
      busy.count -= 1;
    }
  };
  const respond = (exchange: Exchange): Promise<Response | Fault> | Response | Fault => {
    const outage = outages.get(exchange.to);
    if (outage) return outageAnswer(outage);
    const shown = record.shown(exchange);
    return misbehaviours.next(shown)?.(shown, () => correctly(exchange)) ?? correctly(exchange);
  };
  const answer = async (incoming: Incoming): Promise<Response | Fault> => {
    const [to, step] = placeAt(state, incoming.url);
    const exchange = await record.add(to, step, incoming);
    if (to === 'elsewhere') throw failed(`nobody is at ${incoming.url.origin}`, 'ENOTFOUND');
    const answered = await respond(exchange);
    if (answered instanceof Response) exchange.status = answered.status;
    return answered;
  };

  const fetch = fetchOf(answer);
  const isOurs = (url: URL): boolean => placeAt(state, url)[0] !== 'elsewhere';
  const person = Object.assign(deciding, browserOf(state, fetch, isOurs, closing.signal));
  const userAgent = testUserAgent(person.opens);
  const world: Omit<TestWorld, 'close'> = {
    ...tricksOf(state, outages),
    ...expectationsOf(state, record, person.logins),
    resource: [...state.resources.values()][0]?.url ?? '',
    urlOf: (name) =>
      state.resources.get(name)?.url ?? state.servers.get(name)?.issuer ?? unknownName(state, name),
    fetch,
    clock,
    person,
    userAgent,
    engineOptions: { fetch, userAgent, now: clock.now, sleep: clock.sleep },
    get requests() {
      return record.exchanges.map((one) => record.shown(one));
    },
    describe: () => record.exchanges.map((one) => record.line(one)).join('\n'),
    misbehave: (where, how, options = {}) => misbehaviours.plan(where, how, options),
  };
  return { world, answer, closing };
}

function unknownName(state: WorldState, name: string): never {
  place(state, name);
  return invalid('There is no such name.');
}

function stateOf(
  plan: WorldPlan,
  originOf: (name: string) => string,
  clock: TestClock,
  ask: WorldState['ask'],
): WorldState {
  const secrets = new Secrets();
  const servers = Object.entries(plan.servers).map(([name, options]) =>
    serverOf(name, originOf(name), options, secrets),
  );
  const resources = Object.entries(plan.resources).map(([name, options]) =>
    resourceOf(name, originOf(name), options, plan),
  );
  return {
    plan,
    clock,
    secrets,
    servers: new Map(servers.map((one) => [one.name, one])),
    resources: new Map(resources.map((one) => [one.name, one])),
    accessTokens: new Map(),
    published: new Map(),
    ask,
  };
}

function serverOf(name: string, origin: string, options: TestServerOptions, secrets: Secrets): ServerState {
  const clients = (options.clients ?? []).map(clientOf);
  for (const { clientId, clientSecret } of clients) {
    secrets.learn(clientId, 'client id', name);
    if (clientSecret !== undefined) secrets.learn(clientSecret, 'client secret', name);
  }
  return {
    name,
    origin,
    issuer: origin + (options.path ?? ''),
    options,
    clients: new Map(clients.map((one) => [one.clientId, one])),
    forgotten: new Set(),
    codes: new Map(),
    deviceCodes: new Map(),
    refreshTokens: new Map(),
  };
}

function resourceOf(
  name: string,
  origin: string,
  options: TestResourceOptions,
  plan: WorldPlan,
): ResourceState {
  const scopes = options.scopes ?? plan.scopes;
  const servers = options.servers ?? Object.keys(plan.servers).slice(0, 1);
  return {
    name,
    origin,
    url: origin + (options.path ?? '/mcp'),
    servers,
    hadServers: new Set(servers),
    scopes,
    needs: options.needs ?? scopes.slice(0, 1),
    rules: [],
    serve: options.serve,
  };
}

/** Who is at an address, and which step of a login a request there is. */
function placeAt(state: WorldState, url: URL): readonly [string, ReturnType<typeof stepAt>] {
  for (const resource of state.resources.values())
    if (resource.origin === url.origin) return [resource.name, stepOfResource(resource, url)];
  for (const server of state.servers.values())
    if (server.origin === url.origin) return [server.name, stepAt(server, url)];
  return ['elsewhere', undefined];
}

/** What a correct server or resource does. */
async function correctAnswer(state: WorldState, record: TestRecord, exchange: Exchange): Promise<Response> {
  const { to, step, incoming } = exchange;
  const resource = state.resources.get(to);
  const server = state.servers.get(to);
  const reply = await repliedTo(async (): Promise<Reply | 'allowed'> => {
    if (resource) return answerAsResource(state, resource, step, incoming, record.shown(exchange));
    if (server) return answerAsServer(state, server, step, incoming);
    return { status: 404, refusal: mistake('Nobody is there.') };
  });
  if (reply === 'allowed')
    return (
      (await resource?.serve?.(record.shown(exchange))) ?? responseOf({ status: 200, json: { ok: true } })
    );
  exchange.refusal = reply.refusal;
  return responseOf(reply);
}

async function repliedTo<Of>(work: () => Promise<Of>): Promise<Of | Reply> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.reply;
    throw thrown;
  }
}

function outageAnswer({ status, retryAfter }: Outage): Response | Fault {
  if (status === undefined) return faults.cut;
  return new Response(null, {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  });
}

// Plays one scenario against a real engine, and keeps a recording of what was seen.
import { randomUUID } from 'node:crypto';
import { AuthError, type ClientOptions, type EngineOptions, memoryStore } from '../../../index.ts';
import { TestClock } from '../../support/clock.ts';
import { everythingTold, type TestEngine, testEngine, textsOf } from '../../support/engine.ts';
import { describeStep, type Event, type Meanwhile, type Scenario, type Step } from './behaviours.ts';
import { Person } from './person.ts';
import type { Mark, Moment, Recording } from './recording.ts';
import type { Servers } from './servers.ts';
import { Turns } from './turns.ts';

/** Makes an engine worse, to see whether the rules notice. */
export type EngineFault = (options: EngineOptions) => EngineOptions;

const DOCUMENT = 'https://app.example/client.json';
const MINUTE = 60_000;
/** Lifetime of access tokens, in minutes: as the scripted world says. */
const LIFETIME = 5;

export class ScenarioRunner {
  readonly #servers: Servers;
  readonly #scenario: Scenario;
  readonly #fault: EngineFault;
  readonly #clock = new TestClock();
  readonly #store = memoryStore();
  readonly #turns: Turns;
  readonly #client: ClientOptions;
  readonly #marks: { readonly at: number; readonly mark: Mark }[] = [];
  /** What the app asked for and did not wait for. */
  readonly #left = new Map<Promise<unknown>, string>();
  readonly #tokenRequests = new Set<string>();
  readonly #person: Person;
  #engine: TestEngine;
  #restarting: Promise<void> = Promise.resolve();
  #requests = 0;
  #meanwhile: (Meanwhile & { readonly abort: () => void }) | undefined;

  constructor(servers: Servers, scenario: Scenario, fault: EngineFault) {
    this.#servers = servers;
    this.#scenario = scenario;
    this.#fault = fault;
    servers.reset();
    this.#client = this.#clientOf(scenario);
    this.#turns = new Turns(this.#clock, () => this.#engine?.session.actor);
    this.#person = this.#meet();
    this.#engine = this.#start();
  }

  /** Plays every step, then mends everything and asks for a login: then it has to work. */
  async play(): Promise<Recording> {
    await this.#turns.rest();
    for (const step of this.#scenario.steps) {
      this.#mark({ kind: 'step', step });
      await this.#do(step);
      await this.#rest(describeStep(step));
      await this.#restarting;
      await this.#rest(describeStep(step));
      this.#meanwhile = undefined;
    }
    await this.#finale();
    return this.#recording();
  }

  async #finale(): Promise<void> {
    const { client } = this.#scenario;
    this.#servers.repair();
    this.#person.behaviour = 'approves';
    if (client === 'by hand') this.#servers.moveTo('a');
    this.#mark({ kind: 'step', step: { do: 'call', tools: ['list'], meanwhile: null } });
    let [login, status] = ['', ''];
    for (let tries = 0; tries < 2 && status !== '200'; tries += 1) {
      login = await this.#wait('the login after all was mended', this.#login([]));
      await this.#rest('after all was mended');
      status = await this.#wait('the call after all was mended', this.#call('list', undefined));
    }
    this.#mark({ kind: 'repaired', login, status });
    await this.#end();
    for (const [left, what] of this.#left)
      if (!(await this.#turns.drive(left))) this.#mark({ kind: 'hangs', what });
  }

  #do(step: Step): unknown {
    switch (step.do) {
      case 'call':
        return this.#callAll(step.tools, step.meanwhile);
      case 'login':
        return this.#person.behaviour === 'stays away'
          ? this.#leave('the login', this.#login(step.scopes))
          : this.#wait('the login', this.#login(step.scopes));
      case 'logout':
        return this.#logOutAlone();
      case 'restart':
        return this.#restart();
      case 'late answer':
        return this.#person.answerLate();
      case 'answer again':
        return this.#person.answerAgain();
      case 'time':
        return this.#pass(step.minutes);
      case 'person':
        this.#person.behaviour = step.now;
        this.#servers.behaviour.deniesAll = step.now === 'denies';
        return;
      case 'need':
        return this.#need(step.tool, step.scope);
      case 'metadata':
        return this.#servers.behaviour.metadata.set(step.at, step.is);
      case 'response':
        return this.#servers.behaviour.responses.set(step.at, step.is);
      case 'grant':
        this.#servers.behaviour.grantsAll = step.all;
        return;
      case 'rotation':
        this.#servers.behaviour.rotates = step.on;
        return;
      default:
        return this.#happen(step);
    }
  }

  #happen(event: Event): unknown {
    const { behaviour } = this.#servers;
    switch (event.do) {
      case 'move':
        return this.#servers.moveTo(event.to);
      case 'expire':
        return this.#servers.world.expireAccessTokens(event.at);
      case 'revoke':
        return this.#servers.revokeAll(event.at);
      case 'forget client':
        return this.#servers.forgetClients(event.at);
      case 'outage':
        return behaviour.outages.set(event.at, event.how);
      case 'outage ends':
        return behaviour.outages.delete(event.at);
      case 'cancel login':
        return void this.#engine.session.cancel();
      case 'logout':
        return this.#leave('the logout', this.#logout());
      case 'restart':
        this.#restarting = this.#restart();
        this.#restarting.catch(() => {});
        return;
      case 'login':
        return this.#leave('the login', this.#login(event.scopes));
    }
  }

  async #callAll(tools: readonly string[], meanwhile: Meanwhile | null): Promise<void> {
    const giveUp = new AbortController();
    this.#requests = 0;
    this.#meanwhile = meanwhile ? { ...meanwhile, abort: () => giveUp.abort() } : undefined;
    const calls = tools.map((tool) => this.#call(tool, giveUp.signal));
    await this.#wait('the call', Promise.all(calls));
  }

  /** One POST with a JSON-RPC body. @returns its status, or the code of its error. */
  async #call(tool: string, signal: AbortSignal | undefined): Promise<string> {
    const { session } = this.#engine;
    return this.#outcome(`the call of ${tool}`, signal, async () => {
      const response = await session.fetch(session.id.resource, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool } }),
        ...(signal && { signal }),
      });
      await response.text();
      return String(response.status);
    });
  }

  async #login(scopes: readonly string[]): Promise<string> {
    this.#mark({ kind: 'login' });
    const { session } = this.#engine;
    const ended = await this.#outcome('the login', undefined, async () => {
      await session.login({ scopes });
      return 'done';
    });
    this.#mark({ kind: 'login over' });
    return ended;
  }

  #logout(): Promise<string> {
    this.#mark({ kind: 'logout' });
    const { session } = this.#engine;
    return this.#outcome('the logout', undefined, async () => {
      await session.logout();
      return 'done';
    });
  }

  async #logOutAlone(): Promise<void> {
    const isAlone = this.#left.size === 0;
    const ended = await this.#wait('the logout', this.#logout());
    await this.#rest('the logout');
    if (!isAlone || ended !== 'done') return;
    this.#mark({ kind: 'logged out' });
    this.#mark({ kind: 'left in store', text: (await textsOf(this.#store)).join('\n') });
  }

  async #outcome(
    what: string,
    signal: AbortSignal | undefined,
    work: () => Promise<string>,
  ): Promise<string> {
    try {
      const ended = await work();
      this.#mark({ kind: 'outcome', what, ended, isForeign: false });
      return ended;
    } catch (thrown) {
      const isOurs = thrown instanceof AuthError;
      const ended = isOurs ? thrown.code : thrown instanceof Error ? thrown.name : typeof thrown;
      const isForeign = !isOurs && !this.#isOfNetwork(what, ended, signal);
      this.#mark({ kind: 'outcome', what, ended, isForeign });
      if (isOurs) this.#mark({ kind: 'told', text: JSON.stringify(thrown.toFailure()) });
      return ended;
    }
  }

  /** The app's own request to the resource ends as fetch ends it. */
  #isOfNetwork(what: string, name: string, signal: AbortSignal | undefined): boolean {
    if (!what.startsWith('the call')) return false;
    const outage = this.#servers.behaviour.outages.get('resource') ?? 'answers 503';
    return name === 'AbortError'
      ? signal?.aborted === true
      : name === 'TypeError' && outage !== 'answers 503';
  }

  #meet(): Person {
    const { origins } = this.#servers.world;
    return new Person({
      turns: this.#turns,
      onPresented: (url) => {
        const at = (['a', 'b'] as const).find((one) => url.origin === origins[one]);
        this.#mark({ kind: 'presented', url, at });
      },
      engine: async () => {
        await this.#restarting;
        return this.#engine.engine;
      },
      onCallback: (done) => {
        const ended = this.#outcome('the callback', undefined, () => done.then(() => 'done'));
        this.#leave('the callback', this.#turns.trackUnseen(ended));
      },
    });
  }

  #start(): TestEngine {
    this.#mark({ kind: 'engine' });
    const { interaction } = this.#scenario;
    const options: EngineOptions = {
      client: this.#client,
      userAgent: this.#person.userAgent(),
      policy: { interaction },
      store: this.#store,
      fetch: (input, init) => this.#send(input, init),
      now: this.#clock.now,
      sleep: this.#clock.sleep,
    };
    return testEngine(this.#servers.world.resource, this.#fault(options));
  }

  /** What was told is kept; then the process ends. */
  async #end(): Promise<void> {
    this.#mark({ kind: 'told', text: everythingTold(this.#engine) });
    await this.#wait('the end of the engine', this.#engine.engine.dispose());
  }

  async #restart(): Promise<void> {
    await this.#end();
    this.#engine = this.#start();
  }

  #clientOf({ client }: Scenario): ClientOptions {
    const { world } = this.#servers;
    const name = 'authchart worlds';
    if (client === 'dynamic') return { name };
    if (client === 'document') {
      for (const at of ['a', 'b'] as const)
        world.documents[at]['client_id_metadata_document_supported'] = true;
      return { name, metadataUrl: DOCUMENT };
    }
    const own = { clientId: `client-a-${randomUUID()}`, clientSecret: `secret-a-${randomUUID()}` };
    return { name, preRegistered: [{ issuer: world.origins.a, ...own }] };
  }

  async #send(
    input: Parameters<typeof fetch>[0],
    init: RequestInit | undefined,
  ): Promise<globalThis.Response> {
    this.#requests += 1;
    const { request, event, abort } = this.#meanwhile ?? {};
    if (event && request === this.#requests) {
      this.#meanwhile = undefined;
      if (event.do === 'abort') abort?.();
      else this.#happen(event);
    }
    const url = input instanceof Request ? input.url : String(input);
    if (!url.endsWith('/token')) return this.#turns.trackRequest(fetch(input, init));
    if (this.#tokenRequests.has(url)) this.#mark({ kind: 'two token requests at once', at: url });
    this.#tokenRequests.add(url);
    return this.#turns.trackRequest(fetch(input, init)).finally(() => this.#tokenRequests.delete(url));
  }

  #need(tool: string, scope: string | null): void {
    const { needs } = this.#servers.behaviour;
    if (scope === null) needs.delete(tool);
    else needs.set(tool, scope);
  }

  async #pass(minutes: number): Promise<void> {
    if (minutes >= LIFETIME) this.#servers.world.expireAccessTokens();
    await this.#turns.pass(minutes * MINUTE);
  }

  async #wait<T>(what: string, work: Promise<T>): Promise<T> {
    if (await this.#turns.drive(work)) return work;
    this.#mark({ kind: 'hangs', what });
    throw new Hanging(this.#recording());
  }

  #leave(what: string, work: Promise<unknown>): void {
    this.#left.set(work, what);
    work.finally(() => this.#left.delete(work)).catch(() => {});
  }

  async #rest(what: string): Promise<void> {
    if (await this.#turns.rest()) return;
    this.#mark({ kind: 'hangs', what });
    throw new Hanging(this.#recording());
  }

  #mark(mark: Mark): void {
    this.#marks.push({ at: this.#servers.world.exchanges.length, mark });
  }

  #recording(): Recording {
    const { world } = this.#servers;
    const moments: Moment[] = [];
    const marks = this.#marks.values();
    let next = marks.next();
    for (let at = 0; at <= world.exchanges.length; at += 1) {
      for (; !next.done && next.value.at <= at; next = marks.next()) moments.push(next.value.mark);
      const exchange = world.exchanges[at];
      if (exchange) moments.push({ kind: 'exchange', ...exchange });
    }
    const { interaction, client } = this.#scenario;
    return { moments, origins: world.origins, resource: world.resource, interaction, client };
  }
}

/** A scenario that cannot be played to its end, since something in it does not end. */
export class Hanging extends Error {
  readonly recording: Recording;

  constructor(recording: Recording) {
    super('Something in this world does not end.');
    this.recording = recording;
  }
}

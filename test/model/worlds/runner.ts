// Plays one scenario against real engines, and keeps a recording of what was seen.
import { randomUUID } from 'node:crypto';
import { type ClientOptions, memoryStore, type Store } from '../../../index.ts';
import { TestClock } from '../../support/clock.ts';
import { textsOf } from '../../support/engine.ts';
import { type Asker, Asking } from './asking.ts';
import { type App, appsIn, type Event, type Scenario, type Step } from './behaviours.ts';
import { Crew } from './crew.ts';
import { Journal } from './journal.ts';
import { Person } from './person.ts';
import type { EngineFault, Process, ProcessOptions } from './process.ts';
import type { Recording } from './recording.ts';
import { describeStep } from './sentences.ts';
import type { Servers } from './servers.ts';
import { Turns } from './turns.ts';
import { Wire } from './wire.ts';

const DOCUMENT = 'https://app.example/client.json';
const MINUTE = 60_000;
/** Lifetime of access tokens, in minutes: as the scripted world says. */
const LIFETIME = 5;
/** Within so many milliseconds, whatever was done is heard of in every process: the poll of a home that cannot tell. */
const HEARD = 5_000;

export class ScenarioRunner {
  readonly #servers: Servers;
  readonly #scenario: Scenario;
  readonly #clock = new TestClock();
  readonly #store: Store;
  readonly #turns: Turns;
  readonly #client: ClientOptions;
  readonly #journal: Journal;
  readonly #asking: Asking;
  /** What was asked for and is not waited for, and by which process. */
  readonly #left = new Map<Promise<unknown>, { readonly what: string; readonly process: Process }>();
  readonly #person: Person;
  readonly #crew: Crew;
  #callbacks = 0;
  #restarting: Promise<void> = Promise.resolve();
  readonly #wire: Wire;

  constructor(servers: Servers, scenario: Scenario, fault: EngineFault) {
    this.#servers = servers;
    this.#scenario = scenario;
    servers.reset();
    this.#journal = new Journal(servers.world, scenario);
    const isCutOff = (): boolean =>
      (servers.behaviour.outages.get('resource') ?? 'answers 503') !== 'answers 503';
    this.#asking = new Asking({ journal: this.#journal, isCutOff });
    this.#store = homeOf(scenario);
    this.#client = this.#clientOf(scenario);
    this.#turns = new Turns(this.#clock, () => this.#crew.processes.flatMap(({ actors }) => actors));
    this.#wire = new Wire({
      turns: this.#turns,
      journal: this.#journal,
      happen: (event) => void this.#happen(event),
    });
    this.#person = this.#meet();
    this.#crew = new Crew({
      scenario,
      journal: this.#journal,
      resource: servers.world.resource,
      optionsOf: (process) => this.#optionsOf(process),
      fault,
    });
    this.#crew.start();
  }

  /** Plays every step, then mends everything and asks for a login: then it has to work for all. */
  async play(): Promise<Recording> {
    await this.#turns.rest();
    for (const step of this.#scenario.steps) {
      this.#journal.mark({ kind: 'step', step });
      await this.#do(step);
      await this.#rest(step);
      await this.#restarting;
      await this.#rest(step);
      this.#wire.arrange(null);
      await this.#hear();
    }
    await this.#finale();
    return this.#journal.recording;
  }

  /** Where somebody waits for others, there is time for them to hear of it. */
  async #hear(): Promise<void> {
    // Twice: on a machine that is busy, what a person did arrives in the middle of the first time.
    for (let times = 0; times < 2 && this.#left.size > 0 && appsIn(this.#scenario) > 1; times += 1)
      await this.#turns.pass(HEARD);
    const requests = await this.#store.list('pending:');
    this.#journal.mark({ kind: 'heard', requests, time: this.#clock.now() });
  }

  async #finale(): Promise<void> {
    this.#servers.repair();
    this.#person.behaviour = 'approves';
    if (this.#scenario.client === 'by hand') this.#servers.moveTo('a');
    // A page whose process is gone may be closed by now; the others are finished.
    const isOpen = this.#crew.processes.some(({ number }) => number === this.#person.shownBy);
    if (this.#left.size > 0 && isOpen) await this.#person.answerLate();
    await this.#turns.rest();
    for (let by = 0; by < appsIn(this.#scenario); by += 1) await this.#worksAgain(by);
    await Promise.all(this.#crew.processes.map((process) => this.#end(process)));
    for (const [left, { what }] of this.#left)
      if (!(await this.#turns.drive(left))) this.#journal.mark({ kind: 'hangs', what });
  }

  async #worksAgain(by: App): Promise<void> {
    const step = { do: 'call', by, tools: ['list'], meanwhile: null } as const;
    this.#journal.mark({ kind: 'step', step });
    let [login, status] = ['', ''];
    for (let tries = 0; tries < 2 && status !== '200'; tries += 1) {
      login = await this.#wait(
        'the login after all was mended',
        this.#asking.login(this.#crew.asker(by), []),
      );
      await this.#rest(step);
      status = await this.#wait(
        'the call after all was mended',
        this.#asking.call(this.#crew.asker(by), 'list'),
      );
    }
    this.#journal.mark({ kind: 'repaired', login, status });
  }

  #do(step: Step): unknown {
    const { behaviour } = this.#servers;
    switch (step.do) {
      case 'call':
        return this.#callAll(step);
      case 'login':
        return this.#logIn([step.by], step.scopes);
      case 'logins at once':
        this.#wire.arrange(step.meanwhile);
        return this.#logIn(step.by, step.scopes);
      case 'logout':
        return this.#logOutAlone(step.by);
      case 'restart':
        return this.#restart(step.by);
      case 'late answer':
        return this.#person.answerLate();
      case 'answer again':
        return this.#person.answerAgain();
      case 'time':
        return this.#pass(step.minutes);
      case 'person':
        this.#person.behaviour = step.now;
        behaviour.deniesAll = step.now === 'denies';
        return;
      case 'need':
        return step.scope === null
          ? behaviour.needs.delete(step.tool)
          : behaviour.needs.set(step.tool, step.scope);
      case 'metadata':
        return behaviour.metadata.set(step.at, step.is);
      case 'response':
        return behaviour.responses.set(step.at, step.is);
      case 'forgetting':
        return behaviour.forgetting.set(step.at, step.shows);
      case 'scopes':
        return behaviour.holdsToScopes[step.areHeld ? 'add' : 'delete'](step.at);
      case 'grant':
        behaviour.grantsAll = step.all;
        return;
      case 'rotation':
        behaviour.rotates = step.on;
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
        return this.#leave(event.by, 'the cancel', (asker) => this.#asking.cancel(asker));
      case 'logout':
        return this.#leave(event.by, 'the logout', (asker) => this.#asking.logout(asker));
      case 'die':
        return this.#crew.kill(event.by);
      case 'restart':
        this.#restarting = Promise.all([this.#restarting, this.#restart(event.by)]).then(() => {});
        this.#restarting.catch(() => {});
        return;
      case 'login':
        return this.#leave(event.by, 'the login', (asker) => this.#asking.login(asker, event.scopes));
    }
  }

  async #callAll({ by, tools, meanwhile }: Extract<Step, { do: 'call' }>): Promise<void> {
    const signal = this.#wire.arrange(meanwhile);
    const asker = this.#crew.asker(by);
    await this.#wait('the call', Promise.all(tools.map((tool) => this.#asking.call(asker, tool, signal))));
  }

  async #logIn(by: readonly App[], scopes: readonly string[]): Promise<void> {
    const isAlone = this.#person.behaviour !== 'stays away';
    const logins = by.map((one) =>
      this.#leave(one, 'the login', (asker) => this.#asking.login(asker, scopes)),
    );
    if (isAlone) await this.#wait('the login', Promise.all(logins));
  }

  async #logOutAlone(by: App): Promise<void> {
    const isAlone = this.#left.size === 0;
    const ended = await this.#wait('the logout', this.#asking.logout(this.#crew.asker(by)));
    await this.#rest({ do: 'logout', by });
    if (!isAlone || ended !== 'done') return;
    if (appsIn(this.#scenario) > 1) await this.#turns.pass(HEARD);
    this.#journal.mark({ kind: 'logged out' });
    this.#journal.mark({ kind: 'left in store', text: (await textsOf(this.#store)).join('\n') });
  }

  #meet(): Person {
    const { origins } = this.#servers.world;
    return new Person({
      turns: this.#turns,
      callback: this.#scenario.callback,
      onPresented: (url, process) => {
        const at = (['a', 'b'] as const).find((one) => url.origin === origins[one]);
        this.#journal.mark({ kind: 'presented', process, url, at, time: this.#clock.now() });
      },
      process: async () => {
        await this.#restarting;
        // The route is served by each of them in turn.
        this.#callbacks += 1;
        const { processes } = this.#crew;
        return processes[this.#callbacks % processes.length] ?? this.#crew.asker(0).process;
      },
      onCallback: (process, done) => {
        const ended = this.#asking.outcome({ process }, 'the callback', () => done.then(() => 'done'));
        this.#keep(process, 'the callback', this.#turns.trackUnseen(ended));
      },
    });
  }

  #optionsOf(process: number): ProcessOptions {
    return {
      client: this.#client,
      userAgent: this.#person.userAgent(process),
      policy: { interaction: this.#scenario.interaction },
      store: this.#store,
      fetch: (input, init) => this.#wire.send(process, new Request(input, init)),
      now: this.#clock.now,
      sleep: this.#clock.sleep,
    };
  }

  /** It ends in good order; whoever wants it waits for the next one. */
  async #restart(by: App): Promise<void> {
    const { process } = this.#crew.asker(by);
    await this.#end(process);
    this.#crew.replace(process);
  }

  async #end(process: Process): Promise<void> {
    await this.#wait('the end of the engine', this.#crew.end(process));
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

  async #pass(minutes: number): Promise<void> {
    if (minutes >= LIFETIME) this.#servers.world.expireAccessTokens();
    await this.#turns.pass(minutes * MINUTE);
  }

  async #wait<T>(what: string, work: Promise<T>): Promise<T> {
    if (await this.#turns.drive(work)) return work;
    return this.#hangs(what);
  }

  #leave(by: App, what: string, ask: (asker: Asker) => Promise<string>): Promise<string> {
    const asker = this.#crew.asker(by);
    return this.#keep(asker.process, what, ask(asker));
  }

  #keep(process: Process, what: string, work: Promise<string>): Promise<string> {
    this.#left.set(work, { what, process });
    work.finally(() => this.#left.delete(work)).catch(() => {});
    return work;
  }

  async #rest(step: Step): Promise<void> {
    if (!(await this.#turns.rest())) this.#hangs(describeStep(step, this.#scenario));
  }

  #hangs(what: string): never {
    this.#journal.mark({ kind: 'hangs', what });
    throw new Hanging(this.#journal.recording);
  }
}

function homeOf({ home }: Scenario): Store {
  const { watch, ...others } = memoryStore();
  return home === 'tells' && watch ? { ...others, watch } : others;
}

/** A scenario that cannot be played to its end, since something in it does not end. */
export class Hanging extends Error {
  readonly recording: Recording;

  constructor(recording: Recording) {
    super('Something in this world does not end.');
    this.recording = recording;
  }
}

// The stage: the real engine with real actors, store and HTTP, where everything waits until the walk says what happens.
import { type Actor, createActor, fromCallback, fromPromise, type InspectionEvent } from 'xstate';
import { createAuthEngine, type Engine, type Stored } from '../../../index.ts';
import { arrowsOf } from '../../../machines/arrows.ts';
import type { AuthMachine } from '../../../machines/authMachine.ts';
import type { AuthEvent } from '../../../machines/context.ts';
import type { Answer, Received, World } from '../../support/world.ts';
import type { Setting } from '../setting.ts';
import { stateKey } from '../stateKey.ts';
import type { Event, Snapshot } from '../step.ts';
import { type Around, onPaper } from '../stimuli/around.ts';
import { stimuliOf } from '../stimuli/index.ts';
import type { Report, Source, Stimulus } from '../stimuli/stimulus.ts';
import type { Place, Way } from '../walk.ts';
import { type Arrangement, arrangements, type Situation } from './arrangements.ts';
import { Host } from './host.ts';
import { TestStore } from './testStore.ts';

/** The engine and the model do not agree. */
export class Divergence extends Error {}

/** How long the engine may take for one step, in milliseconds. */
const STEP_TIMEOUT = 10_000;

/** Actors whose work is a request: it is on the wire when they are stopped. */
const sending: ReadonlySet<Source> = new Set<Source>([
  'probeResource',
  'fetchResourceMetadata',
  'fetchServerMetadata',
  'registerClient',
  'pushAuthorization',
  'exchangeCode',
  'requestDirectGrant',
  'requestDeviceCode',
  'refreshGrant',
]);

export interface Checkpoint {
  readonly snapshot: Snapshot;
  readonly records: ReadonlyMap<string, Stored>;
  readonly time: number;
  readonly here: Omit<Here, 'snapshot'>;
}

/** Where the engine is, and what can happen there. */
interface Here {
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly stimuli: ReadonlyMap<string, Stimulus>;
}

export class RealEngine {
  readonly around: Around;
  readonly #world: World;
  readonly #host: Host;
  readonly #store = new TestStore();
  readonly #newEngine: () => Engine;
  #engine: Engine;
  #machine: AuthMachine;
  #actor: Actor<AuthMachine>;
  #arrows: ReadonlyMap<object, string>;
  /** Whether a renewal was refused: the engine that heard it remembers it, and the model lets the server change its mind. */
  #hasRefused = false;
  readonly #taken: string[] = [];
  /** Actors that were invoked and wait to begin, by name of invocation. */
  readonly #waiting = new Map<string, () => void>();
  /** Requests that are on the wire and wait for an answer. */
  readonly #held: { readonly request: Received; readonly answer: (answer: Answer) => void }[] = [];
  #answer: ((request: Received) => Answer) | undefined;
  #reporter: string | undefined;
  #onReport = (): void => {};
  #onHeld: (() => void) | undefined;
  #time = 0;
  /** One timer for all that is waited for: there are half a million waits. */
  readonly #watchdog = setTimeout(() => this.#late?.(), STEP_TIMEOUT);
  #late: (() => void) | undefined;
  #known: Here | undefined;

  /** @param fetch instead of the real one, for those who doubt that a difference shows. */
  constructor(world: World, setting: Setting, fetch?: typeof globalThis.fetch) {
    this.#world = world;
    this.around = { setting, resource: world.resource, issuers: { a: world.origins.a, b: world.origins.b } };
    this.#host = new Host(setting);
    world.answer = async (request) => this.#receive(request);
    world.received.length = 0;
    world.exchanges.length = 0;
    this.#newEngine = () =>
      createAuthEngine({
        ...this.#host.options,
        store: this.#store.forEngine,
        ...(fetch && { fetch }),
        now: () => this.#time,
        // Whoever sleeps has waited at its door before.
        sleep: async () => {},
      });
    this.#engine = this.#newEngine();
    this.#machine = this.#withWaiting(this.#engine.machine);
    this.#arrows = arrowsByDefinition(this.#machine);
    this.#actor = this.#start();
  }

  /** Where a renewal is to be asked for, another process takes over: it knows what is persisted and stored, and nothing else. */
  async #forgetRefusals(source: Source): Promise<void> {
    if (source !== 'refreshGrant' || !this.#hasRefused) return;
    const { checkpoint } = this;
    this.#actor.stop();
    await this.#engine.dispose();
    this.#engine = this.#newEngine();
    this.#machine = this.#withWaiting(this.#engine.machine);
    this.#arrows = arrowsByDefinition(this.#machine);
    this.#hasRefused = false;
    await this.restore(checkpoint);
  }

  /** Where the engine is, to come back to it: what it persists, what the store holds, and what time it is. */
  get checkpoint(): Checkpoint {
    const snapshot = this.#actor.getPersistedSnapshot() as Checkpoint['snapshot'];
    return { snapshot, records: this.#store.copy, time: this.#time, here: this.#here };
  }

  /** Goes on from there, as after a restart: whoever was at work waits at their door again. */
  async restore({ snapshot, records, time, here }: Checkpoint): Promise<void> {
    this.#actor.stop();
    if (this.#held.length > 0) await this.#cut({ cut: true });
    this.#waiting.clear();
    this.#store.restore(records);
    this.#time = time;
    this.#actor = this.#start(snapshot);
    this.#known = { ...here, snapshot: this.#actor.getSnapshot() };
  }

  #start(snapshot?: Checkpoint['snapshot']): Actor<AuthMachine> {
    const { resource, setting } = this.around;
    const actor = createActor(this.#machine, {
      input: { resource, interaction: setting.interaction },
      inspect: (event) => this.#inspect(event),
      ...(snapshot && { snapshot }),
    });
    return actor.start();
  }

  /** The folded name of where the engine is, in the words of the model. */
  get name(): string {
    return this.#here.name;
  }

  /** What can be said of the snapshot that the engine is at, worked out once: most stimuli change nothing. */
  get #here(): Here {
    const snapshot = this.#actor.getSnapshot();
    if (this.#known?.snapshot === snapshot) return this.#known;
    const { issuers } = onPaper(this.around.setting);
    const name = stateKey(snapshot)
      .replaceAll(this.around.issuers.a, issuers.a)
      .replaceAll(this.around.issuers.b, issuers.b);
    // At once: actors that are at work now may have ended when one of these is asked for.
    const stimuli = new Map(stimuliOf(this.around, snapshot).map((one) => [one.type, one]));
    this.#known = { snapshot, name, stimuli };
    return this.#known;
  }

  /**
   * Lets one thing happen, and compares: the arrows that are taken, the state, and what was on the wire.
   * @throws Divergence
   */
  async step(way: Way, to: Place): Promise<void> {
    const stimulus = this.#here.stimuli.get(way.stimulus);
    if (!stimulus) throw new Divergence(`"${way.stimulus}" cannot happen in ${this.name}`);
    this.#taken.length = 0;
    this.#world.received.length = 0;
    this.#world.exchanges.length = 0;
    const sent = stimulus.report
      ? await this.#report(stimulus.report, stimulus)
      : await this.#happen(stimulus.event, to);
    this.#compare('arrows', this.#taken, way.arrows);
    this.#compare('requests', [...this.#world.lines()].sort(), [...sent].sort());
    this.#compare('state', [this.name], [way.to]);
  }

  async close(): Promise<void> {
    this.#actor.stop();
    this.#cut({ cut: true });
    clearTimeout(this.#watchdog);
    await this.#engine.dispose();
  }

  /** An actor reports: it is let go, with everything arranged so that it will say this. */
  async #report({ child, source, way }: Report, { event }: Stimulus): Promise<readonly string[]> {
    const output = 'output' in event ? event.output : undefined;
    await this.#forgetRefusals(source);
    this.#hasRefused ||= source === 'refreshGrant' && output === undefined;
    const arrangement = await arrangements[source](this.#situation(way, output));
    const at = (output as { readonly at?: number } | undefined)?.at;
    // Time that has passed unheard has not passed: states that differ by it alone have one name.
    this.#time = at ?? this.#time;
    await arrangement.arrange?.();
    await this.#perform(arrangement, child);
    return arrangement.sends;
  }

  async #perform(arrangement: Arrangement, child: string): Promise<void> {
    this.#host.behaviour = arrangement.host ?? {};
    this.#store.isAway = arrangement.storeIsAway === true;
    const reported = new Promise<void>((resolve) => {
      this.#reporter = child;
      this.#onReport = resolve;
    });
    this.#answer = arrangement.answer;
    this.#letBegin(child);
    await this.#within(reported, `no report of ${child}`);
    this.#store.isAway = false;
    this.#host.behaviour = {};
    this.#answer = undefined;
  }

  /** Something comes from outside. Whoever is stopped by it has a request on the wire. */
  async #happen(event: Event, to: Place): Promise<readonly string[]> {
    const { children } = this.#actor.getSnapshot();
    const stopped = Object.entries(children).find(
      ([child, actor]) =>
        actor && sending.has(String(actor.src) as Source) && !(child in to.snapshot.children),
    );
    const sent = stopped ? await this.untilRequest(stopped[0]) : [];
    this.#actor.send(event as AuthEvent);
    // What nobody looks at tells nobody the time.
    if ('at' in event && this.#taken.length > 0) this.#time = Math.max(this.#time, event.at);
    // A refresh goes on when its asker is gone: it is told that the server is away.
    if (stopped) await this.#cut(stopped[1]?.src === 'refreshGrant' ? { status: 503 } : { cut: true });
    return sent;
  }

  /** Lets an actor go until its request is on the wire, where it is held. @returns the request, as a line. */
  async untilRequest(child: string): Promise<readonly string[]> {
    const source = String(this.#actor.getSnapshot().children[child]?.src) as Source;
    await this.#forgetRefusals(source);
    const held = new Promise<void>((resolve) => {
      this.#onHeld = resolve;
    });
    this.#letBegin(child);
    await this.#within(held, `no request of ${source}`);
    this.#onHeld = undefined;
    const { sends } = await arrangements[source](this.#situation('', undefined));
    return sends.slice(0, 1);
  }

  async #cut(answer: Answer): Promise<void> {
    for (const { answer: give } of this.#held.splice(0)) give(answer);
    // What was in flight comes to its end before anything else happens.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  #situation(way: string, output: unknown): Situation {
    const snapshot = this.#actor.getSnapshot();
    const { strategy } = this.around.setting;
    const place = strategy === 'device' ? 'device' : 'model';
    return {
      around: this.around,
      snapshot,
      way,
      output,
      store: this.#store,
      session: snapshot.context.session,
      place,
      known: snapshot.context.grant?.version,
      shown: snapshot.context.presented,
    };
  }

  #receive(request: Received): Promise<Answer> | Answer {
    if (this.#answer) return this.#answer(request);
    return new Promise((answer) => {
      this.#held.push({ request, answer });
      this.#onHeld?.();
    });
  }

  #letBegin(child: string): void {
    const begin = this.#waiting.get(child);
    if (!begin) throw new Divergence(`${child} is not at work`);
    this.#waiting.delete(child);
    begin();
  }

  #inspect(event: InspectionEvent): void {
    if (event.actorRef !== this.#actor) return;
    if (event.type === '@xstate.microstep') {
      for (const definition of event._transitions) {
        const id = this.#arrows.get(definition);
        if (id !== undefined) this.#taken.push(id);
      }
    }
    // Done or failed: which of both it is, the arrows will tell.
    if (event.type === '@xstate.event' && event.event.type.endsWith(`.actor.${this.#reporter}`))
      this.#onReport();
  }

  /** The same actors; each waits at its door first. */
  #withWaiting(machine: AuthMachine): AuthMachine {
    const waiting = this.#waiting;
    const held = Object.entries(machine.implementations.actors).map(([source, logic]) => {
      // What siblings do comes from outside.
      if (source === 'heedSiblings') return [source, fromCallback(() => {})] as const;
      // What `fromPromise` was made from: XState keeps it here.
      const work = (logic as ReturnType<typeof fromPromise>).config as Parameters<typeof fromPromise>[0];
      const waitsFirst: typeof work = async (args) => {
        await new Promise<void>((resolve) => waiting.set(args.self.id, resolve));
        return work(args);
      };
      return [source, fromPromise(waitsFirst)] as const;
    });
    return machine.provide({ actors: Object.fromEntries(held) });
  }

  async #within(work: Promise<void>, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#late = () =>
        reject(
          new Divergence(
            `${what} within ${STEP_TIMEOUT} ms in ${this.name}: ${this.#actor.getSnapshot().context.failure?.message}`,
          ),
        );
      this.#watchdog.refresh();
      work.then(resolve, reject);
    });
    this.#late = undefined;
  }

  #compare(what: string, engine: readonly string[], model: readonly string[]): void {
    if (engine.length === model.length && engine.every((one, at) => one === model[at])) return;
    throw new Divergence(
      `the ${what} differ:\n    engine: ${engine.join('\n            ')}\n    model:  ${model.join('\n            ')}`,
    );
  }
}

const arrowsByDefinition = (machine: AuthMachine): ReadonlyMap<object, string> =>
  new Map(arrowsOf(machine).map(({ definition, id }) => [definition, id]));

// The running chart of a session: started when it is needed, put to rest when it is not, started again from the store.
import { type ActorRefFrom, createActor, type InspectionEvent, type SnapshotFrom } from 'xstate';
import type { SessionId } from '../contract/facts.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import type { AuthEvent, Interaction } from '../machines/context.ts';
import { type CommonTexts, RestingChart } from './restingChart.ts';
import { untilReached } from './untilReached.ts';

/** The running chart. */
export type AuthActor = ActorRefFrom<AuthMachine>;
/** Where a chart is, and what it knows. */
export type AuthSnapshot = SnapshotFrom<AuthMachine>;

/** A chart as its session uses it: the session's own, or one of the host's. */
export interface ChartInUse {
  /** The chart itself: whoever has it keeps it running. */
  readonly actor: AuthActor;
  /** Where it is, or was when it was put to rest. */
  readonly snapshot: AuthSnapshot;
  /** Where it is while it runs; nothing while it is at rest, or has ended. */
  readonly running: AuthSnapshot | undefined;
  /** Says that it is used, although nothing is asked of it. */
  used(): void;
  /** Starts it, if it is at rest. @returns where it is. */
  wake(): AuthSnapshot;
  /** Tells the chart something; nothing when it was stopped. */
  tell(event: AuthEvent): void;
  /** Waits until it is there, or was stopped. */
  until(isReached: (snapshot: AuthSnapshot) => boolean): Promise<AuthSnapshot>;
  /** Calls back with each snapshot, and keeps it running until that is ended. @returns ends it. */
  subscribe(listener: Listener): () => void;
  /** Puts it to rest, unless something is under way, or somebody looks on. @returns whether it is at rest. */
  rest(now: number): boolean;
  /** Ends it for good: what is in flight ends, what is stored stays. One at rest is not started for it. */
  stop(): void;
}

/** What the charts of all sessions of an engine are made of. */
export interface ChartParts {
  readonly machine: AuthMachine;
  readonly interaction: Interaction;
  /** Asked for when a chart starts. @returns what is told of each of its steps. */
  readonly inspectorOf: (session: SessionId) => (event: InspectionEvent) => void;
  /** What charts at rest have in common. */
  readonly texts: CommonTexts;
  /** Called each time that a chart is used. */
  readonly onUse: (session: SessionId) => void;
}

type Listener = (snapshot: AuthSnapshot) => void;

/** The session's own: started when it is needed, and put to rest when it is not. */
export class SessionChart implements ChartInUse {
  readonly #parts: ChartParts;
  readonly #session: SessionId;
  /** Made for the first of them: most sessions have none. */
  #listeners: Set<Listener> | undefined;
  #running: (AuthActor & { stop(): unknown }) | undefined;
  #isStopped = false;
  #resting: RestingChart | undefined;
  /** The host has it, and would not notice that another one took its place. */
  #isGivenOut = false;

  constructor(parts: ChartParts, session: SessionId) {
    this.#parts = parts;
    this.#session = session;
  }

  get actor(): AuthActor {
    this.#isGivenOut = true;
    return this.#use();
  }

  get snapshot(): AuthSnapshot {
    const { machine, interaction } = this.#parts;
    const known = this.#running?.getSnapshot();
    if (known) return known;
    if (this.#resting) return this.#resting.snapshot(machine, { session: this.#session, interaction });
    return this.#use().getSnapshot();
  }

  get running(): AuthSnapshot | undefined {
    return this.#isStopped ? undefined : this.#running?.getSnapshot();
  }

  used(): void {
    this.#parts.onUse(this.#session);
  }

  wake(): AuthSnapshot {
    return this.#use().getSnapshot();
  }

  tell(event: AuthEvent): void {
    const actor = this.#use();
    if (actor.getSnapshot().status === 'active') actor.send(event);
  }

  until(isReached: (snapshot: AuthSnapshot) => boolean): Promise<AuthSnapshot> {
    return untilReached(this.#use(), isReached);
  }

  subscribe(listener: Listener): () => void {
    this.#use();
    // Its own function, so that whoever subscribes twice ends once.
    const own: Listener = (snapshot) => listener(snapshot);
    this.#listeners ??= new Set();
    const listeners = this.#listeners;
    listeners.add(own);
    return () => listeners.delete(own);
  }

  rest(now: number): boolean {
    const running = this.#running;
    if (!running || this.#isStopped) return true;
    const snapshot = running.getSnapshot();
    const { retryAt } = snapshot.context;
    const isWaiting = snapshot.hasTag('busy') || (retryAt ?? 0) > now;
    if (isWaiting || this.#isGivenOut || (this.#listeners?.size ?? 0) > 0) return false;
    running.stop();
    this.#resting = new RestingChart(snapshot, this.#parts.texts);
    this.#running = undefined;
    return true;
  }

  stop(): void {
    this.#isStopped = true;
    const running = this.#running;
    if (!running) return;
    if (running.getSnapshot().status === 'active') running.send({ type: 'host.shutdown' });
    running.stop();
  }

  #use(): AuthActor {
    this.#parts.onUse(this.#session);
    if (!this.#running) this.#running = this.#start();
    this.#resting = undefined;
    return this.#running;
  }

  #start(): AuthActor & { stop(): unknown } {
    const { machine, interaction, inspectorOf } = this.#parts;
    const input = { ...this.#session, interaction };
    const actor = createActor(machine, { input, inspect: inspectorOf(this.#session) });
    actor.subscribe((snapshot) => {
      for (const listener of [...(this.#listeners ?? [])]) listener(snapshot);
    });
    actor.start();
    // Who uses a session of an engine that is disposed of finds a chart that has ended.
    if (this.#isStopped) actor.stop();
    return actor;
  }
}

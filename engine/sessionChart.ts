// The running chart of a session: started when it is needed, put to rest when it is not, started again from the store.
import { type ActorRefFrom, createActor, type InspectionEvent, type SnapshotFrom, waitFor } from 'xstate';
import type { AuthMachine } from '../machines/authMachine.ts';
import type { AuthEvent, AuthInput } from '../machines/context.ts';

export type AuthActor = ActorRefFrom<AuthMachine>;
export type AuthSnapshot = SnapshotFrom<AuthMachine>;

export interface ChartParts {
  readonly machine: AuthMachine;
  readonly input: AuthInput;
  readonly inspect: (event: InspectionEvent) => void;
  /** Called when it starts, with what ends when it stops. */
  readonly onStart: (signal: AbortSignal) => void;
  /** Called each time that it is used. */
  readonly onUse: () => void;
}

type Listener = (snapshot: AuthSnapshot) => void;

interface Running {
  readonly actor: AuthActor & { stop(): unknown };
  readonly ending: AbortController;
}

export class SessionChart {
  readonly #parts: ChartParts;
  readonly #listeners = new Set<Listener>();
  #running: Running | undefined;
  #snapshot: AuthSnapshot | undefined;
  /** The host has it, and would not notice that another one took its place. */
  #isGivenOut = false;

  constructor(parts: ChartParts) {
    this.#parts = parts;
    this.#snapshot = this.#use().getSnapshot();
  }

  /** The chart itself: whoever has it keeps it running. */
  get actor(): AuthActor {
    this.#isGivenOut = true;
    return this.#use();
  }

  /** Where it is, or was when it was put to rest. */
  get snapshot(): AuthSnapshot {
    return this.#running?.actor.getSnapshot() ?? this.#snapshot ?? this.#use().getSnapshot();
  }

  /** Starts it, if it is at rest. @returns where it is. */
  wake(): AuthSnapshot {
    return this.#use().getSnapshot();
  }

  /** Tells the chart something; nothing when it was stopped. */
  tell(event: AuthEvent): void {
    const actor = this.#use();
    if (actor.getSnapshot().status === 'active') actor.send(event);
  }

  /** Waits until it is there, or was stopped. */
  until(isReached: (snapshot: AuthSnapshot) => boolean): Promise<AuthSnapshot> {
    return waitFor(this.#use(), (snapshot) => isReached(snapshot) || snapshot.status !== 'active');
  }

  /** Calls back with each snapshot, and keeps it running until that is ended. @returns ends it. */
  subscribe(listener: Listener): () => void {
    this.#use();
    // Its own function, so that whoever subscribes twice ends once.
    const own: Listener = (snapshot) => listener(snapshot);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Puts it to rest, unless something is under way, or somebody looks on. @returns whether it is at rest. */
  rest(now: number): boolean {
    if (!this.#running) return true;
    const snapshot = this.#running.actor.getSnapshot();
    const { retryAt } = snapshot.context;
    const isWaiting = snapshot.hasTag('busy') || snapshot.hasTag('needsUser') || (retryAt ?? 0) > now;
    if (isWaiting || this.#isGivenOut || this.#listeners.size > 0) return false;
    this.#snapshot = snapshot;
    this.#end(this.#running);
    this.#running = undefined;
    return true;
  }

  /** Ends it for good: what is in flight ends, what is stored stays. */
  stop(): void {
    this.tell({ type: 'host.shutdown' });
    if (this.#running) this.#end(this.#running);
  }

  #use(): AuthActor {
    this.#parts.onUse();
    this.#running ??= this.#start();
    return this.#running.actor;
  }

  #start(): Running {
    const { machine, input, inspect, onStart } = this.#parts;
    const actor = createActor(machine, { input, inspect });
    const ending = new AbortController();
    actor.subscribe((snapshot) => {
      for (const listener of [...this.#listeners]) listener(snapshot);
    });
    actor.start();
    onStart(ending.signal);
    return { actor, ending };
  }

  #end({ actor, ending }: Running): void {
    ending.abort();
    actor.stop();
  }
}

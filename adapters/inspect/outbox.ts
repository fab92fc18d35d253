// Messages that wait for a receiver, up to a limit, and what a receiver that connects later has to get first.
import type { StatelyInspectionEvent } from '@statelyai/inspect';

/** A message of `@statelyai/inspect`. */
export type InspectorMessage = StatelyInspectionEvent;

/** So many messages wait at most. */
const MOST_WAITING = 1_000;
/** For so many running actors the messages are kept that a receiver which connects later needs. */
const MOST_ACTORS = 500;

/** What is known of a running actor: the message that said it started, and its newest snapshot. */
interface RunningActor {
  readonly started: InspectorMessage;
  readonly newest?: InspectorMessage;
}

/** A queue of messages for a receiver that may be slow, missing, or connected again. */
export class Outbox {
  #waiting: InspectorMessage[] = [];
  /** The running actors, by session id, as far as their messages were sent. */
  readonly #running = new Map<string, RunningActor>();
  #dropped = 0;

  /** How many messages were lost, or removed to make space for newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Adds a message. When there are too many, the oldest is removed and counts as lost. */
  put(message: InspectorMessage): void {
    this.#waiting.push(message);
    if (this.#waiting.length <= MOST_WAITING) return;
    this.take();
    this.countLost();
  }

  /** Counts a message as lost. */
  countLost(): void {
    this.#dropped += 1;
  }

  /** Removes the oldest message, and returns it. */
  take(): InspectorMessage | undefined {
    const message = this.#waiting.shift();
    if (message) this.#remember(message);
    return message;
  }

  /** For a new receiver: puts the messages about running actors before all others. */
  repeatRunning(): void {
    const known = [...this.#running.values()].flatMap(({ started, newest }) =>
      newest ? [started, newest] : [started],
    );
    this.#running.clear();
    this.#waiting.unshift(...known);
  }

  #remember(message: InspectorMessage): void {
    const { sessionId } = message;
    const running = this.#running.get(sessionId);
    if (message.type === '@xstate.actor') {
      this.#running.set(sessionId, { started: message });
      const [first] = this.#running.keys();
      if (this.#running.size > MOST_ACTORS && first !== undefined) this.#running.delete(first);
    } else if (message.type === '@xstate.snapshot' && running) {
      if (message.snapshot.status === 'active') this.#running.set(sessionId, { ...running, newest: message });
      else this.#running.delete(sessionId);
    }
  }
}

/** Sends messages to one receiver, which may be missing. Its methods never throw. */
export interface Sender {
  /** Sends the messages that wait, if there is a receiver. */
  flush(): void;
  /** Sends the messages that wait, within a second, and ends. */
  close(): Promise<void>;
}

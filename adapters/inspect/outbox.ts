// Messages that wait for a receiver: so many and no more; and what one that comes later has to know first.
import type { StatelyInspectionEvent } from '@statelyai/inspect';

export type InspectorMessage = StatelyInspectionEvent;

/** How many messages wait. */
const MOST_WAITING = 1_000;
/** How many actors are introduced to a receiver that comes later. */
const MOST_STANDING = 500;

/** An actor that goes on: how it was introduced, and how it stands. */
interface Standing {
  readonly introduction: InspectorMessage;
  readonly newest?: InspectorMessage;
}

export class Outbox {
  #waiting: InspectorMessage[] = [];
  /** Of what does not wait any more. */
  readonly #standing = new Map<string, Standing>();
  #dropped = 0;

  /** How many messages were lost, or gave way to newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  put(message: InspectorMessage): void {
    this.#waiting.push(message);
    if (this.#waiting.length <= MOST_WAITING) return;
    this.take();
    this.lose();
  }

  /** One is lost that somebody else had taken. */
  lose(): void {
    this.#dropped += 1;
  }

  /** The oldest. */
  take(): InspectorMessage | undefined {
    const message = this.#waiting.shift();
    if (message) this.#remember(message);
    return message;
  }

  /** For a receiver that knows nothing: who goes on, and how they stand, before all that waits. */
  startAnew(): void {
    const known = [...this.#standing.values()].flatMap(({ introduction, newest }) =>
      newest ? [introduction, newest] : [introduction],
    );
    this.#standing.clear();
    this.#waiting.unshift(...known);
  }

  #remember(message: InspectorMessage): void {
    const { sessionId } = message;
    const standing = this.#standing.get(sessionId);
    if (message.type === '@xstate.actor') {
      this.#standing.set(sessionId, { introduction: message });
      const [first] = this.#standing.keys();
      if (this.#standing.size > MOST_STANDING && first !== undefined) this.#standing.delete(first);
    } else if (message.type === '@xstate.snapshot' && standing) {
      if (message.snapshot.status === 'active')
        this.#standing.set(sessionId, { ...standing, newest: message });
      else this.#standing.delete(sessionId);
    }
  }
}

/** A way to a receiver, which may be there or not. Nothing here throws. */
export interface Line {
  /** Sends what waits, if somebody takes it. */
  flush(): void;
  /** Sends what waits, if somebody takes it within a moment, and ends. */
  close(): Promise<void>;
}

// Waiting without waiting: knows when nothing but sleepers is left, and only then lets time pass.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuthActor } from '../../../index.ts';
import type { TestClock } from '../../support/clock.ts';

/** Work of the chart that ends by time or by a person only. */
const waiting: ReadonlySet<string> = new Set([
  'renewalDeadline',
  'renewalPause',
  'failurePause',
  'loginDeadline',
  'joinedLoginDeadline',
  'awaitResponse',
  'takeOverLogin',
  'heedSiblings',
  'gatherChallenges',
]);

/** Turns of the event loop without any work, after which there is none. */
const QUIET_TURNS = 3;
/** The same where something is under way that cannot be seen from here; turns alone would be over too soon. */
const QUIET_UNSEEN = { turns: 2_000, milliseconds: 80 };
/** What a request that was given up needs to arrive at its server, if it was sent at all. */
const TURNS_TO_ARRIVE = 25;
/** How often time may pass before something that was asked for has ended. */
const MAX_PASSES = 15;
/** Work that goes on longer than this never ends. Turns count too, since the machine may be busy with others. */
const PATIENCE = { turns: 200_000, milliseconds: 3_000 };

export class Turns {
  readonly #clock: TestClock;
  readonly #actor: () => AuthActor | undefined;
  #underWay = 0;
  #unseen = 0;

  constructor(clock: TestClock, actor: () => AuthActor | undefined) {
    this.#clock = clock;
    this.#actor = actor;
  }

  /** Work that ends by itself: as long as it does not, nobody rests. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    return work.finally(() => {
      this.#underWay -= 1;
    });
  }

  /** A request: under way until its answer was read, or could have arrived. */
  trackRequest(sent: Promise<Response>): Promise<Response> {
    void this.track(arrival(sent));
    return sent;
  }

  /** Work that may wait for time or a person, which cannot be seen from outside. */
  async trackUnseen<T>(work: Promise<T>): Promise<T> {
    this.#unseen += 1;
    return work.finally(() => {
      this.#unseen -= 1;
    });
  }

  /** Lets things happen until nothing does any more, or `isDone`. @returns false when work goes on for ever. */
  async rest(isDone: () => boolean = () => false): Promise<boolean> {
    const start = performance.now();
    let busyTurns = 0;
    let idleTurns = 0;
    let idleSince = start;
    for (;;) {
      await nextTurn();
      if (isDone()) return true;
      const now = performance.now();
      if (this.#isBusy()) {
        idleTurns = 0;
        idleSince = now;
        busyTurns += 1;
        if (isOver(PATIENCE, busyTurns, now - start)) return false;
      } else idleTurns += 1;
      if (this.#unseen === 0 ? idleTurns >= QUIET_TURNS : isOver(QUIET_UNSEEN, idleTurns, now - idleSince))
        return true;
    }
  }

  /** Lets time pass, as little as is needed, until the work has ended. @returns whether it did. */
  async drive(work: Promise<unknown>): Promise<boolean> {
    let hasEnded = false;
    const over = (): void => {
      hasEnded = true;
    };
    work.then(over, over);
    for (let passes = 0; passes <= MAX_PASSES; passes += 1) {
      if (!(await this.rest(() => hasEnded))) return false;
      if (hasEnded) return true;
      const { next } = this.#clock;
      if (next === undefined) return false;
      this.#clock.pass(Math.max(next - this.#clock.now(), 0));
    }
    return false;
  }

  /** Lets that much time pass, in milliseconds, with everything that falls due on the way. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#clock.now() + milliseconds;
    for (;;) {
      const { next } = this.#clock;
      const until = next === undefined ? end : Math.min(Math.max(next, this.#clock.now()), end);
      this.#clock.pass(until - this.#clock.now());
      await this.rest();
      if (until === end) return;
    }
  }

  #isBusy(): boolean {
    if (this.#underWay > 0) return true;
    const snapshot = this.#actor()?.getSnapshot();
    return snapshot?.status === 'active' && Object.keys(snapshot.children).some((id) => !waiting.has(id));
  }
}

function isOver(
  limit: { turns: number; milliseconds: number },
  turns: number,
  milliseconds: number,
): boolean {
  return turns > limit.turns && milliseconds > limit.milliseconds;
}

async function arrival(sent: Promise<Response>): Promise<void> {
  try {
    await (await sent).clone().arrayBuffer();
  } catch {
    for (let turn = 0; turn < TURNS_TO_ARRIVE; turn += 1) await nextTurn();
  }
}

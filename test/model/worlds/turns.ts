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

/** Work that may wait for a sibling which is at it, and which then nothing but time ends. */
const perhapsWaiting: ReadonlySet<string> = new Set([
  'findLogin',
  'refreshGrant',
  'registerClient',
  'exchangeCode',
  'reserveRedirect',
]);

/** Turns of the event loop without any work, after which there is none. */
const QUIET_TURNS = 3;
/** The same where something is under way that cannot be seen from here; turns alone would be over too soon. */
const QUIET_UNSEEN = { turns: 2_000, milliseconds: 80 };
/** The same for work that perhaps waits for a sibling: its own takes no longer than that between two requests. */
const QUIET_PERHAPS = { turns: 100, milliseconds: 5 };
/** What a request that was given up needs to arrive at its server, if it was sent at all. */
const TURNS_TO_ARRIVE = 25;
/** How long something that was asked for may take, in milliseconds of the world, and how often time may pass for it. */
const MOST = { milliseconds: 60 * 60_000, passes: 400 };
/**
 * Who looks at a home again and again is not woken for each look: timers may be late by this part of the time so far, but no
 * later than so many milliseconds. What is waited for is counted in looks, and would else outlast every limit.
 */
const LATE = { part: 0.1, most: 5_000 };
/** Time that passes as on a machine that sleeps: it is awake this often. */
const AWAKE = 60;
/** Work that goes on longer than this never ends. Turns count too, since the machine may be busy with others. */
const PATIENCE = { turns: 200_000, milliseconds: 3_000 };

export class Turns {
  readonly #clock: TestClock;
  readonly #actors: () => readonly AuthActor[];
  #underWay = 0;
  #unseen = 0;

  constructor(clock: TestClock, actors: () => readonly AuthActor[]) {
    this.#clock = clock;
    this.#actors = actors;
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
      const doing = this.#doing();
      if (doing === 'work') {
        idleTurns = 0;
        idleSince = now;
        busyTurns += 1;
        if (isOver(PATIENCE, busyTurns, now - start)) return false;
        continue;
      }
      idleTurns += 1;
      const idle = now - idleSince;
      if (this.#unseen > 0 ? isOver(QUIET_UNSEEN, idleTurns, idle) : isQuiet(doing, idleTurns, idle))
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
    const start = this.#clock.now();
    for (let passes = 0; passes <= MOST.passes; passes += 1) {
      if (!(await this.rest(() => hasEnded))) return false;
      if (hasEnded) return true;
      const passed = this.#clock.now() - start;
      const { next } = this.#clock;
      if (next === undefined || passed > MOST.milliseconds) return false;
      const late = Math.min(passed * LATE.part, LATE.most);
      this.#clock.pass(Math.max(next - this.#clock.now(), late, 0));
    }
    return false;
  }

  /** Lets that much time pass, in milliseconds, with everything that falls due on the way. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#clock.now() + milliseconds;
    const least = milliseconds / AWAKE;
    for (;;) {
      const now = this.#clock.now();
      const { next } = this.#clock;
      const until = next === undefined ? end : Math.min(Math.max(next, now + least), end);
      this.#clock.pass(until - now);
      await this.rest();
      if (until === end) return;
    }
  }

  #doing(): 'work' | 'perhaps waiting' | 'nothing' {
    if (this.#underWay > 0) return 'work';
    const children = this.#actors().flatMap((actor) => {
      const { status, children: of } = actor.getSnapshot();
      return status === 'active' ? Object.keys(of).filter((id) => !waiting.has(id)) : [];
    });
    if (children.some((id) => !perhapsWaiting.has(id))) return 'work';
    return children.length > 0 ? 'perhaps waiting' : 'nothing';
  }
}

const isQuiet = (doing: 'perhaps waiting' | 'nothing', turns: number, milliseconds: number): boolean =>
  doing === 'nothing' ? turns >= QUIET_TURNS : isOver(QUIET_PERHAPS, turns, milliseconds);

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

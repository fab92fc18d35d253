// The clock of a test world: it runs with the system's, and goes ahead when the test says so.
import type { Sleep } from '../../stores/sleep.ts';

/** Taken when this is loaded, so that fake timers of a test runner do not stop the world. */
const { setTimeout, clearTimeout, Date: SystemDate } = globalThis;

/** So long, in milliseconds of the system, `passUntil` waits for work when nobody sleeps. */
const PATIENCE = 10_000;

/** Shorter waits keep the process alive, as those of an engine do. In milliseconds. */
const SHORT = 25;

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** How a clock is made. */
export interface ClockOptions {
  /** Where it begins, in epoch milliseconds. Default: now. */
  readonly start?: number | undefined;
  /** Whether requests are under way. Time that passes lets them end. */
  readonly isBusy: () => boolean;
}

/** The clock of a world: it runs as the system's does. `world.engineOptions` gives it to an engine. */
export interface TestClock {
  /** The time in epoch milliseconds. */
  readonly now: () => number;
  /** Waits by this clock, in milliseconds, or until the signal is given. */
  readonly sleep: Sleep;
  /** When the next one who sleeps will be woken, in epoch milliseconds. Nothing when nobody sleeps. */
  readonly next: number | undefined;
  /**
   * Goes ahead at once by so many milliseconds, and wakes all who slept until then: each once, as after a machine has
   * slept. Ends when the requests that they send have ended.
   */
  pass(milliseconds: number): Promise<void>;
  /**
   * Goes ahead from one who sleeps to the next until the work has ended: for what asks again and again, such as a device
   * login.
   * @returns what the work ends with.
   * @throws Error when nobody sleeps, and the work has not ended after 10 seconds.
   */
  passUntil<Result>(work: Promise<Result>): Promise<Result>;
}

/** Makes a clock. */
export function createTestClock({ start, isBusy }: ClockOptions): TestClock {
  const sleepers = new Set<Sleeper>();
  let ahead = start === undefined ? 0 : start - SystemDate.now();
  const now = (): number => SystemDate.now() + ahead;

  const goAhead = (milliseconds: number): void => {
    ahead += milliseconds;
    for (const sleeper of [...sleepers]) if (sleeper.until <= now()) sleeper.wake();
  };
  const next = (): number | undefined =>
    sleepers.size === 0 ? undefined : Math.min(...[...sleepers].map(({ until }) => until));

  return {
    now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const timer = setTimeout(() => sleeper.wake(), milliseconds);
        if (milliseconds > SHORT && typeof timer === 'object') timer.unref();
        const sleeper: Sleeper = {
          until: now() + milliseconds,
          wake: () => {
            clearTimeout(timer);
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake, { once: true });
      }),
    get next() {
      return next();
    },
    async pass(milliseconds) {
      goAhead(milliseconds);
      await settled(isBusy);
    },
    async passUntil(work) {
      let hasEnded = false;
      const end = (): void => {
        hasEnded = true;
      };
      work.then(end, end);
      const patience = SystemDate.now() + PATIENCE;
      for (;;) {
        await settled(isBusy);
        if (hasEnded) return work;
        const at = next();
        if (at !== undefined) goAhead(Math.max(0, at - now()));
        else if (SystemDate.now() > patience)
          throw new Error('The work has not ended, and nobody sleeps: it does not wait for time to pass.');
      }
    },
  };
}

/** Ends when no request has been under way for some turns of the event loop. */
async function settled(isBusy: () => boolean): Promise<void> {
  const patience = SystemDate.now() + PATIENCE;
  for (let quiet = 0; quiet < 5 && SystemDate.now() < patience; quiet += 1) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1);
    });
    if (isBusy()) quiet = 0;
  }
}

// A clock that stands still until it is told to go on: no test waits for real time, and no order is left to chance.

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Give `now` and `sleep` of it to an engine. */
export class TestClock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start epoch milliseconds. */
  constructor(start = 1_800_000_000_000) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const sleeper = { until: this.#now + milliseconds, wake: done };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', done, { once: true });
    });

  /** When the next one who sleeps is to be woken, in epoch milliseconds; nothing when nobody sleeps. */
  get next(): number | undefined {
    const times = [...this.#sleepers].map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Lets time pass, in milliseconds, and wakes whoever slept no longer than that. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
  }
}

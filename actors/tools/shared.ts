// Work that several sessions of one engine need at the same time. It is done once for all of them.
import { orCancelled } from './waiting.ts';

interface Running<Result> {
  readonly result: Promise<Result>;
  readonly ending: AbortController;
  waiting: number;
}

/** Work that is running, by name. */
export class Shared<Result> {
  readonly #running = new Map<string, Running<Result>>();

  /**
   * Joins the work of this name, or starts it. When the signal of one caller is given, the others go on waiting.
   * When no caller waits any more, the work is ended.
   * @param work Does the work. Its signal is given when no caller waits any more.
   * @param finish The work goes on even when no caller waits any more.
   * @throws AuthError `cancelled` when the caller's own signal is given; else what the work throws.
   */
  async run(
    name: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
    { finish = false } = {},
  ): Promise<Result> {
    const joined = this.#running.get(name) ?? this.#start(name, work);
    joined.waiting += 1;
    try {
      return await orCancelled(joined.result, signal, 'requesting');
    } finally {
      joined.waiting -= 1;
      const isRunning = this.#running.get(name) === joined;
      if (isRunning && joined.waiting === 0 && !finish) {
        joined.ending.abort();
        this.#end(name, joined);
      }
    }
  }

  /** Ends when all work that is running now has ended. It never fails. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ result }) => result));
  }

  #start(name: string, work: (signal: AbortSignal) => Promise<Result>): Running<Result> {
    const ending = new AbortController();
    const started: Running<Result> = { result: work(ending.signal), ending, waiting: 0 };
    this.#running.set(name, started);
    const end = (): void => this.#end(name, started);
    started.result.then(end, end);
    return started;
  }

  #end(name: string, one: Running<Result>): void {
    if (this.#running.get(name) === one) this.#running.delete(name);
  }
}

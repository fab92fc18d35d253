// Work that several sessions of one engine need at the same time, done once.
import { orCancelled } from './waiting.ts';

interface UnderWay<Result> {
  readonly result: Promise<Result>;
  readonly ending: AbortController;
  waiting: number;
}

/** Results under way, by name. */
export class Shared<Result> {
  readonly #underWay = new Map<string, UnderWay<Result>>();

  /**
   * Joins the work of that name, or starts it. A caller who leaves does not end it for the others;
   * when the last one leaves it is ended, unless it has to be finished (`finish`).
   * @throws AuthError `cancelled` by the caller's own signal; what the work throws.
   */
  async run(
    name: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal,
    { finish = false } = {},
  ): Promise<Result> {
    const joined = this.#underWay.get(name) ?? this.#start(name, work);
    joined.waiting += 1;
    try {
      return await orCancelled(joined.result, signal, 'requesting');
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0 && !finish) {
        joined.ending.abort();
        this.#end(name, joined);
      }
    }
  }

  /** Ends when everything that is under way has ended, well or badly. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underWay.values()].map(({ result }) => result));
  }

  #start(name: string, work: (signal: AbortSignal) => Promise<Result>): UnderWay<Result> {
    const ending = new AbortController();
    const started: UnderWay<Result> = { result: work(ending.signal), ending, waiting: 0 };
    this.#underWay.set(name, started);
    const end = (): void => this.#end(name, started);
    started.result.then(end, end);
    return started;
  }

  #end(name: string, one: UnderWay<Result>): void {
    if (this.#underWay.get(name) === one) this.#underWay.delete(name);
  }
}

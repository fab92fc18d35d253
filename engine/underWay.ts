// What an engine has begun and not ended yet, and the end of it: what disposes of the engine waits, and nothing is done afterwards.
import type { Store } from '../stores/store.ts';
import { refuseAfterwards } from './disposed.ts';

/** More promises than lie between two steps of any work. */
const TURNS = 50;

/** What an engine has under way. */
export class UnderWay {
  readonly #works = new Set<Promise<unknown>>();
  #isOver = false;

  /** Whether the engine has ended: nothing is sent, stored or told any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Work that whoever disposes of the engine waits for. @returns the same. */
  of<Result>(work: Promise<Result>): Promise<Result> {
    this.#works.add(work);
    const end = (): void => void this.#works.delete(work);
    work.then(end, end);
    return work;
  }

  /** Ends when nothing is under way any more, also what the last of it has begun. It never fails. */
  async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#works);
      // What ends may begin its next step a few promises later. No timer: a host may have its own clock.
      for (let turn = 0; turn < TURNS; turn += 1) await undefined;
    } while (this.#works.size > 0);
  }

  /** Nothing begins from now on. */
  end(): void {
    this.#isOver = true;
  }

  /** @throws AuthError `engine_disposed` when the engine has ended. */
  refuseOver(): void {
    if (this.#isOver) refuseAfterwards();
  }

  /** The same store, until the engine has ended. */
  store(home: Store): Store {
    const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      this.refuseOver();
      return this.of(work());
    };
    return {
      get: (key) => run(() => home.get(key)),
      put: (key, text, expected) => run(() => home.put(key, text, expected)),
      delete: (key, version) => run(() => home.delete(key, version)),
      list: (prefix) => run(() => home.list(prefix)),
      setAside: (key, version) => run(() => home.setAside(key, version)),
      ...(home.processes && { processes: home.processes }),
      ...(home.watch && { watch: home.watch.bind(home) }),
    };
  }

  /** The same `fetch`, until the engine has ended. What it has under way is its caller's. */
  fetch(send: typeof globalThis.fetch): typeof globalThis.fetch {
    return (input, init) => (this.#isOver ? refusedLater() : send(input, init));
  }

  /** The same callback, until the engine has ended. */
  told<Fact>(tell: (fact: Fact) => void): (fact: Fact) => void {
    return (fact) => {
      if (!this.#isOver) tell(fact);
    };
  }
}

const refusedLater = async (): Promise<never> => refuseAfterwards();

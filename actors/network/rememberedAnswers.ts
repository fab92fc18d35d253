// Answers of metadata endpoints that all sessions of an engine share: asked for once, and used again for a while.
import { Part } from '../../contract/part.ts';
import { isOutage } from '../../protocol/outage.ts';
import { Shared } from '../tools/shared.ts';
import type { DoorAnswer } from './door.ts';

/** Asked for with the first answer. */
const freshness = new Part(() => import('./freshness.ts'));

/** Most answers that are kept; the oldest go first. */
const MAX_ANSWERS = 500;

interface Remembered {
  readonly answer: DoorAnswer;
  /** When it was asked for, in the order of all requests of this engine. */
  readonly order: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** For how long it may be used, in milliseconds. */
  readonly fresh: number;
}

/** What is asked for, and which answers will do. */
export interface Question {
  /** Names the request: its purpose and its URL, and whatever else decides what may be answered. */
  readonly name: string;
  /** An answer will do that was asked for after this moment in the order of requests. Null: none that is remembered. */
  readonly after: number | null;
}

/** The answers of one engine. An answer that speaks of the moment only, as of an outage, is not kept (DISC-11). */
export class RememberedAnswers {
  readonly #now: () => number;
  readonly #longest: number;
  readonly #known = new Map<string, Remembered>();
  readonly #running = new Shared<Remembered>();
  readonly #startedAt = new Map<string, number>();
  #order = 0;

  /**
   * @param longest how long an answer is used at most, in milliseconds; less where its server says so. 0: each is asked for anew.
   * @param now epoch milliseconds.
   */
  constructor(longest: number, now: () => number) {
    this.#longest = longest;
    this.#now = now;
  }

  /** A moment in the order of requests: later than all before it. */
  mark(): number {
    this.#order += 1;
    return this.#order;
  }

  /** The remembered answer, one that is on its way, or a new one. @throws what `ask` throws. */
  async answerTo(
    { name, after }: Question,
    ask: (signal: AbortSignal) => Promise<DoorAnswer>,
    signal: AbortSignal,
  ): Promise<DoorAnswer> {
    const known = this.#known.get(name);
    if (known && after !== null && known.order > after && this.#isYoung(known)) return known.answer;
    // One that is on its way was asked for in time, or is asked for once more.
    const started = this.#startedAt.get(name) ?? this.mark();
    const order = after !== null && started <= after ? this.mark() : started;
    this.#startedAt.set(name, order);
    const work = async (shared: AbortSignal): Promise<Remembered> => {
      const at = this.#now();
      const answer = await ask(shared);
      const { freshFor } = freshness.atHand ?? (await freshness.load());
      return { answer, order, at, fresh: freshFor(answer, this.#longest, this.#now()) };
    };
    const found = await this.#running.run(`${order} ${name}`, work, signal).finally(() => {
      if (this.#startedAt.get(name) === order) this.#startedAt.delete(name);
    });
    if (!isOutage(found.answer.status)) this.#keep(name, found);
    return found.answer;
  }

  #isYoung({ at, fresh }: Remembered): boolean {
    const age = this.#now() - at;
    return age >= 0 && age < fresh;
  }

  #keep(name: string, found: Remembered): void {
    const known = this.#known.get(name);
    if (found.fresh <= 0 || (known && known.order > found.order)) return;
    this.#known.delete(name);
    this.#known.set(name, found);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_ANSWERS) return;
      this.#known.delete(oldest);
    }
  }
}

// What instrumented code asks at each place: whether a mutant is at work there.

declare global {
  /** @returns whether this mutant is at work. */
  var __mutant: (number: number) => boolean;
}

// The clock of the system, taken before a test can put another in its place.
const clock = performance.now.bind(performance);

/** The one mutant at work, and the places that were reached since `begin`. */
export class Switch {
  #atWork = 0;
  #reached: Uint8Array;
  #asked = 0;
  #deadline = Number.POSITIVE_INFINITY;

  /** @param count how many mutants there are. */
  constructor(count: number) {
    this.#reached = new Uint8Array(count + 1);
  }

  /** From now on modules can be loaded. */
  install(): void {
    globalThis.__mutant = (number) => {
      this.#reached[number] = 1;
      return number === this.#atWork && this.#isStillAtWork();
    };
  }

  get atWork(): number {
    return this.#atWork;
  }

  /** @param limit milliseconds; a mutant that is still asked for after them is in a loop that does not end. */
  begin(mutant: number, limit = Number.POSITIVE_INFINITY): void {
    this.#atWork = mutant;
    this.#asked = 0;
    this.#deadline = clock() + limit;
    this.#reached.fill(0);
  }

  /** Numbers of the mutants that could have made a difference since `begin`. */
  reached(): readonly number[] {
    return [...this.#reached.entries()].flatMap(([number, isReached]) => (isReached ? [number] : []));
  }

  #isStillAtWork(): true {
    this.#asked += 1;
    if (this.#asked % 1024 === 0 && clock() > this.#deadline) throw new TimeIsUp();
    return true;
  }
}

/** A test took much longer than it does without a mutant. */
export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp';
}

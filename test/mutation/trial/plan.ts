// Which tests are tried with which mutants next: the quickest first, and those that have found something nearby.
import type { Test } from './reach.ts';

/** What the plan has to know of a mutant. */
interface Subject {
  /** Its source file. */
  readonly file: string;
  /** How long the tests of other files may take together, in milliseconds. The file's own tests are all tried. */
  readonly budget: number;
}

/** What has been tried so far of a mutant: ids of tests, and how long those take, in milliseconds. */
interface Tried {
  readonly ids: Set<string>;
  ms: number;
  /** Of tests that are not the file's own. */
  msOfOthers: number;
}

const nothing = (): Tried => ({ ids: new Set(), ms: 0, msOfOthers: 0 });

/** The tests of a source stand at the same place below `test/`. */
export const isOwnTest = (test: string, source: string): boolean =>
  test === `test/${source.replace(/\.ts$/, '.test.ts')}`;

export class Plan {
  readonly #tests: ReadonlyMap<number, readonly Test[]>;
  readonly #subjectOf: (mutant: number) => Subject;
  readonly #tried = new Map<number, Tried>();
  /** By test and source file, how many mutants it has found. */
  readonly #successes = new Map<string, number>();

  constructor(tests: ReadonlyMap<number, readonly Test[]>, subjectOf: (mutant: number) => Subject) {
    this.#tests = tests;
    this.#subjectOf = subjectOf;
  }

  /** By test, the mutants to try next. @param within how long all tests of one mutant may take, in milliseconds. */
  next(mutants: Iterable<number>, within: number): ReadonlyMap<string, readonly number[]> {
    const tries = new Map<string, number[]>();
    for (const mutant of mutants) {
      for (const { id } of this.#nextOf(mutant, within)) {
        const before = tries.get(id);
        if (before) before.push(mutant);
        else tries.set(id, [mutant]);
      }
    }
    return tries;
  }

  #nextOf(mutant: number, within: number): readonly Test[] {
    const { file, budget } = this.#subjectOf(mutant);
    let { ms, msOfOthers } = this.triedOf(mutant);
    const next: Test[] = [];
    for (const test of this.#open(mutant)) {
      // At least one, however long it takes.
      if (ms > 0 && ms + test.ms > within) break;
      const others = isOwnTest(test.file, file) ? msOfOthers : msOfOthers + test.ms;
      if (others > budget && ms > 0) continue;
      [ms, msOfOthers] = [ms + test.ms, others];
      next.push(test);
    }
    return next;
  }

  /** What is not tried yet, the most promising first. */
  #open(mutant: number): readonly Test[] {
    const { ids } = this.triedOf(mutant);
    const open = (this.#tests.get(mutant) ?? []).filter(({ id }) => !ids.has(id));
    const ranked = open.map((test) => ({ test, rank: this.#rank(test, mutant) }));
    return ranked.sort((one, other) => one.rank - other.rank).map(({ test }) => test);
  }

  #rank({ id, ms }: Test, mutant: number): number {
    return (ms + 1) / (1 + (this.#successes.get(`${id} ${this.#subjectOf(mutant).file}`) ?? 0));
  }

  triedOf(mutant: number): Readonly<Tried> {
    return this.#tried.get(mutant) ?? nothing();
  }

  /** Whether no test that comes by is left. */
  isAllTried(mutant: number): boolean {
    return this.triedOf(mutant).ids.size === (this.#tests.get(mutant)?.length ?? 0);
  }

  tried(mutant: number, test: Test, hasFound: boolean): void {
    const { file } = this.#subjectOf(mutant);
    const before = this.#tried.get(mutant) ?? nothing();
    this.#tried.set(mutant, before);
    before.ids.add(test.id);
    before.ms += test.ms;
    if (!isOwnTest(test.file, file)) before.msOfOthers += test.ms;
    const place = `${test.id} ${file}`;
    if (hasFound) this.#successes.set(place, (this.#successes.get(place) ?? 0) + 1);
  }
}

// Which tests are tried with which mutants next: the quickest first, and those that have found something nearby.
import type { Test } from './reach.ts';

/** What has been tried so far. */
export class Plan {
  readonly #tests: ReadonlyMap<number, readonly Test[]>;
  readonly #nearby: (mutant: number) => string;
  /** By mutant: ids of the tests that were tried, and how long they take together. */
  readonly #tried = new Map<number, { readonly ids: Set<string>; ms: number }>();
  /** By test and source file, how many mutants it has found. */
  readonly #successes = new Map<string, number>();

  /** @param fileOf the source file of a mutant. */
  constructor(tests: ReadonlyMap<number, readonly Test[]>, fileOf: (mutant: number) => string) {
    this.#tests = tests;
    this.#nearby = fileOf;
  }

  /** For each mutant the next tests. @param within how long all its tests together may take, in milliseconds. */
  next(
    mutants: Iterable<number>,
    within: (mutant: number) => number,
  ): ReadonlyMap<string, readonly number[]> {
    const tries = new Map<string, number[]>();
    for (const mutant of mutants) {
      for (const { id } of this.#nextOf(mutant, within(mutant))) {
        const before = tries.get(id);
        if (before) before.push(mutant);
        else tries.set(id, [mutant]);
      }
    }
    return tries;
  }

  #nextOf(mutant: number, within: number): readonly Test[] {
    const { ids, ms } = this.triedOf(mutant);
    let sum = ms;
    const open = (this.#tests.get(mutant) ?? []).filter(({ id }) => !ids.has(id));
    const sorted = open
      .map((test) => ({ test, rank: this.#rank(test, mutant) }))
      .sort((a, b) => a.rank - b.rank);
    const next: Test[] = [];
    for (const { test } of sorted) {
      // At least one, however long it takes.
      if (sum + test.ms > within && (sum > 0 || next.length > 0)) break;
      sum += test.ms;
      next.push(test);
    }
    return next;
  }

  #rank({ id, ms }: Test, mutant: number): number {
    return (ms + 1) / (1 + (this.#successes.get(`${id} ${this.#nearby(mutant)}`) ?? 0));
  }

  triedOf(mutant: number): {
    readonly ids: ReadonlySet<string>;
    readonly ms: number;
    readonly isAll: boolean;
  } {
    const { ids, ms } = this.#tried.get(mutant) ?? { ids: new Set<string>(), ms: 0 };
    return { ids, ms, isAll: ids.size === (this.#tests.get(mutant)?.length ?? 0) };
  }

  tried(mutant: number, test: Test, hasFound: boolean): void {
    const before = this.#tried.get(mutant) ?? { ids: new Set<string>(), ms: 0 };
    before.ids.add(test.id);
    before.ms += test.ms;
    this.#tried.set(mutant, before);
    if (!hasFound) return;
    const place = `${test.id} ${this.#nearby(mutant)}`;
    this.#successes.set(place, (this.#successes.get(place) ?? 0) + 1);
  }
}

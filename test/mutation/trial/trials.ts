// Tries mutants until a test finds them, or none is left that may: in rounds, each with more and slower tests.
import { writeFile } from 'node:fs/promises';
import type { DoubtNote, TrialNote } from '../inside/notes.ts';
import { type Inventory, type Source, switchedOf } from '../inventory.ts';
import type { Loading, Tries } from '../orders.ts';
import { drive, type Ending, fileOf } from './drive.ts';
import { Plan } from './plan.ts';
import type { Reach, Test } from './reach.ts';
import type { Verdict, Verdicts } from './verdict.ts';

/** How long the tests of one mutant take together, round by round, in milliseconds. */
const ROUNDS = [30, 1_000, 10_000, Number.POSITIVE_INFINITY];

/** A test with a mutant is given so many times its own time, and at least this, and at most that, in milliseconds. */
const TIMES = 10;
const LEAST = 2_000;
const MOST = 30_000;

export interface Options {
  readonly workers: number;
  /** How long the tests of one mutant may take together, in milliseconds. */
  budgetOf(source: Source): number;
  /** Told as it goes: what is being done, and how many mutants of how many were found or came to an end in it. */
  onProgress(what: string, done: number, all: number): void;
  /** Told when something is settled that is worth keeping. */
  onRound(verdicts: Verdicts): Promise<void>;
}

export class Trials {
  readonly verdicts: Verdicts = new Map();
  readonly #inventory: Inventory;
  readonly #reach: Reach;
  readonly #options: Options;
  readonly #plan: Plan;
  readonly #sourceOf: (mutant: number) => Source | undefined;

  constructor(inventory: Inventory, reach: Reach, options: Options) {
    this.#inventory = inventory;
    this.#reach = reach;
    this.#options = options;
    const sources = inventory.sources.flatMap((source) => source.mutants.map(() => source));
    this.#sourceOf = (mutant) => sources[mutant - 1];
    this.#plan = new Plan(reach.of, (mutant) => this.#subjectOf(mutant));
  }

  /** By tests that come by, in a process that has loaded everything once. */
  async tryAll(mutants: readonly number[]): Promise<void> {
    for (const [index, limit] of ROUNDS.entries()) {
      const doubts: DoubtNote[] = [];
      for (;;) {
        const open = mutants.filter((mutant) => !this.verdicts.has(mutant));
        const tries = this.#plan.next(open, limit);
        if (tries.size === 0) break;
        await this.#round(`round ${index + 1}`, open, tries, doubts);
      }
      await this.#settle(doubts);
    }
    for (const mutant of mutants) {
      if (!this.verdicts.has(mutant)) this.verdicts.set(mutant, this.#withoutFindings(mutant));
    }
  }

  #subjectOf(mutant: number): { readonly file: string; readonly budget: number } {
    const source = this.#sourceOf(mutant);
    if (!source) throw new Error(`There is no mutant ${mutant}.`);
    return { file: source.file, budget: this.#options.budgetOf(source) };
  }

  #withoutFindings(mutant: number): Verdict {
    if (!this.#reach.of.has(mutant)) return { how: 'unreached' };
    return { how: 'survived', ms: this.#plan.triedOf(mutant).ms, isAll: this.#plan.isAllTried(mutant) };
  }

  async #round(
    what: string,
    open: readonly number[],
    wanted: ReadonlyMap<string, readonly number[]>,
    doubts: DoubtNote[],
  ): Promise<void> {
    const tries: Tries = Object.fromEntries(
      [...wanted].map(([id, mutants]) => [id, { mutants, limit: limitOf(this.#reach.tests.get(id)) }]),
    );
    await writeFile(fileOf('tries.json'), JSON.stringify(tries));
    const order = { kind: 'try', tries: fileOf('tries.json'), notes: fileOf('notes') } as const;
    const before = this.verdicts.size;
    const ending = await drive(
      {
        switched: switchedOf([...new Set(open.flatMap((mutant) => this.#sourceOf(mutant) ?? []))]),
        workers: this.#options.workers,
        order: { ...order, count: this.#inventory.count },
        files: quickestFirst([...wanted.keys()].flatMap((id) => this.#reach.tests.get(id) ?? [])),
        loadings: [],
      },
      (note) => {
        if (note.kind === 'doubt') doubts.push(note);
        if (note.kind === 'end') this.#ended(note);
        this.#options.onProgress(what, this.verdicts.size - before, open.length);
      },
    );
    this.#broken(ending);
    if (ending.how === 'done') this.#passOver(wanted);
    await this.#options.onRound(this.verdicts);
  }

  #ended({ mutant, test, name, found, why }: Omit<TrialNote, 'kind'>): void {
    const tried = this.#reach.tests.get(test);
    if (tried) this.#plan.tried(mutant, tried, found !== 'nothing');
    const by = tried ? `${tried.file} ${tried.name}` : name;
    if (found === 'fault')
      this.verdicts.set(mutant, { how: 'killed', by, ...(why !== undefined && { why }) });
    if (found === 'no end') this.verdicts.set(mutant, { how: 'endless', by });
  }

  /** A mutant took the process with it, or kept it from going on. */
  #broken({ how, open }: Ending): void {
    for (const { mutant, test } of open) {
      this.#ended({ mutant, test, name: test, found: how === 'stopped' ? 'no end' : 'fault' });
    }
  }

  /** What was to be tried in a process that has ended well, and was not: another test had found the mutant before, or it was skipped. */
  #passOver(wanted: ReadonlyMap<string, readonly number[]>): void {
    for (const [id, mutants] of wanted) {
      const test = this.#reach.tests.get(id);
      for (const mutant of mutants) {
        if (test && !this.#plan.triedOf(mutant).ids.has(id)) this.#plan.tried(mutant, test, false);
      }
    }
  }

  /** Tries again, each alone, what tests said that had lost their footing. */
  async #settle(doubts: readonly DoubtNote[]): Promise<void> {
    const loadings = doubts.flatMap(({ test, mutants }) => {
      const file = this.#reach.tests.get(test)?.file ?? '';
      for (const mutant of mutants) this.verdicts.delete(mutant);
      return mutants.map((mutant): Loading => ({ mutant, files: [file], tests: [test] }));
    });
    await this.load(loadings);
    // One test has found nothing: the others are still to be tried.
    for (const { mutant } of loadings) {
      if (this.verdicts.get(mutant)?.how === 'survived') this.verdicts.delete(mutant);
    }
  }

  /** By tests in processes of their own, with the mutant at work while modules are loaded. */
  async load(loadings: readonly Loading[]): Promise<void> {
    const ended = new Set<number>();
    for (let open = loadings; open.length > 0; open = open.filter(({ mutant }) => !ended.has(mutant))) {
      const order = { kind: 'load', notes: fileOf('notes'), count: this.#inventory.count } as const;
      const sources = new Set(open.flatMap(({ mutant }) => this.#sourceOf(mutant) ?? []));
      const switched = switchedOf([...sources]);
      const batch = {
        switched,
        workers: 1,
        files: [],
        order: { ...order, mutant: 0, tests: null },
        loadings: open,
      };
      const left = open.length;
      const ending = await drive(batch, (note) => {
        if (note.kind !== 'end') return;
        ended.add(note.mutant);
        // What was loaded has been tried, though no test of its own comes by.
        if (note.found === 'nothing') this.verdicts.set(note.mutant, { how: 'survived', ms: 0, isAll: true });
        this.#ended(note);
        this.#options.onProgress('loaded anew', ended.size, left);
      });
      this.#broken(ending);
      for (const { mutant } of ending.open) ended.add(mutant);
      await this.#options.onRound(this.verdicts);
    }
  }
}

/** The files of these tests: what a quick test finds, slow ones need not be tried with. */
function quickestFirst(tests: readonly Test[]): readonly string[] {
  const times = new Map<string, number>();
  for (const { file, ms } of tests) times.set(file, Math.max(ms, times.get(file) ?? 0));
  return [...times].sort(([, one], [, other]) => one - other).map(([file]) => file);
}

const limitOf = (test: Test | undefined): number =>
  Math.min(MOST, Math.max(LEAST, TIMES * (test?.ms ?? MOST)));

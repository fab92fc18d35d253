// Runs tests in a process of Vitest as an order says: to see what they reach, or with one mutant after the other.
import { readFileSync } from 'node:fs';
import { inject, type RunnerTestCase, type RunnerTestFile, TestRunner } from 'vitest';
import type { Order, Tries } from '../orders.ts';
import { type Found, note } from './notes.ts';
import { numbersOf } from './numbers.ts';
import { Switch, TimeIsUp } from './switch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    mutation: Order;
  }
}

/** Longest time of one test without a mutant, in milliseconds, and of one with a mutant that is there from the start. */
const PATIENCE = 60_000;

// The timers of the system, taken before a test can put others in their place: those pass no real time.
const { setTimeout, clearTimeout } = globalThis;

const order = inject('mutation');
const state = new Switch(order.count);
state.install();
if (order.kind === 'load') state.begin(order.mutant, PATIENCE);
const tries: Tries = order.kind === 'try' ? JSON.parse(readFileSync(order.tries, 'utf8')) : {};
/** Mutants that were found, in this process. */
const found = new Set<number>();
/** What nobody caught, since the test began. */
let uncaught: unknown;
process.on('unhandledRejection', (thrown) => {
  uncaught ??= thrown;
});
process.on('uncaughtException', (thrown) => {
  uncaught ??= thrown;
});

class MutationRunner extends TestRunner {
  /** What is tried with the test that is running: mutants, and at last none. */
  #queue: readonly number[] = [];
  #started = 0;
  /** Places that were reached outside of tests, as modules were loaded and suites prepared. */
  #outside = new Set<number>();
  #isOutside = true;
  #hasFailed = false;

  onBeforeCollect(): void {
    if (order.kind !== 'load') state.begin(0);
    this.#outside = new Set();
    this.#isOutside = true;
  }

  onCollected(files: RunnerTestFile[]): void {
    for (const file of files) leaveOut(file, (test) => !isOrdered(test));
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    await super.onBeforeRunTask(test);
    if (this.#isOutside) this.#noteOutside();
    this.#isOutside = false;
    if (this.#hasFailed) test.mode = 'skip';
    if (order.kind !== 'try') return;
    const open = (tries[test.id]?.mutants ?? []).filter((mutant) => !found.has(mutant));
    if (open.length === 0) test.mode = 'skip';
    this.#queue = [...open, 0];
    test.repeats = open.length;
  }

  override onBeforeTryTask(test: RunnerTestCase, { repeats }: { repeats: number } = { repeats: 0 }): void {
    super.onBeforeTryTask(test);
    if (repeats > 0 && test.result) Object.assign(test.result, { state: 'run', errors: undefined });
    uncaught = undefined;
    this.#started = performance.now();
    if (order.kind === 'load') return;
    const mutant = this.#queue[repeats] ?? 0;
    state.begin(mutant, limitOf(test));
    if (mutant !== 0) note(order.notes, { kind: 'begin', mutant, test: test.id });
  }

  /** The test itself, for as long as it may take. */
  async runTask(test: RunnerTestCase): Promise<void> {
    const body = TestRunner.getTestFn(test);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TimeIsUp()), limitOf(test));
    });
    try {
      await Promise.race([body(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Behind all hooks of the test. */
  onAfterRetryTask(test: RunnerTestCase, { repeats }: { repeats: number }): void {
    const isGood = test.result?.state === 'pass' && uncaught === undefined;
    if (order.kind === 'reach') this.#noteTest(test, isGood);
    if (order.kind === 'load') this.#hasFailed ||= !isGood;
    if (order.kind !== 'try') return;
    const mutant = this.#queue[repeats] ?? 0;
    if (mutant !== 0) noteTrial(test, mutant, isGood);
    else if (!isGood && repeats > 0) this.#noteDoubt(test);
    if (test.result) Object.assign(test.result, { state: 'pass', errors: undefined });
  }

  override async onBeforeRunSuite(suite: RunnerTestFile): Promise<void> {
    await super.onBeforeRunSuite(suite);
    if (this.#isOutside) this.#noteOutside();
    this.#isOutside = true;
  }

  override onAfterRunFiles(files?: RunnerTestFile[]): void {
    super.onAfterRunFiles();
    if (order.kind !== 'reach') return;
    for (const { filepath } of files ?? []) {
      note(order.notes, {
        kind: 'file',
        file: filepath,
        reached: numbersOf([...this.#outside].sort(byNumber)),
      });
    }
  }

  #noteOutside(): void {
    if (order.kind !== 'reach') return;
    for (const number of state.reached()) this.#outside.add(number);
    state.begin(0);
  }

  #noteTest(test: RunnerTestCase, isGood: boolean): void {
    const { id, fullName: name, file } = test;
    const ms = Math.round(performance.now() - this.#started);
    const reached = numbersOf(state.reached());
    note(order.notes, { kind: 'test', file: file.filepath, id, name, ms, isGood, reached });
    state.begin(0);
  }

  #noteDoubt(test: RunnerTestCase): void {
    const mutants = this.#queue.filter((mutant) => found.has(mutant));
    note(order.notes, { kind: 'doubt', test: test.id, mutants });
  }
}

const byNumber = (one: number, other: number): number => one - other;

const limitOf = (test: RunnerTestCase): number => tries[test.id]?.limit ?? PATIENCE;

function isOrdered(test: RunnerTestCase): boolean {
  if (order.kind === 'try') return test.id in tries;
  return order.kind === 'reach' || (order.tests?.includes(test.id) ?? true);
}

function noteTrial(test: RunnerTestCase, mutant: number, isGood: boolean): void {
  const error = test.result?.errors?.[0];
  const what: Found = isGood ? 'nothing' : error?.name === 'TimeIsUp' ? 'no end' : 'fault';
  const said = error?.message ?? (uncaught === undefined ? undefined : String(uncaught));
  const why = said === undefined ? {} : { why: said.split('\n', 1).join().slice(0, 200) };
  if (!isGood) found.add(mutant);
  note(order.notes, { kind: 'end', mutant, test: test.id, name: test.fullName, found: what, ...why });
}

/** Also whole suites, whose hooks would run for nothing. */
function leaveOut(
  suite: RunnerTestFile['tasks'][number] | RunnerTestFile,
  isOut: (test: RunnerTestCase) => boolean,
): void {
  if (suite.type === 'test') {
    if (isOut(suite)) suite.mode = 'skip';
    return;
  }
  for (const task of suite.tasks) leaveOut(task, isOut);
  if (suite.tasks.length > 0 && suite.tasks.every(({ mode }) => mode === 'skip')) suite.mode = 'skip';
}

export default MutationRunner;

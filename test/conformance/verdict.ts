// What one run of a scenario means, and what all of them mean together: pure, so that it can be tested.
import * as z from 'zod/mini';
import type { Wire } from './expected.ts';

/** The part of the suite's `checks.json` that decides. */
export const Checks = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    description: z.string(),
    errorMessage: z.optional(z.string()),
  }),
);

/** Everything that a run left behind. `checks` is absent when the suite wrote none. */
export interface Evidence {
  readonly checks: z.infer<typeof Checks> | undefined;
  readonly suiteExit: number | null;
  /** The suite's standard error; it alone tells the exit code of the client. */
  readonly log: string;
  /** What went wrong outside of the checks, such as a missed deadline. */
  readonly trouble: string | undefined;
}

/** A check that failed or warned, or a trouble of the run itself. */
interface Problem {
  readonly status: string;
  readonly name: string;
  readonly message: string;
}

/** `broken` is a run that shows nothing about the client: it is never expected. */
export type Outcome = 'passed' | 'failed' | 'expected failure' | 'unexpected pass' | 'broken';

/** One finished run. */
export interface Run {
  readonly scenario: string;
  readonly wire: Wire;
  readonly kind: 'core' | 'extension';
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly clientExit: number;
  readonly warnings: number;
  readonly problems: readonly Problem[];
}

/** The suite also writes INFO and SKIPPED, which say nothing about the client. */
const DECISIVE = new Set(['SUCCESS', 'FAILURE', 'WARNING']);

/** Judges one run. Warnings count as failures, and so does a client that ends with an error where it may not. */
export function judge(
  evidence: Evidence,
  mayFail: boolean,
): Pick<Run, 'outcome' | 'clientExit' | 'problems'> {
  const { checks, log, suiteExit } = evidence;
  const clientExit = Number(/^Client exited with code (-?\d+)$/m.exec(log)?.[1] ?? 0);
  if (evidence.trouble !== undefined || !checks?.some(({ status }) => DECISIVE.has(status))) {
    const message = evidence.trouble ?? `the suite wrote no checks (exit code ${suiteExit})`;
    return { outcome: 'broken', clientExit, problems: [{ status: 'BROKEN', name: 'run', message }] };
  }
  const problems = checks.flatMap(({ status, name, errorMessage, description }) =>
    status === 'FAILURE' || status === 'WARNING'
      ? [{ status, name, message: errorMessage ?? description }]
      : [],
  );
  // The suite fails a run for the client's exit code only in scenarios where the client has to succeed.
  if (suiteExit !== 0 && problems.length === 0) {
    const timedOut = /^\W*CLIENT TIMED OUT/m.test(log);
    const message = timedOut ? 'timed out' : `ended with exit code ${clientExit}`;
    problems.push({ status: 'FAILURE', name: 'client', message });
  }
  const passed = problems.length === 0;
  if (mayFail) return { outcome: passed ? 'unexpected pass' : 'expected failure', clientExit, problems };
  return { outcome: passed ? 'passed' : 'failed', clientExit, problems };
}

/** The one line that ends a conformance run, and whether everything is as it must be. */
export function summarize(runs: readonly Run[], seconds: number): { line: string; ok: boolean } {
  const expected = runs.filter((run) => run.outcome === 'expected failure');
  const required = runs.filter((run) => run.outcome !== 'expected failure');
  const tally = (kind: Run['kind']): string => {
    const ofKind = required.filter((run) => run.kind === kind);
    const passed = ofKind.filter((run) => run.outcome === 'passed').length;
    return `${passed} of ${ofKind.length} ${kind} runs`;
  };
  const extensions = required.some((run) => run.kind === 'extension') ? ` and ${tally('extension')}` : '';
  const warnings = required.reduce((sum, run) => sum + run.warnings, 0);
  const scenarios = new Set(expected.map((run) => run.scenario)).size;
  const line =
    `conformance: ${tally('core')}${extensions} passed, ${warnings} warnings; ` +
    `${expected.length} expected failures (${scenarios} scenarios) in ${Math.round(seconds)} s`;
  return { line, ok: runs.length > 0 && required.every((run) => run.outcome === 'passed') };
}

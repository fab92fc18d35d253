// The whole run of the torture suite: plays the cases, prints what became of them, and writes the reports.
import { writeFile } from 'node:fs/promises';
import { misused } from '../failures.ts';
import type { Interruption } from '../interruption.ts';
import { casesNamed, kinds, type NamedCase } from './cases.ts';
import { canBeMade, isInside, runInside } from './network.ts';
import { describeList, describeOutcome, headline, lastLine } from './report/lines.ts';
import { type Outcome, runCases } from './runCases.ts';

/** What the command was told. */
export interface TortureOptions {
  readonly command: readonly string[];
  readonly only?: readonly string[];
  readonly list?: boolean;
  readonly json?: string;
  readonly html?: string;
  readonly workers: number;
  /** Of each process of the client, in milliseconds. */
  readonly timeout: number;
  readonly interruption: Interruption;
}

/**
 * Plays the cases, and prints a line for each, and one at the end.
 * @returns whether none failed.
 * @throws AuthError `config_invalid` for a name that no case has, and for a file that cannot be written.
 */
export async function torture(options: TortureOptions): Promise<boolean> {
  const { only = [] } = options;
  const named =
    casesNamed(only) ??
    misused(`There is no case or kind of this name; kinds are ${kinds.map(({ kind }) => kind).join(', ')}.`);
  if (options.list) {
    say(describeList(named));
    return true;
  }
  const stopping = new AbortController();
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  options.interruption.onStop(async () => {
    stopping.abort();
    await finished;
  });
  try {
    if (!isInside() && canBeMade()) return (await runInside(stopping.signal)) === 0;
    return await play(named, options, stopping.signal);
  } finally {
    finish();
  }
}

async function play(
  named: readonly NamedCase[],
  options: TortureOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { command, workers, timeout } = options;
  const started = performance.now();
  let kind = '';
  const outcomes = await runCases(named, {
    command,
    workers,
    timeout,
    signal,
    onOutcome(outcome) {
      if (outcome.case.kind !== kind) say(headline(outcome.case.kind));
      kind = outcome.case.kind;
      say(describeOutcome(outcome));
    },
  });
  if (signal.aborted) return false;
  await writeReports(options, outcomes);
  const seconds = Math.round((performance.now() - started) / 1000);
  say(lastLine(outcomes, seconds));
  return outcomes.every(({ result }) => result !== 'failed');
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function writeReports(
  { json, html, command }: TortureOptions,
  outcomes: readonly Outcome[],
): Promise<void> {
  if (json !== undefined) {
    const { reportOf } = await import('./report/json.ts');
    await written(json, `${JSON.stringify(reportOf(command, outcomes), undefined, 2)}\n`);
  }
  if (html !== undefined) {
    const { pageOf } = await import('./report/page.ts');
    await written(html, pageOf(command, outcomes));
  }
}

const written = (file: string, text: string): Promise<void> =>
  writeFile(file, text).catch(() => misused(`The report cannot be written to ${file}.`));

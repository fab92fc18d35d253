// `npm run model`: the chart proves itself. Ends with one line of figures; with 1 when something is missing.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Job, Result } from './jobs.ts';
import { doAll } from './pool.ts';
import { report } from './report.ts';
import { settings } from './settings.ts';

const REPORT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'reports', 'model.json');
const USAGE = 'usage: npm run model -- [--exhaustive] [--mutants] [--worlds N] [--seed N]';

/** How much is tried where not everything is asked for. */
const SAMPLE = 100;
const WORLDS = 200;
/** The worlds of every run, unless another seed is asked for. */
const SEED = 20_261_121;
/** How many worlds one process plays in one go. */
const BATCH = 250;

interface Options {
  readonly exhaustive: boolean;
  readonly mutants: boolean;
  readonly worlds: number;
  readonly seed: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      exhaustive: { type: 'boolean', default: false },
      mutants: { type: 'boolean', default: false },
      worlds: { type: 'string', default: String(WORLDS) },
      seed: { type: 'string', default: String(SEED) },
    },
  });
  const [worlds, seed] = [Number(values.worlds), Number(values.seed)];
  if (!Number.isInteger(worlds) || worlds < 0 || !Number.isInteger(seed))
    throw new Error('--worlds and --seed are whole numbers');
  return { exhaustive: values.exhaustive, mutants: values.mutants, worlds, seed };
}

/** The largest first, so that no process is left waiting at the end. */
function jobsFor({ exhaustive, mutants, worlds, seed }: Options, commit: string): readonly Job[] {
  const sample = mutants ? null : { seed: commit, count: SAMPLE };
  const parts = mutants ? 8 : 2;
  return [
    { kind: 'transitions' },
    ...Array.from({ length: parts }, (_, part): Job => ({ kind: 'mutants', part, of: parts, sample })),
    ...settings.map(({ name }): Job => ({ kind: 'setting', name, isDriven: exhaustive })).reverse(),
    ...Array.from({ length: Math.ceil(worlds / BATCH) }, (_, batch): Job => {
      return { kind: 'worlds', worlds: Math.min(BATCH, worlds - batch * BATCH), seed: seed + batch };
    }),
  ];
}

/** The sample of mutants changes with each commit. */
async function commitId(): Promise<string> {
  const git = promisify(execFile)('git', ['rev-parse', 'HEAD']);
  return git.then(
    ({ stdout }) => stdout.trim(),
    () => 'no commit',
  );
}

function tell(job: Job, result: Result, seconds: number): void {
  const { states, edges, steps, paths, mutants, worlds, requests, violation } = result;
  const figures = {
    setting: `${states} states, ${edges} edges${steps === undefined ? '' : `, ${steps} of them on the real engine`}`,
    transitions: `${result.driven?.length} transitions on the real engine, ${paths} paths, ${steps} steps`,
    mutants: `${mutants?.length} mutants`,
    worlds: `${worlds} worlds, ${requests} requests`,
  }[job.kind];
  const name =
    job.kind === 'setting' ? job.name : job.kind === 'mutants' ? `mutants, part ${job.part + 1}` : job.kind;
  console.log(`${violation === undefined ? 'ok  ' : 'FAIL'} ${name.padEnd(40)} ${figures}, ${seconds} s`);
  if (violation !== undefined) console.log(`     ${violation.replaceAll('\n', '\n     ')}`);
}

async function main(): Promise<void> {
  const options = readOptions();
  const results: { readonly job: Job; readonly result: Result; readonly seconds: number }[] = [];
  await doAll(jobsFor(options, await commitId()), (job, result, seconds) => {
    results.push({ job, result, seconds });
    tell(job, result, seconds);
  });
  const { isComplete, line, figures } = await report(results);
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ options, ...figures }, null, 2)}\n`);
  console.log(line);
  process.exitCode = isComplete ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 2;
});

// `npm run model`: the chart proves itself. Ends with one line of figures; with 1 when something is missing.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { readCoverage, writeCoverage } from '../../visualizations/coverage/coverage.ts';
import { lotOf } from '../support/draw.ts';
import { doAll } from '../support/pool.ts';
import { coverageOf, outdated } from './coverage.ts';
import type { Job, Result } from './jobs.ts';
import { type Outcome, report } from './report.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';

const REPORT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'reports', 'model.json');
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const USAGE = 'usage: npm run model -- [--exhaustive] [--mutants] [--worlds N] [--seed N] [--write]';

/** How much is tried where not everything is asked for. */
const SAMPLE = 40;
const WORLDS = 200;
/** Settings whose every edge the real engine takes, too. */
const DRIVEN = 4;
/** The worlds of every run, unless another seed is asked for. */
const SEED = 20_261_121;
/** How many worlds one process plays in one go. */
const BATCH = 250;

interface Options {
  /** The real engine along every edge, and nothing else unless it is asked for, too: the invariants judge the other runs. */
  readonly exhaustive: boolean;
  readonly mutants: 'all' | 'a sample' | 'none';
  readonly worlds: number;
  readonly seed: number;
  /** Writes down what the drawings of coverage show. */
  readonly write: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      exhaustive: { type: 'boolean', default: false },
      mutants: { type: 'boolean', default: false },
      worlds: { type: 'string' },
      seed: { type: 'string', default: String(SEED) },
      write: { type: 'boolean', default: false },
    },
  });
  const { exhaustive, write } = values;
  const mutants = values.mutants ? 'all' : exhaustive ? 'none' : 'a sample';
  const [worlds, seed] = [Number(values.worlds ?? (exhaustive ? 0 : WORLDS)), Number(values.seed)];
  if (!Number.isInteger(worlds) || worlds < 0 || !Number.isInteger(seed))
    throw new Error('--worlds and --seed are whole numbers');
  return { exhaustive, mutants, worlds, seed, write };
}

/** Those that the real engine is driven through: all, or others with each commit. */
function drivenSettings({ exhaustive }: Options, commit: string): readonly Setting[] {
  if (exhaustive) return settings;
  const rank = ({ name }: Setting): string => lotOf(commit, name);
  return [...settings].sort((one, other) => (rank(one) < rank(other) ? -1 : 1)).slice(0, DRIVEN);
}

/** The longest first, so that no process is left waiting at the end. */
function jobsFor(options: Options, commit: string): readonly Job[] {
  const { exhaustive, mutants, worlds, seed } = options;
  const sample = mutants === 'all' ? null : { seed: commit, count: SAMPLE };
  const parts = { all: 8, 'a sample': 2, none: 0 }[mutants];
  const bySize = (some: readonly Setting[]): readonly Setting[] =>
    [...some].sort((one, other) => rankOf(one) - rankOf(other));
  return [
    ...(exhaustive ? [] : [{ kind: 'transitions' } as const]),
    ...Array.from({ length: parts }, (_, part): Job => ({ kind: 'mutants', part, of: parts, sample })),
    ...bySize(drivenSettings(options, commit)).map(
      ({ name }): Job => ({ kind: 'setting', name, isDriven: true }),
    ),
    ...(exhaustive
      ? []
      : bySize(settings).map(({ name }): Job => ({ kind: 'setting', name, isDriven: false }))),
    ...(worlds > 0 ? [{ kind: 'faulty engines' } as const] : []),
    ...Array.from({ length: Math.ceil(worlds / BATCH) }, (_, batch): Job => {
      return { kind: 'worlds', worlds: Math.min(BATCH, worlds - batch * BATCH), seed: seed + batch };
    }),
  ];
}

/** The settings with the largest graphs, as reports tell. */
const LARGE = [
  'siblings',
  'servers that are away',
  'a resource that moves',
  'clients that are forgotten',
  'a step-up at a server that has closed',
  'a store that fails',
];

/** The large ones first, in this order. */
function rankOf({ name }: Setting): number {
  const rank = LARGE.indexOf(name);
  return rank < 0 ? LARGE.length : rank;
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
    transitions: `${Object.keys(result.driven ?? {}).length} transitions on the real engine, ${paths} paths, ${steps} steps`,
    mutants: `${mutants?.length} mutants`,
    worlds: `${worlds} worlds, ${requests} requests`,
    'faulty engines': `${result.noticed} noticed`,
  }[job.kind];
  const name =
    job.kind === 'setting' ? job.name : job.kind === 'mutants' ? `mutants, part ${job.part + 1}` : job.kind;
  console.log(`${violation === undefined ? 'ok  ' : 'FAIL'} ${name.padEnd(40)} ${figures}, ${seconds} s`);
  if (violation !== undefined) console.log(`     ${violation.replaceAll('\n', '\n     ')}`);
}

async function main(): Promise<void> {
  const options = readOptions();
  const started = performance.now();
  const results: Outcome[] = [];
  await doAll<Job, Result>(WORKER, jobsFor(options, await commitId()), (job, result, seconds) => {
    results.push({ job, result, seconds });
    tell(job, result, seconds);
  });
  const { isComplete, line, figures } = await report(results);
  await mkdir(dirname(REPORT), { recursive: true });
  const seconds = Math.round((performance.now() - started) / 1000);
  await writeFile(REPORT, `${JSON.stringify({ options, seconds, ...figures }, null, 2)}\n`);
  const isDrawn = await drawn(results, options);
  console.log(`${line}; ${seconds} s`);
  process.exitCode = isComplete && isDrawn ? 0 : 1;
}

/** Whether the drawings of coverage show what was found. */
async function drawn(results: readonly Outcome[], { exhaustive, write, mutants }: Options): Promise<boolean> {
  // Another count of the same graph.
  if (exhaustive) return true;
  const before = await readCoverage().catch((): Awaited<ReturnType<typeof readCoverage>> => ({}));
  const found = coverageOf(results, before, mutants === 'all');
  // A sample of mutants shows a part, and outdates nothing.
  const counted =
    mutants === 'all'
      ? found
      : Object.fromEntries(
          Object.entries(found).map(([id, one]) => [id, { ...one, spec: before[id]?.spec ?? one.spec }]),
        );
  const changed = outdated(counted, before);
  if (write) await writeCoverage(found);
  if (write || changed.length === 0) return true;
  console.log(`FAIL the coverage that is drawn is not that of ${changed.length} arrows: ${changed[0]}`);
  console.log('     npm run model -- --mutants --write && npm run draw');
  return false;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 2;
});

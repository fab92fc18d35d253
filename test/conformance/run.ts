// `npm run conformance`: every authorization scenario of the official suite, on both wires, against our client.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CORE_SCENARIOS, EXPECTED_FAILURES, WIRES, type Wire } from './expected.ts';
import { runScenario, stopRuns } from './scenario.ts';
import { listScenarios, prepareSuite, type Suite } from './suite.ts';
import { judge, type Outcome, type Run, summarize } from './verdict.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const REPORT = join(HERE, '..', '..', 'reports', 'conformance.json');

const USAGE = `usage: npm run conformance -- [--only TEXT] [--wire ${WIRES.join('|')}] [--client FILE]`;

const MARKS: Readonly<Record<Outcome, string>> = {
  passed: 'pass  ',
  failed: 'FAIL  ',
  'expected failure': 'xfail ',
  'unexpected pass': 'XPASS ',
  broken: 'BROKEN',
};

/** Limits of what one failed run may print: problems, and characters of each. */
const MOST_PROBLEMS = 5;
const MOST_CHARACTERS = 240;

interface Options {
  readonly only: string;
  readonly wires: readonly Wire[];
  readonly client: string;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, wire: { type: 'string' }, client: { type: 'string' } },
  });
  const wires = WIRES.filter((wire) => values.wire === undefined || wire === values.wire);
  if (wires.length === 0) throw new Error(`--wire is one of ${WIRES.join(', ')}`);
  return { only: values.only ?? '', wires, client: resolve(values.client ?? join(HERE, 'client.mjs')) };
}

async function runOne(suite: Suite, client: string, scenario: string, wire: Wire): Promise<Run> {
  const started = performance.now();
  const evidence = await runScenario(suite, client, scenario, wire);
  return {
    scenario,
    wire,
    kind: CORE_SCENARIOS.includes(scenario) ? 'core' : 'extension',
    ...judge(evidence, EXPECTED_FAILURES.includes(scenario)),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    warnings: evidence.checks?.filter((check) => check.status === 'WARNING').length ?? 0,
  };
}

function printRun(run: Run): void {
  const took = `${run.seconds.toFixed(1)} s`.padStart(7);
  const exit = run.clientExit === 0 ? '' : `  client exit code ${run.clientExit}`;
  console.log(`${MARKS[run.outcome]} ${run.scenario.padEnd(41)} ${run.wire} ${took}${exit}`);
  if (run.outcome === 'unexpected pass') {
    console.log(`         it passes now: remove ${run.scenario} from test/conformance/expected.ts`);
  }
  if (run.outcome !== 'failed' && run.outcome !== 'broken') return;
  for (const { status, name, message } of run.problems.slice(0, MOST_PROBLEMS)) {
    console.log(`         ${status} ${printable(`${name}: ${message}`)}`);
  }
  const more = run.problems.length - MOST_PROBLEMS;
  if (more > 0) console.log(`         and ${more} more`);
}

function printable(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return flat.length > MOST_CHARACTERS ? `${flat.slice(0, MOST_CHARACTERS)}…` : flat;
}

async function runAll(suite: Suite, options: Options, scenarios: readonly string[]): Promise<Run[]> {
  const jobs = scenarios.flatMap((scenario) => options.wires.map((wire) => ({ scenario, wire })));
  const queue = jobs.values();
  const runs: Run[] = [];
  const worker = async (): Promise<void> => {
    for (const { scenario, wire } of queue) {
      const run = await runOne(suite, options.client, scenario, wire);
      printRun(run);
      runs.push(run);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const order = (run: Run): number =>
    scenarios.indexOf(run.scenario) * WIRES.length + WIRES.indexOf(run.wire);
  return runs.sort((a, b) => order(a) - order(b));
}

async function conform(options: Options): Promise<number> {
  const started = performance.now();
  const suite = await prepareSuite(console.log);
  const listed = await listScenarios(suite);
  const missing = [...CORE_SCENARIOS, ...EXPECTED_FAILURES].filter((name) => !listed.includes(name));
  for (const name of missing) console.log(`MISSING  the suite ${suite.version} has no scenario ${name}`);
  const scenarios = listed.filter((name) => name.includes(options.only));
  if (scenarios.length === 0) console.log(`no scenario's name contains ${JSON.stringify(options.only)}`);
  const runs = await runAll(suite, options, scenarios);
  const seconds = (performance.now() - started) / 1000;
  const { line, ok } = summarize(runs, seconds);
  await mkdir(dirname(REPORT), { recursive: true });
  const report = { line, ok: ok && missing.length === 0, suite: suite.version, node: process.version };
  await writeFile(REPORT, `${JSON.stringify({ ...report, missing, runs }, null, 2)}\n`);
  console.log(line);
  return report.ok ? 0 : 1;
}

/** Runs what the command line asks for; gives the exit code. */
async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  try {
    return await conform(options);
  } catch (error) {
    console.error(error);
    return 1;
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code));
}
process.once('exit', stopRuns);
process.exit(await main());

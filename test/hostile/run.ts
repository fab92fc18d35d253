// `npm run hostile`: which threats the engine survives, by the tests that name them; `--without` takes defences away.
import { parseArgs } from 'node:util';
import { type ThreatId, threats } from '../../contract/threats.ts';
import { registeredThreats } from '../requirements/ids.ts';
import { proofsOf, readTestFiles } from '../requirements/rows.ts';
import { runTests } from './runTests.ts';
import { tryWithout } from './without.ts';

const USAGE = 'usage: npm run hostile [-- --without [--sample N] [--seed TEXT]]';

/** Titles that name a threat. */
const NAMED = `(^|[^\\w-])[${[...new Set(registeredThreats.map((id) => id[0]))].join('')}]\\d\\d`;

/** How long all of them may take, in milliseconds. */
const LONGEST = 20 * 60_000;

interface Standing {
  readonly id: ThreatId;
  readonly passed: number;
  readonly failed: readonly string[];
}

/** Runs every test that names a threat. */
async function standings(): Promise<readonly Standing[]> {
  const files = await readTestFiles();
  const naming = new Set(registeredThreats.flatMap((id) => proofsOf(id, files).map(({ file }) => file)));
  const done = await runTests({
    files: [...naming],
    title: NAMED,
    stopping: AbortSignal.timeout(LONGEST),
  });
  return registeredThreats.map((id) => {
    const tests = done.filter(({ ids }) => ids.includes(id));
    const failed = tests.filter(({ status }) => status === 'failed').map(({ title }) => title);
    return { id, passed: tests.filter(({ status }) => status === 'passed').length, failed };
  });
}

async function survive(): Promise<boolean> {
  const started = performance.now();
  const all = await standings();
  const failing = all.filter(({ failed }) => failed.length > 0);
  const untested = all.filter(({ passed, failed }) => passed + failed.length === 0);
  for (const { id, failed } of failing)
    console.log(`FAIL ${id} ${threats[id]}\n     ${failed.join('\n     ')}`);
  for (const { id } of untested) console.log(`NONE ${id} ${threats[id]}`);
  const tests = all.reduce((sum, { passed, failed }) => sum + passed + failed.length, 0);
  const holding = all.length - failing.length - untested.length;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `${tests} proofs by tests, ${failing.length} ids fail, ${untested.length} have no test; ${seconds} s`,
  );
  console.log(`hostile ${holding}/${all.length}`);
  return holding === all.length;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      without: { type: 'boolean', default: false },
      sample: { type: 'string' },
      seed: { type: 'string', default: '' },
    },
  });
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  if (sample !== undefined && !(Number.isInteger(sample) && sample > 0))
    throw new Error('--sample is a whole number');
  const isGood = values.without ? await tryWithout(sample, values.seed) : await survive();
  process.exitCode = isGood ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 1;
});

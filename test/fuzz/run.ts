// `npm run fuzz`: feeds every reader of foreign text with changed inputs, in as many processes as there are cores.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { doAll } from '../support/pool.ts';
import type { Fuzzed, FuzzJob } from './fuzz.ts';
import { growthOf } from './growth.ts';
import { targets } from './targets.ts';

const USAGE = 'usage: npm run fuzz -- [--inputs N] [--seed N] [--only TARGET] [--growth]';
const INPUTS = 10_000_000;

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

function tell({ target }: FuzzJob, { inputs, outcomes, finding }: Fuzzed, seconds: number): void {
  const word = finding ? 'FAIL' : 'ok  ';
  console.log(`${word} ${target.padEnd(28)} ${inputs} inputs, ${outcomes} outcomes, ${seconds} s`);
  if (finding) console.log(`     ${finding.why}: ${JSON.stringify(finding.input)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: String(INPUTS) },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      growth: { type: 'boolean', default: false },
    },
  });
  const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only);
  if (values.growth) return console.log(chosen.map(growthOf).join('\n'));
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  if (!Number.isInteger(inputs) || !Number.isInteger(seed) || chosen.length === 0 || inputs < chosen.length)
    throw new Error(
      `--inputs is at least ${targets.length}, --seed a whole number, --only one of: ${targets.map(({ name }) => name).join(', ')}`,
    );
  const started = performance.now();
  const each = Math.ceil(inputs / chosen.length);
  const jobs = chosen.map(({ name }): FuzzJob => ({ target: name, inputs: each, seed }));
  let [all, findings] = [0, 0];
  await doAll<FuzzJob, Fuzzed>(WORKER, jobs, (job, fuzzed, seconds) => {
    all += fuzzed.inputs;
    if (fuzzed.finding) findings += 1;
    tell(job, fuzzed, seconds);
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`fuzz: ${all} inputs, ${findings} findings, seed ${seed}; ${seconds} s`);
  process.exitCode = findings === 0 ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 1;
});

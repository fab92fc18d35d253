// `npm run fuzz`: feeds every reader of foreign text with changed inputs, in as many processes as there are cores.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Fuzzed, fuzz } from './fuzz.ts';
import { growthOf } from './growth.ts';
import { targets } from './targets.ts';

const USAGE = 'usage: npm run fuzz -- [--inputs N] [--seed N] [--only TARGET] [--growth]';
const INPUTS = 10_000_000;

interface Part {
  readonly target: string;
  readonly inputs: number;
  readonly seed: number;
}

type Done = Fuzzed & { readonly target: string; readonly seconds: number };

/** In a process of its own: one part after the other, as they are asked for. */
function serve(): void {
  process.on('message', ({ target, inputs, seed }: Part) => {
    const started = performance.now();
    const one = targets.find(({ name }) => name === target);
    if (!one) throw new Error(`There is no target "${target}".`);
    const done = fuzz(one, inputs, seed);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    process.send?.({ ...done, target, seconds } satisfies Done);
  });
}

function doAll(parts: readonly Part[], onDone: (done: Done) => void): Promise<void> {
  const open = [...parts];
  const workers = Array.from({ length: availableParallelism() }, () => {
    const child = fork(fileURLToPath(import.meta.url), ['--serve']);
    return new Promise<void>((resolve, reject) => {
      const next = (): void => {
        const part = open.shift();
        if (part) child.send(part);
        else child.kill();
      };
      child.on('message', (done: Done) => {
        onDone(done);
        next();
      });
      child.on('exit', (code) => (code ? reject(new Error('A process of the fuzzing ended.')) : resolve()));
      next();
    });
  });
  return Promise.all(workers).then(() => {});
}

function tell({ target, inputs, outcomes, seconds, finding }: Done): void {
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
      serve: { type: 'boolean', default: false },
    },
  });
  if (values.serve) return serve();
  const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only);
  if (values.growth) return console.log(chosen.map(growthOf).join('\n'));
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  if (!Number.isInteger(inputs) || !Number.isInteger(seed) || chosen.length === 0 || inputs < chosen.length)
    throw new Error(
      `--inputs is at least ${targets.length}, --seed a whole number, --only one of: ${targets.map(({ name }) => name).join(', ')}`,
    );
  const started = performance.now();
  const dones: Done[] = [];
  const each = Math.ceil(inputs / chosen.length);
  await doAll(
    chosen.map(({ name }) => ({ target: name, inputs: each, seed })),
    (done) => {
      dones.push(done);
      tell(done);
    },
  );
  const all = dones.reduce((sum, one) => sum + one.inputs, 0);
  const findings = dones.filter(({ finding }) => finding).length;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`fuzz: ${all} inputs, ${findings} findings, seed ${seed}; ${seconds} s`);
  process.exitCode = findings === 0 ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 1;
});

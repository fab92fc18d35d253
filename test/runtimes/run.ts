// `npm run test:runtimes`: the packed package, installed in an empty folder, is used on each runtime to a whole login, a call of
// a tool, and a second process that needs no login. `-- --only TEXT` for some, `-- --quick` for what needs nothing installed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { startPlayground } from '../../playground/playground.ts';
import { newHome, removeHome } from '../package/home.ts';
import { type Attempt, attempts, layOutPrograms, type Place } from './attempts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const reports = join(root, 'reports');

/** What came of an attempt. */
interface Outcome {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not to be had';
  /** The versions; or what went wrong, or is missing. */
  readonly said: string;
  readonly seconds: number;
}

const marks = { passed: 'pass ', failed: 'FAIL ', 'not to be had': 'none ' } as const;

async function tried({ name, attempt }: Attempt, place: Place): Promise<Outcome> {
  const started = performance.now();
  const ended = (outcome: Outcome['outcome'], said: string): Outcome => ({
    name,
    outcome,
    said,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  try {
    const result = await attempt(place);
    return typeof result === 'string' ? ended('passed', result) : ended('not to be had', result.reason);
  } catch (error) {
    return ended('failed', error instanceof Error ? error.message : String(error));
  }
}

function print({ name, outcome, said, seconds }: Outcome): void {
  const [first = '', ...more] = said.split('\n');
  console.log(
    `${marks[outcome]} ${name.padEnd(30)} ${seconds.toFixed(1).padStart(5)} s  ${first.slice(0, 240)}`,
  );
  for (const line of more.slice(0, 20)) console.log(`        ${line.slice(0, 240)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
  const chosen = attempts.filter(
    ({ name, isQuick }) => name.includes(values.only ?? '') && (isQuick || values.quick !== true),
  );
  const playground = await startPlayground();
  const home = await newHome([`@types/node@${manifest.devDependencies['@types/node']}`]);
  const outcomes: Outcome[] = [];
  try {
    await layOutPrograms(home, join(root, 'node_modules/typescript/bin/tsc'));
    for (const attempt of chosen) {
      const outcome = await tried(attempt, { home, resource: playground.resource, say: console.log });
      outcomes.push(outcome);
      print(outcome);
    }
  } finally {
    await playground.close();
    await removeHome(home);
  }
  const passed = outcomes.filter(({ outcome }) => outcome === 'passed').length;
  const line = `runtimes ${passed}/${outcomes.length}`;
  await mkdir(reports, { recursive: true });
  const platform = `${process.platform}-${process.arch}`;
  await writeFile(
    join(reports, 'runtimes.json'),
    `${JSON.stringify({ line, platform, outcomes }, null, 2)}\n`,
  );
  console.log(line);
  if (passed < outcomes.length || passed === 0) process.exitCode = 1;
}

await main();

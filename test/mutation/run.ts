// `npm run mutation`: makes the code wrong in one place after the other, and sees whether a test finds it.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argued } from './argued.ts';
import { type Inventory, rooms, root, type Source, takeInventory } from './inventory.ts';
import { chosen, type Options, readOptions, USAGE } from './options.ts';
import { type Report, report } from './report.ts';
import { tidy } from './trial/drive.ts';
import { KeptVerdicts } from './trial/kept.ts';
import { loadingsOf } from './trial/loadings.ts';
import { findReach, type Reach } from './trial/reach.ts';
import { Trials } from './trial/trials.ts';
import type { Verdicts } from './trial/verdict.ts';

const REPORT = join(root, 'reports', 'mutation.json');

/** How often progress is told, in milliseconds. */
const OFTEN = 10_000;

let told = 0;

function progress(what: string, done: number, all: number): void {
  if (performance.now() - told < OFTEN && done < all) return;
  told = performance.now();
  console.log(`${what}: ${done} of ${all}, ${Math.round(told / 1000)} s`);
}

async function judge(inventory: Inventory, numbers: readonly number[], options: Options): Promise<Verdicts> {
  const { workers } = options;
  const budgetOf = ({ room }: Source): number => options.budget ?? rooms[room].budget;
  const reach = await findReach(inventory, workers, (done, all) => progress('files of tests', done, all));
  for (const name of reach.failing) console.log(`fails where nothing is wrong, and is not asked: ${name}`);
  const kept = await KeptVerdicts.read(inventory, reach);
  const before = options.isFresh ? new Map() : kept.current(budgetOf);
  const open = numbers.filter((number) => !before.has(number));
  console.log(`${numbers.length} mutants, ${numbers.length - open.length} of them judged before`);
  const onRound = (verdicts: Verdicts): Promise<void> => kept.keep(verdicts, budgetOf);
  const trials = new Trials(inventory, reach, { workers, budgetOf, onProgress: progress, onRound });
  await trials.tryAll(open);
  await trials.load(loadingsOf(lateOf(trials.verdicts, reach), inventory, reach, budgetOf));
  await kept.keep(trials.verdicts, budgetOf);
  return new Map(
    numbers.flatMap((number) => {
      const verdict = trials.verdicts.get(number) ?? before.get(number);
      return verdict ? [[number, verdict] as const] : [];
    }),
  );
}

/** What nothing was found of, and what is decided as modules are loaded: tests can see it only when they are loaded anew. */
function lateOf(verdicts: Verdicts, { outside }: Reach): readonly number[] {
  const late = [...verdicts].filter(
    ([number, { how }]) => how !== 'killed' && how !== 'endless' && outside.has(number),
  );
  return late.map(([number]) => number);
}

async function write(options: Options, found: Report): Promise<void> {
  const { line, ...figures } = found;
  const seconds = Math.round(performance.now() / 1000);
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ options, seconds, ...figures }, null, 2)}\n`);
  for (const { id, verdict } of found.survivors) console.log(`${verdict.how}: ${id}`);
  for (const id of found.unknownArguments) console.log(`argued, and there is no such mutant: ${id}`);
  for (const id of found.needlessArguments) console.log(`argued, and yet a test finds it: ${id}`);
  console.log(`${line}; ${seconds} s`);
}

async function main(): Promise<void> {
  const options = await readOptions();
  const inventory = await takeInventory();
  const numbers = await chosen(inventory, options);
  const verdicts = await judge(inventory, numbers, options);
  const found = report(inventory, verdicts, options.sample !== null, argued);
  await write(options, found);
  await tidy();
  process.exitCode = found.isShort ? 1 : 0;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 2;
});

// Takes one defence away at a time, and sees whether the tests that name its threat notice.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { proofsOf, readTestFiles, type TestFile } from '../requirements/rows.ts';
import { lotOf } from '../support/draw.ts';
import type { Defence } from './defence.ts';
import { defences } from './defences.ts';
import { runTests } from './runTests.ts';

/** Tests that take longer than that never end, in milliseconds: without a defence a reader may go round for ever. */
const LONGEST = 100_000;
/** How many are tried at once. */
const AT_ONCE = 2;

/** @returns what is wrong with the row, or with the tests of its threat; nothing when they notice. */
async function objectionTo(row: number, files: readonly TestFile[]): Promise<string | undefined> {
  const defence = defences[row] as Defence;
  const source = await readFile(fileURLToPath(new URL(`../../${defence.file}`, import.meta.url)), 'utf8');
  if (source.split(defence.code).length !== 2) return 'its code is not there, or more than once';
  const naming = proofsOf(defence.id, files).map(({ file }) => file);
  if (naming.length === 0) return 'no test names it';
  const done = await runTests({
    files: naming,
    title: `(^|[^\\w-])${defence.id}|…`,
    env: { AUTHCHART_WITHOUT: String(row) },
    stopping: AbortSignal.timeout(LONGEST),
  }).catch(() => undefined);
  if (!done) return 'its tests never end, or cannot be run';
  const mine = done.filter(({ ids }) => ids.includes(defence.id));
  return mine.some(({ status }) => status === 'failed') ? undefined : 'no test that names it fails';
}

/**
 * @param sample how many are tried; all where it is left out.
 * @param seed another one draws others.
 * @returns whether each of them was noticed.
 */
export async function tryWithout(sample: number | undefined, seed: string): Promise<boolean> {
  const started = performance.now();
  const files = await readTestFiles();
  const rows = defences
    .map((defence, row) => ({ row, rank: lotOf(seed, defence.id) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, sample ?? defences.length)
    .map(({ row }) => row);
  const open = [...rows];
  let noticed = 0;
  const work = async (): Promise<void> => {
    for (let row = open.shift(); row !== undefined; row = open.shift()) {
      const objection = await objectionTo(row, files);
      const { id, file, without } = defences[row] as Defence;
      if (objection === undefined) noticed += 1;
      console.log(
        `${objection === undefined ? 'ok  ' : 'FAIL'} ${id} ${file}: ${objection ?? `without it (${without.trim().slice(0, 60)}) its tests fail`}`,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const ids = new Set(rows.map((row) => defences[row]?.id)).size;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `defences: ${noticed} of ${rows.length} taken away are noticed, of ${ids} threats; ${seconds} s`,
  );
  return noticed === rows.length;
}

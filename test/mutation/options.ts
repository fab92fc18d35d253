// What `npm run mutation` is asked for.
import { execFile } from 'node:child_process';
import { matchesGlob } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { lotOf } from '../support/draw.ts';
import { type Inventory, root } from './inventory.ts';

export const USAGE = `usage: npm run mutation -- [--only GLOB]... [--changed [--since COMMIT]] [--sample N [--seed TEXT]]
                          [--budget SECONDS] [--workers N] [--fresh]`;

export interface Options {
  /** Files, folders or globs; empty: all. */
  readonly only: readonly string[];
  /** Only sources that differ from this commit; null: all. */
  readonly since: string | null;
  /** How many mutants are drawn; null: all. */
  readonly sample: number | null;
  /** Another one draws other mutants. */
  readonly seed: string;
  /** How long the tests of one mutant may take together, in milliseconds; null: as its room says. */
  readonly budget: number | null;
  /** How many processes run tests at once. */
  readonly workers: number;
  /** Verdicts of earlier runs do not count. */
  readonly isFresh: boolean;
}

/** @throws Error that says which option is wrong. */
export async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      changed: { type: 'boolean', default: false },
      since: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string' },
      budget: { type: 'string' },
      workers: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
    },
  });
  const sample = values.sample === undefined ? null : count('--sample', values.sample);
  return {
    only: values.only,
    since: values.since ?? (values.changed ? 'HEAD' : null),
    sample,
    seed: values.seed ?? (await git('rev-parse', 'HEAD')).trim(),
    budget: values.budget === undefined ? null : 1000 * count('--budget', values.budget),
    workers: count('--workers', values.workers),
    isFresh: values.fresh,
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} takes a whole number above 0, not "${text}".`);
  return value;
}

/** Empty where there is no repository. */
async function git(...args: readonly string[]): Promise<string> {
  const run = promisify(execFile);
  return run('git', [...args], { cwd: root }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** The numbers of the mutants that are asked for. */
export async function chosen(
  inventory: Inventory,
  { only, since, sample, seed }: Options,
): Promise<readonly number[]> {
  const changed = since === null ? null : (await git('diff', '--name-only', since)).split('\n');
  const sources = inventory.sources.filter(
    ({ file }) =>
      (only.length === 0 || only.some((one) => isIn(file, one))) && (changed?.includes(file) ?? true),
  );
  const mutants = sources.flatMap(({ first, mutants: all }) =>
    all.flatMap(({ id, leftOut }, index) => (leftOut === undefined ? { id, number: first + index } : [])),
  );
  if (sample === null) return mutants.map(({ number }) => number);
  const drawn = mutants.map(({ id, number }) => ({ number, lot: lotOf(seed, id) }));
  return drawn
    .sort((one, other) => (one.lot < other.lot ? -1 : 1))
    .slice(0, sample)
    .map(({ number }) => number)
    .sort((one, other) => one - other);
}

const isIn = (file: string, pattern: string): boolean =>
  file === pattern || file.startsWith(`${pattern.replace(/\/$/, '')}/`) || matchesGlob(file, pattern);

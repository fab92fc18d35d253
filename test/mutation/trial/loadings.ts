// Which files of tests are run with a mutant that is at work while modules are loaded: the nearest by imports.
import type { Inventory, Source } from '../inventory.ts';
import type { Loading } from '../orders.ts';
import { distancesFrom } from './imports.ts';
import { isOwnTest } from './plan.ts';
import type { Reach } from './reach.ts';

interface Candidate {
  readonly file: string;
  readonly distances: ReadonlyMap<string, number>;
  /** How long all its tests take, in milliseconds. */
  readonly ms: number;
}

/** Each loading takes a while of its own: so many times the budget is worth it, and at most that, in milliseconds. */
const TIMES = 10;
const MOST = 20_000;

export function loadingsOf(
  mutants: readonly number[],
  inventory: Inventory,
  reach: Reach,
  budgetOf: (source: Source) => number,
): readonly Loading[] {
  const candidates = candidatesOf(inventory, reach);
  return inventory.sources.flatMap((source) => {
    const mine = mutants.filter((mutant) => isOf(source, mutant));
    if (mine.length === 0) return [];
    const files = nearest(source, candidates, Math.min(MOST, TIMES * budgetOf(source)));
    return files.length === 0 ? [] : mine.map((mutant): Loading => ({ mutant, files, tests: null }));
  });
}

const isOf = ({ first, mutants }: Source, mutant: number): boolean =>
  mutant >= first && mutant < first + mutants.length;

function candidatesOf({ tests }: Inventory, reach: Reach): readonly Candidate[] {
  const times = new Map<string, number>();
  for (const { file, ms } of reach.tests.values()) times.set(file, (times.get(file) ?? 0) + ms);
  return [...tests.keys()].map((file) => ({
    file,
    distances: distancesFrom(file),
    ms: times.get(file) ?? 0,
  }));
}

function nearest({ file }: Source, candidates: readonly Candidate[], budget: number): readonly string[] {
  const near = candidates
    .map((one) => ({ ...one, distance: one.distances.get(file) ?? Number.POSITIVE_INFINITY }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort(
      (one, other) =>
        Number(isOwnTest(other.file, file)) - Number(isOwnTest(one.file, file)) ||
        one.distance - other.distance ||
        one.ms - other.ms,
    );
  const files: string[] = [];
  let sum = 0;
  for (const one of near) {
    sum += one.ms;
    // The nearest one, however long it takes.
    if (files.length > 0 && sum > budget) break;
    files.push(one.file);
  }
  return files;
}

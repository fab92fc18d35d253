// What there is: the sources with their mutants, numbered, and the tests that may find them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutantsOf } from './mutants.ts';
import type { Switched } from './orders.ts';
import { digestOf } from './syntax/place.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * By room: the least share of mutants that tests find, in percent; and how long the tests of one mutant may take
 * together, in milliseconds. Pure rooms have tests of their own, which are quick: what only a whole login finds is not
 * found there.
 */
export const rooms = {
  protocol: { least: 95, budget: 500 },
  contract: { least: 95, budget: 500 },
  engine: { least: 95, budget: 30_000 },
  stores: { least: 90, budget: 30_000 },
  actors: { least: 90, budget: 30_000 },
} as const;

export type Room = keyof typeof rooms;

export const roomNames = Object.keys(rooms).filter((name): name is Room => name in rooms);

/** Tests of other things: programs of their own, drawings, the chart, outside services, and this very tool. */
const strangers: ReadonlySet<string> = new Set([
  'architecture',
  'browser',
  'cli',
  'conformance',
  'model',
  'mutation',
  'playground',
  'races',
  'services',
  'visualizations',
]);

export interface Source {
  /** Relative to the project. */
  readonly file: string;
  readonly room: Room;
  readonly digest: string;
  /** Number of the first mutant; the others follow. */
  readonly first: number;
  readonly mutants: readonly Mutant[];
}

export interface Inventory {
  readonly sources: readonly Source[];
  /** Digests of the files of tests. */
  readonly tests: ReadonlyMap<string, string>;
  /** How many mutants there are. */
  readonly count: number;
}

export async function takeInventory(): Promise<Inventory> {
  const sources: Source[] = [];
  let first = 1;
  for (const room of roomNames) {
    for (const file of await filesIn(room, /(?<!\.d)\.ts$/)) {
      const text = await readFile(join(root, file), 'utf8');
      const mutants = mutantsOf(file, text);
      sources.push({ file, room, digest: digestOf(text), first, mutants });
      first += mutants.length;
    }
  }
  return { sources, tests: await readTests(), count: first - 1 };
}

async function readTests(): Promise<ReadonlyMap<string, string>> {
  const files = (await filesIn('test', /\.test\.ts$/)).filter(
    (file) => !strangers.has(file.split('/')[1] ?? ''),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  return new Map(files.map((file, index) => [file, digestOf(texts[index] ?? '')]));
}

async function filesIn(folder: string, names: RegExp): Promise<readonly string[]> {
  const found = await readdir(join(root, folder), { recursive: true });
  return found
    .map((name) => join(folder, name))
    .filter((file) => names.test(file))
    .sort();
}

/** Only these sources have their mutants behind switches. */
export const switchedOf = (sources: readonly Source[]): Readonly<Record<string, Switched>> =>
  Object.fromEntries(sources.map(({ file, first, digest }) => [file, { first, digest }]));

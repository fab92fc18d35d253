// Which tests come by which mutants. It is kept from run to run, by the digests of the tests and of the sources.
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { FileNote, TestNote } from '../inside/notes.ts';
import { listOf, type Numbers, numbersOf } from '../inside/numbers.ts';
import { type Inventory, root, type Source, switchedOf } from '../inventory.ts';
import { cache, drive, fileOf } from './drive.ts';

/** A test that passes where nothing is wrong. */
export interface Test {
  readonly id: string;
  readonly file: string;
  readonly name: string;
  /** How long it takes, in milliseconds. */
  readonly ms: number;
}

export interface Reach {
  readonly tests: ReadonlyMap<string, Test>;
  /** By the number of the mutant: the tests that come by. */
  readonly of: ReadonlyMap<number, readonly Test[]>;
  /** Mutants that are come by as modules are loaded. */
  readonly outside: ReadonlySet<number>;
  /** Names of tests that fail where nothing is wrong. */
  readonly failing: readonly string[];
}

/** By source file: mutants by their place in the list of the file. */
type Places = Readonly<Record<string, Numbers>>;

interface KeptTest extends Omit<Test, 'file'> {
  readonly isGood: boolean;
  readonly reached: Places;
}

interface KeptFile {
  readonly digest: string;
  /** Digests of the sources that it comes by. */
  readonly sources: Readonly<Record<string, string>>;
  readonly tests: readonly KeptTest[];
  readonly outside: Places;
}

type Kept = Readonly<Record<string, KeptFile>>;

const FILE = join(cache, 'reach.json');

/** Runs the tests that have changed, or that come by what has changed. */
export async function findReach(
  inventory: Inventory,
  workers: number,
  onProgress: (done: number, all: number) => void,
): Promise<Reach> {
  const kept = await readKept();
  const current = Object.entries(kept).filter(([file, one]) => isCurrent(file, one, inventory));
  const known = new Set(current.map(([file]) => file));
  const stale = [...inventory.tests.keys()].filter((file) => !known.has(file));
  const found = stale.length === 0 ? {} : await run(stale, inventory, workers, onProgress);
  const all = { ...Object.fromEntries(current), ...found };
  await writeFile(FILE, JSON.stringify(all));
  return joined(all, inventory);
}

async function readKept(): Promise<Kept> {
  return readFile(FILE, 'utf8').then(JSON.parse, () => ({}));
}

function isCurrent(file: string, { digest, sources, tests }: KeptFile, inventory: Inventory): boolean {
  const digests = new Map(inventory.sources.map((one) => [one.file, one.digest]));
  const isSame = Object.entries(sources).every(([source, before]) => digests.get(source) === before);
  return inventory.tests.get(file) === digest && isSame && tests.every(({ isGood }) => isGood);
}

async function run(
  files: readonly string[],
  inventory: Inventory,
  workers: number,
  onProgress: (done: number, all: number) => void,
): Promise<Kept> {
  const tests = new Map<string, TestNote[]>();
  const ended = new Map<string, FileNote>();
  const order = { kind: 'reach', notes: fileOf('notes'), count: inventory.count } as const;
  const batch = { switched: switchedOf(inventory.sources), workers, files, order, loadings: [] };
  const { how } = await drive(batch, (note) => {
    if (note.kind === 'test') tests.set(note.file, [...(tests.get(note.file) ?? []), note]);
    if (note.kind === 'file') onProgress(ended.set(note.file, note).size, files.length);
  });
  if (how !== 'done') throw new Error('The tests do not come to an end, even where nothing is wrong.');
  return Object.fromEntries(
    [...ended.values()].map((note) => {
      const file = relative(root, note.file);
      return [file, keptOf(note, tests.get(note.file) ?? [], inventory.tests.get(file) ?? '', inventory)];
    }),
  );
}

function keptOf(
  file: FileNote,
  notes: readonly TestNote[],
  digest: string,
  { sources }: Inventory,
): KeptFile {
  const tests = notes.map(({ id, name, ms, isGood, reached }): KeptTest => {
    return { id, name, ms, isGood, reached: placesOf(reached, sources) };
  });
  const outside = placesOf(file.reached, sources);
  const reached = new Set([outside, ...tests.map((one) => one.reached)].flatMap(Object.keys));
  const digests = sources.filter((one) => reached.has(one.file)).map((one) => [one.file, one.digest]);
  return { digest, sources: Object.fromEntries(digests), tests, outside };
}

function placesOf(reached: Numbers, sources: readonly Source[]): Places {
  const numbers = listOf(reached);
  const places: Record<string, Numbers> = {};
  let at = 0;
  for (const { file, first, mutants } of sources) {
    const from = at;
    while ((numbers[at] ?? Number.POSITIVE_INFINITY) < first + mutants.length) at += 1;
    if (at > from) places[file] = numbersOf(numbers.slice(from, at).map((number) => number - first));
  }
  return places;
}

function joined(kept: Kept, { sources }: Inventory): Reach {
  const firsts = new Map(sources.map(({ file, first }) => [file, first]));
  const numbers = (places: Places): readonly number[] =>
    Object.entries(places).flatMap(([file, here]) =>
      listOf(here).map((place) => place + (firsts.get(file) ?? 0)),
    );
  const of = new Map<number, Test[]>();
  const tests = new Map<string, Test>();
  for (const [file, one] of Object.entries(kept)) {
    for (const { id, name, ms, reached, isGood } of one.tests) {
      const test = { id, file, name, ms };
      if (!isGood) continue;
      tests.set(id, test);
      for (const number of numbers(reached)) {
        const before = of.get(number);
        if (before) before.push(test);
        else of.set(number, [test]);
      }
    }
  }
  const outside = new Set(Object.values(kept).flatMap((one) => numbers(one.outside)));
  const failing = Object.entries(kept).flatMap(([file, one]) =>
    one.tests.filter(({ isGood }) => !isGood).map(({ name }) => `${file} ${name}`),
  );
  return { tests, of, outside, failing };
}

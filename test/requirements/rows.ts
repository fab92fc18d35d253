// The register joined: each row, the states and transitions that serve it, and the tests that prove it.
import { readdir, readFile } from 'node:fs/promises';
import { type RequirementId, requirements } from '../../contract/requirements.ts';
import { places } from './chart.ts';
import { registered } from './ids.ts';
import { type TitledTest, testsIn } from './titles.ts';

export interface Row {
  readonly id: RequirementId;
  readonly level: string;
  readonly title: string;
  readonly link: string;
  /** Names of states and transitions. */
  readonly servedBy: readonly string[];
  readonly provedBy: readonly Proof[];
}

/** A file below `test/`, and how many of its tests name the row; a table of cases counts as one. */
export interface Proof {
  readonly file: string;
  readonly tests: number;
}

export interface TestFile {
  /** Below `test/`, with slashes. */
  readonly file: string;
  readonly tests: readonly TitledTest[];
}

/** Every test file but those of this register, which prove nothing of the client. */
export async function readTestFiles(): Promise<readonly TestFile[]> {
  const folder = new URL('../', import.meta.url);
  const files = (await readdir(folder, { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && !/(^|\/)node_modules\/|^requirements\//.test(file))
    .sort();
  return Promise.all(
    files.map(async (file) => ({ file, tests: testsIn(await readFile(new URL(file, folder), 'utf8')) })),
  );
}

/** @returns the rows of the register, in its order. */
export function joinRows(files: readonly TestFile[]): readonly Row[] {
  const chart = places();
  return registered.map((id) => ({
    id,
    ...requirements[id],
    servedBy: [...new Set(chart.filter(({ spec }) => spec.includes(id)).map(({ name }) => name))],
    provedBy: proofsOf(id, files),
  }));
}

/** The files that have tests which name an id, of either register. */
export function proofsOf(id: string, files: readonly TestFile[]): readonly Proof[] {
  return files
    .map(({ file, tests }) => ({ file, tests: tests.filter(({ ids }) => ids.includes(id)).length }))
    .filter(({ tests }) => tests > 0);
}

/** What is left to do, and whether there is anything. */
export function summarize(rows: readonly Row[]): { readonly line: string; readonly open: readonly string[] } {
  const unserved = rows.filter(({ servedBy }) => servedBy.length === 0).map(({ id }) => id);
  const unproved = rows.filter(({ provedBy }) => provedBy.length === 0).map(({ id }) => id);
  const { length } = rows;
  return {
    line: `requirements: ${length} rows, ${length - unserved.length} served, ${length - unproved.length} proved`,
    open: [
      ...(unserved.length > 0 ? [`served by no state or transition: ${unserved.join(', ')}`] : []),
      ...(unproved.length > 0 ? [`proved by no test: ${unproved.join(', ')}`] : []),
    ],
  };
}

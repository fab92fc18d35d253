// The folder of the drawings. It is checked in, so that people can look at them without any tool.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { DrawnFile } from './drawings.ts';

/** Named from outside, so that it is found from where this file is bundled to, too. */
const folder = new URL('../visualizations/generated/', import.meta.url);

/** Reads a drawing that is checked in or came with the package. */
export const readDrawing = (name: string): Promise<string> => readFile(new URL(name, folder), 'utf8');

/** The names of drawings. Other files in the folder are left alone. */
const ours = /^(overview|chart|phase-\w+|coverage-\w+|live)\.(svg|mmd|json|html)$/;

/** The names of files that differ from these, are missing, or should be removed. */
export async function staleFiles(files: readonly DrawnFile[]): Promise<readonly string[]> {
  const before = await Promise.all(
    files.map(({ name }) => readFile(new URL(name, folder), 'utf8').catch(() => '')),
  );
  const changed = files.filter(({ text }, at) => text !== before[at]).map(({ name }) => name);
  return [...changed, ...(await obsolete(files))];
}

/** Writes the files, and removes drawings that are not among them. */
export async function writeFiles(files: readonly DrawnFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(({ name, text }) => writeFile(new URL(name, folder), text)));
  await Promise.all((await obsolete(files)).map((name) => rm(new URL(name, folder))));
}

async function obsolete(files: readonly DrawnFile[]): Promise<readonly string[]> {
  const names = new Set(files.map(({ name }) => name));
  const there = await readdir(folder).catch(() => []);
  return there.filter((name) => ours.test(name) && !names.has(name));
}

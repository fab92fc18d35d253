// The folder of what is drawn: it is checked in, so that it can be looked at without any tool.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { DrawnFile } from './drawings.ts';

const folder = new URL('generated/', import.meta.url);

/** A drawing as it is checked in, or came with the package. */
export const readDrawing = (name: string): Promise<string> => readFile(new URL(name, folder), 'utf8');

/** What this room draws; others may have files of their own beside these. */
const ours = /^(overview|chart|phase-\w+|coverage-\w+|live)\.(svg|mmd|json|html)$/;

/** Names of files that are not as they would be drawn now, are missing, or should not be there any more. */
export async function staleFiles(files: readonly DrawnFile[]): Promise<readonly string[]> {
  const before = await Promise.all(
    files.map(({ name }) => readFile(new URL(name, folder), 'utf8').catch(() => '')),
  );
  const changed = files.filter(({ text }, at) => text !== before[at]).map(({ name }) => name);
  return [...changed, ...(await leftOver(files))];
}

/** Writes the files, and deletes what is left over from drawings that are no longer made. */
export async function writeFiles(files: readonly DrawnFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(({ name, text }) => writeFile(new URL(name, folder), text)));
  await Promise.all((await leftOver(files)).map((name) => rm(new URL(name, folder))));
}

async function leftOver(files: readonly DrawnFile[]): Promise<readonly string[]> {
  const names = new Set(files.map(({ name }) => name));
  const there = await readdir(folder).catch(() => []);
  return there.filter((name) => ours.test(name) && !names.has(name));
}

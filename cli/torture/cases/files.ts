// Cases about what the client keeps: damaged files, and who can read them.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Case, Fault, type Kind } from '../case.ts';
import { authorization } from '../places.ts';
import { atMost } from '../plays.ts';
import type { Stage } from '../stage.ts';
import { mustWork } from './processes.ts';

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files with a secret of this world in them, as far as they are in clear text. */
async function secretFiles(stage: Stage): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of await filesIn(stage.home)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    try {
      stage.world.expectNoSecretIn(text);
    } catch {
      found.push(file);
    }
  }
  return found;
}

const damages: readonly (readonly [string, string, (text: Buffer) => Buffer | string])[] = [
  ['cut', 'is cut off in its middle', (text) => text.subarray(0, Math.floor(text.length / 2))],
  ['empty', 'is empty', () => ''],
  [
    'noise',
    'has other bytes',
    (text) => Buffer.from(text.map((byte, at) => (at % 3 === 0 ? 255 - byte : byte))),
  ],
  ['longer', 'has something after its end', (text) => Buffer.concat([text, Buffer.from('}{')])],
];

const files: readonly Case[] = [
  ...damages.map(
    ([name, is, damage]): Case => ({
      name: `file-${name}`,
      title: `Every file that the client keeps ${is}.`,
      wants: 'The next process works, with one more login at most, and sends nothing that it made up.',
      source: ['S01', 'S02'],
      why: 'The client could not be used again before somebody deletes its files.',
      needs: 'memory',
      play: async (stage) => {
        await mustWork(stage);
        const all = await filesIn(stage.home);
        stage.must(all.length > 0, 'The client keeps no files in its home.');
        for (const file of all) await writeFile(file, damage(await readFile(file)));
        await mustWork(stage);
        atMost(stage, 2, authorization, 'logins');
      },
    }),
  ),
  {
    name: 'file-modes',
    title: 'The client keeps its login in files.',
    wants: 'Files with secrets in clear text are for their owner alone.',
    source: ['S10'],
    why: 'Every other user of the machine could use the login.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      if (process.platform === 'win32') return;
      for (const file of await secretFiles(stage)) {
        const { mode } = await stat(file);
        if ((mode & 0o077) !== 0) throw new Fault('A file with secrets in it can be read by others.');
      }
    },
  },
];

/** Of files. */
export const filesKind: Kind = {
  kind: 'files',
  about: 'What the client keeps, and what it makes of files that are damaged.',
  cases: files,
};

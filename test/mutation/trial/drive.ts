// Starts a process that runs tests, reads its notes as they come, and stops it when it stands still.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BeginNote, Note } from '../inside/notes.ts';
import { root } from '../inventory.ts';
import type { Batch } from '../orders.ts';

export const cache = join(root, '.cache', 'mutation');

/** Files of this run. */
export const fileOf = (name: string): string => join(cache, `${process.pid}.${name}`);

/** So long without a note, in milliseconds, and it stands still. Tests with a mutant have limits of their own below. */
const STILL = 90_000;
/** How often notes are read, in milliseconds. */
const LOOK = 500;

export interface Ending {
  /** `broken` by a mutant, as far as one can see; `stopped` since nothing came any more. */
  readonly how: 'done' | 'broken' | 'stopped';
  /** Tests that had begun with a mutant, and did not end. */
  readonly open: readonly BeginNote[];
}

/** @throws Error when the process ends, and no mutant was at work. */
export async function drive(batch: Batch, onNote: (note: Note) => void): Promise<Ending> {
  const reader = new NotesReader(batch.order.notes);
  const log = await prepare(batch);
  const program = fileURLToPath(new URL('../process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, fileOf('batch.json')], {
    // A group of its own, so that what it started ends with it.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    cwd: root,
  });
  const exit = { code: undefined as unknown };
  once(child, 'exit').then(([code]) => {
    exit.code = code ?? 'killed';
  });
  stopTogether(child.pid);
  let last = performance.now();
  while (exit.code === undefined && performance.now() - last < STILL) {
    await sleep(LOOK);
    if ((await reader.read(onNote)) > 0) last = performance.now();
  }
  endGroup(child.pid);
  await reader.read(onNote);
  await log.close();
  const how = exit.code === undefined ? 'stopped' : exit.code === 0 ? 'done' : 'broken';
  if (how !== 'done' && reader.open.length === 0) throw new Error(await readFile(fileOf('log'), 'utf8'));
  return { how, open: reader.open };
}

async function prepare(batch: Batch): Promise<Awaited<ReturnType<typeof open>>> {
  await mkdir(cache, { recursive: true });
  await writeFile(fileOf('batch.json'), JSON.stringify(batch));
  await writeFile(batch.order.notes, '');
  return open(fileOf('log'), 'w');
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Everything in it has ended already.
  }
}

let current: number | undefined;

/** Who is stopped stops what they started. */
function stopTogether(pid: number | undefined): void {
  if (current === undefined) {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => {
        endGroup(current);
        process.exit(code);
      });
    }
  }
  current = pid;
}

/** Deletes the files of this run. */
export async function tidy(): Promise<void> {
  await Promise.all(
    ['batch.json', 'notes', 'tries.json', 'log'].map((name) => rm(fileOf(name), { force: true })),
  );
}

/** Reads a file of notes as it grows. */
class NotesReader {
  readonly #file: string;
  readonly #open = new Map<string, BeginNote>();
  #at = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  get open(): readonly BeginNote[] {
    return [...this.#open.values()];
  }

  /** @returns how many notes there were. */
  async read(onNote: (note: Note) => void): Promise<number> {
    const lines = (this.#rest + (await this.#more())).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const one: Note = JSON.parse(line);
      if (one.kind === 'begin') this.#open.set(`${one.mutant} ${one.test}`, one);
      if (one.kind === 'end') this.#open.delete(`${one.mutant} ${one.test}`);
      onNote(one);
    }
    return lines.length;
  }

  async #more(): Promise<string> {
    const file = await open(this.#file);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - this.#at), { position: this.#at });
      this.#at += bytesRead;
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

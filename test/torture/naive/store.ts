// What the plain client keeps: one file in its home, and a lock that other processes heed.
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { has } from './faults.ts';
import { objectOf } from './http.ts';

/** A client that is known at one server. */
export interface Client {
  readonly id: string;
  readonly secret: string | undefined;
  readonly method: string;
}

/** What was granted. */
export interface Grant {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  readonly until: number;
}

/** What is kept of one server. */
export interface Kept {
  client?: Client | undefined;
  grant?: Grant | undefined;
  /** A code that was not exchanged, with the form that it belongs to. */
  code?: string | undefined;
}

/** By issuer. The resource itself has the issuer that it named last. */
export interface All {
  issuer?: string;
  servers: Record<string, Kept>;
}

const folder = join(homedir(), '.plain-client');
const file = join(folder, 'login.json');
const lock = join(folder, 'lock');
/** A lock that is older belongs to a process that has died, in milliseconds. */
const STALE = 7000;

/** Reads what is kept. A file that cannot be read is as none. */
export async function load(): Promise<All> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { servers: {} };
  if (has('crashes-on-files')) return JSON.parse(text);
  const value = objectOf(text);
  return value && typeof value['servers'] === 'object' ? (value as unknown as All) : { servers: {} };
}

/** Keeps it. */
export async function save(all: All): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}`;
  await writeFile(next, JSON.stringify(all), { mode: has('open-files') ? 0o644 : 0o600 });
  await rename(next, file);
}

/** Works while no other process does. */
export async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  if (has('no-lock')) return work();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  while (!(await taken())) await sleep(50);
  const alive = setInterval(() => void writeFile(join(lock, 'alive'), '').catch(() => {}), 1000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await rm(lock, { recursive: true, force: true });
  }
}

async function taken(): Promise<boolean> {
  try {
    await mkdir(lock);
    await writeFile(join(lock, 'alive'), '');
    return true;
  } catch {
    const since = await stat(join(lock, 'alive')).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > STALE && !has('stale-lock')) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

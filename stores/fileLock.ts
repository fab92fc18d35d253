// One writer at a time: a short lock for each record, also between processes, around proper-lockfile.
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { refuse } from '../contract/errors.ts';
import { Part } from '../contract/part.ts';
import { errnoOf, orAbsent, patiently } from './fileSystem.ts';

/** Loaded by who writes: a process that only reads a token does not need it. */
const locking = new Part(() => import('proper-lockfile'));

/** Milliseconds after which a lock that nobody refreshes is taken for one that a crash has left behind. */
const staleAfter = 5_000;
/** Milliseconds to wait for a lock: long enough to outlive one that a crash has left behind. */
const patience = 15_000;

/** The record that a lock is for. */
export interface Lockable {
  readonly folder: string;
  readonly records: string;
  /** Where writers have their temporary files: few, however many records there are. */
  readonly writing: string;
  readonly name: string;
  readonly file: string;
}

/** The last in the queue for each file, so that a crowd in one process does not poll for the lock until its patience ends. */
const queues = new Map<string, Promise<void>>();

/**
 * Does the work when nobody else works on the record, in any process. `confirm` fails when the lock was lost
 * (this process was asleep or busy for too long): call it last before a change.
 */
export async function alone<T>(
  place: Lockable,
  work: (confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const turn = (queues.get(place.file) ?? Promise.resolve()).then(() => locked(place, work));
  const settled = turn.then(
    () => undefined,
    () => undefined,
  );
  queues.set(place.file, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(place.file) === settled) queues.delete(place.file);
  }
}

async function locked<T>(place: Lockable, work: (confirm: () => Promise<void>) => Promise<T>): Promise<T> {
  const lockFolder = join(place.records, `${place.name}.lock`);
  const release = await acquire(lockFolder);
  try {
    const held = await identityOf(lockFolder);
    await removeLeftovers(place);
    return await work(async () => {
      if (held !== undefined && held === (await identityOf(lockFolder))) return;
      const why = `This process was held up while it wrote to ${place.folder}, and another one took over`;
      refuse('store_failed', 'storing', `${why}; try again.`);
    });
  } finally {
    // The work is done or has failed by now: a lock that cannot be removed goes stale.
    await release().catch(() => undefined);
  }
}

async function acquire(lockFolder: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await patiently(async () => {
        await breakStale(lockFolder);
        // Never stale for the library: two waiters that both see a stale lock would both get it.
        return hold(lockFolder, Number.POSITIVE_INFINITY);
      });
    } catch (error) {
      if (errnoOf(error) !== 'ELOCKED' || Date.now() > deadline) throw error;
    }
    await pause(1 + Math.random() * 20);
  }
}

async function hold(lockFolder: string, stale: number): Promise<() => Promise<void>> {
  const { lock } = locking.atHand ?? (await locking.load('storing'));
  return lock(lockFolder, {
    lockfilePath: lockFolder,
    realpath: false,
    stale,
    update: 1_000,
    // It is called from a timer, where nobody could catch. `confirm` notices the same in time.
    onCompromised: () => undefined,
  });
}

/** Removes a lock that nobody holds; one process at a time, so that no fresh lock is hit. */
async function breakStale(lockFolder: string): Promise<void> {
  if (!(await isStale(lockFolder))) return;
  const breaking = `${lockFolder}.break`;
  if (await isStale(breaking)) await rm(breaking, { recursive: true, force: true });
  const release = await hold(breaking, staleAfter);
  try {
    if (await isStale(lockFolder)) await rm(lockFolder, { recursive: true, force: true });
  } finally {
    await release().catch(() => undefined);
  }
}

/**
 * Whether nobody holds a lock: who does says so every second. One that is dated in the future was left behind before the
 * clock went back.
 */
async function isStale(lockFolder: string): Promise<boolean> {
  if (await isNoLock(lockFolder)) return true;
  const found = await orAbsent(lstat(lockFolder));
  return found !== undefined && found.mtimeMs < Date.now() - staleAfter;
}

/** What stands in the place of a lock, and cannot be one: a file, a link, or what the future has made. */
async function isNoLock(lockFolder: string): Promise<boolean> {
  const found = await orAbsent(lstat(lockFolder));
  return found !== undefined && (!found.isDirectory() || found.mtimeMs > Date.now() + staleAfter);
}

/** Tells one lock from the next one of the same name. */
async function identityOf(lockFolder: string): Promise<string | undefined> {
  const found = await orAbsent(stat(lockFolder, { bigint: true }));
  return found && `${found.ino} ${found.birthtimeNs}`;
}

/**
 * Removes the temporary files of writers that were killed: they hold secrets. It also stops a writer that has
 * lost its lock without knowing yet: there is nothing left for it to rename.
 */
async function removeLeftovers(place: Lockable): Promise<void> {
  for (const name of (await orAbsent(readdir(place.writing))) ?? []) {
    if (!name.startsWith(`${place.name}.`)) continue;
    await patiently(() => rm(join(place.writing, name), { force: true }));
  }
}

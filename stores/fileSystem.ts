// What the file store asks of the file system: private folders, and failures in words that help.
import { chmod, lstat, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AuthError, failure, refuse } from '../contract/errors.ts';

/** Whether a store has been written to. */
export async function foldersExist({
  folder,
  records,
}: {
  readonly folder: string;
  readonly records: string;
}): Promise<boolean> {
  return (await isPrivateFolder(folder)) && (await isPrivateFolder(records));
}

/** Makes a folder for this user only, where there is none. */
export async function makeFolder(folder: string): Promise<void> {
  if (await isPrivateFolder(folder)) return;
  await makeAll(folder);
  await isPrivateFolder(folder);
}

/**
 * By hand: the recursive `mkdir` of Node never ends where a file system has a folder in which nothing can be made, such as
 * /proc.
 */
async function makeAll(folder: string): Promise<void> {
  const make = (): Promise<void> => mkdir(folder, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return;
    if (errno !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeAll(dirname(folder));
    await make().catch((again: unknown) => {
      if (errnoOf(again) !== 'EEXIST') throw again;
    });
  }
}

/** Whether the folder is there. Closes it to other users; refuses what cannot be trusted to keep secrets. */
async function isPrivateFolder(folder: string): Promise<boolean> {
  const found = await orAbsent(lstat(folder));
  if (found === undefined) return false;
  if (found.isSymbolicLink())
    return refuseFolder(folder, 'is a symbolic link; name the folder that it leads to');
  if (!found.isDirectory()) return refuseFolder(folder, 'is not a folder (ENOTDIR); choose another place');
  // Windows has no such modes, and no getuid.
  if (process.getuid === undefined) return true;
  const user = process.getuid();
  const isOpen = (found.mode & 0o077) !== 0;
  if (found.uid !== user && isOpen)
    return refuseFolder(folder, 'is open to other users and not yours to close; choose a folder of your own');
  // Whoever is allowed everything may keep records for others, as in a container.
  if (found.uid !== user && user !== 0)
    return refuseFolder(folder, 'belongs to another user; choose a folder of your own');
  if (isOpen) await chmod(folder, 0o700);
  return true;
}

function refuseFolder(folder: string, why: string): never {
  return refuse('store_failed', 'storing', `${folder} ${why}.`, { recovery: 'fix-config' });
}

/** Makes renames last through a power cut. Best effort: some systems cannot, and the record is whole anyway. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const adviceFor: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space on its disk',
  EDQUOT: 'free some space on its disk',
  EACCES: 'give this user the right to read and write there, or choose another folder',
  EPERM: 'give this user the right to read and write there, or choose another folder',
  EROFS: 'its disk is read-only, choose another folder',
  ENOENT: 'it is not there and cannot be made, choose another folder',
  ENOTDIR: 'a part of that path is a file, choose another folder',
  ELOOP: 'a symbolic link stands where a record should be, remove the link',
  ELOCKED: 'other processes keep a record busy, try again',
};

/** Runs an operation; what the file system says becomes one sentence that names the folder and what to do. */
export async function guarded<T>(folder: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const errno = errnoOf(error);
    if (error instanceof AuthError || errno === undefined) throw error;
    const advice = adviceFor[errno] ?? 'check that its disk works, and try again';
    throw new AuthError(
      failure('store_failed', 'storing', `The records in ${folder} are out of reach (${errno}): ${advice}.`),
    );
  }
}

/** The system's code (`ENOSPC`), and not one of Node's own (`ERR_…`): those are defects of the caller. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What was found, or nothing when there is nothing of that name. */
export async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What Windows says of a file that another process has open, or that is about to be deleted. */
const passing: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** So long it is taken for something that passes, in milliseconds. A record is open for a moment; scanners take longer. */
const PASSES_WITHIN = 2_000;

/**
 * Runs an operation on a file; on Windows again and again for two seconds, while the file cannot be had. Elsewhere a file that
 * is open can be replaced, and a right that is missing will not come.
 * @throws what the operation threw last.
 */
export async function patiently<T>(operation: () => Promise<T>, platform = process.platform): Promise<T> {
  if (platform !== 'win32') return operation();
  const deadline = performance.now() + PASSES_WITHIN;
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (!passing.has(errnoOf(error) ?? '') || performance.now() > deadline) throw error;
    }
    await pause(5 + Math.random() * 20);
  }
}

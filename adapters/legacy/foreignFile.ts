// Reads one file of another tool. The file is not changed.
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { refuse } from '../../contract/errors.ts';
import { readObject } from '../../protocol/json.ts';
import { shown } from '../../protocol/text.ts';
import { errnoOf, orAbsent } from '../../stores/fileSystem.ts';

/** The longest file that is read, in bytes. A client with its tokens is much smaller. */
const MAX_FILE = 256 * 1024;

/** A file of another tool. */
export interface ForeignFile {
  /** The name that messages use for it. */
  readonly name: string;
  /** Its content. It holds secrets. */
  readonly object: Readonly<Record<string, unknown>>;
  /** When it was written, in epoch milliseconds. Use it only to sort: a copied file has another time. */
  readonly savedAt: number;
}

/**
 * Refuses one file. Other files may still be read.
 * @throws AuthError `record_corrupt`, always.
 */
export function leaveOut(name: string, why: string): never {
  return refuse(
    'record_corrupt',
    'storing',
    `The file ${shown(name, 500)} was left out, because ${why}. Log in again.`,
  );
}

/**
 * Reads the JSON object in a file.
 * @param name The name that messages use for the file.
 * @returns nothing when there is no such file.
 * @throws AuthError `record_corrupt` when the file cannot be read as a plain, small file with a JSON object.
 */
export async function readForeignFile(path: string, name: string): Promise<ForeignFile | undefined> {
  try {
    // Checked by its name, too, since Windows has no O_NOFOLLOW.
    const found = await orAbsent(lstat(path));
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return leaveOut(name, 'it is a symbolic link');
    const content = await readStart(path);
    if (content === undefined) return leaveOut(name, 'it is not a plain file');
    if (content.length > MAX_FILE) return leaveOut(name, 'it is too large');
    const object = readObject(textOf(content) ?? '') ?? leaveOut(name, 'it does not hold a JSON object');
    return { name, object, savedAt: found.mtimeMs };
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === undefined) throw thrown;
    return leaveOut(name, `it cannot be read (${errno})`);
  }
}

/** The content up to one byte more than is allowed; nothing when it is not a plain file. */
async function readStart(path: string): Promise<Buffer | undefined> {
  // O_NONBLOCK: opening a pipe would wait for its other end.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    return await buffer(handle.createReadStream({ end: MAX_FILE, autoClose: false }));
  } finally {
    await handle.close();
  }
}

/** Damaged bytes must never be read as a secret (S02). */
function textOf(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

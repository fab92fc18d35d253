// Reads one file of another tool: small, plain, and never changed.
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { refuse } from '../../contract/errors.ts';
import { readObject } from '../../protocol/json.ts';
import { shown } from '../../protocol/text.ts';
import { errnoOf, orAbsent } from '../../stores/fileSystem.ts';

/** Longest file that is read, in bytes: a client and three tokens are far smaller. */
const MAX_FILE = 256 * 1024;

export interface ForeignFile {
  /** For people. */
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** When it was written, in epoch milliseconds; for order, and for nothing else: a copy has another time. */
  readonly savedAt: number;
}

/** @throws AuthError `record_corrupt`: the file is left out; the others may be fine. */
export function leaveOut(name: string, why: string): never {
  return refuse(
    'record_corrupt',
    'storing',
    `The file ${shown(name, 500)} was left out, because ${why}; log in again.`,
  );
}

/**
 * The JSON object in a file; nothing where there is no such file.
 * @param name what to call it.
 * @throws AuthError `record_corrupt`
 */
export async function readForeignFile(path: string, name: string): Promise<ForeignFile | undefined> {
  try {
    // Looked at by its name, too: Windows knows no O_NOFOLLOW.
    const found = await orAbsent(lstat(path));
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return leaveOut(name, 'it is a symbolic link');
    const content = await readStart(path);
    if (content === undefined) return leaveOut(name, 'it is not a plain file');
    if (content.length > MAX_FILE) return leaveOut(name, 'it is larger than a login can be');
    const object = readObject(textOf(content) ?? '') ?? leaveOut(name, 'it does not hold a JSON object');
    return { name, object, savedAt: found.mtimeMs };
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === undefined) throw thrown;
    return leaveOut(name, `it cannot be read (${errno})`);
  }
}

/** As much as is needed to see that it is too much; nothing for what is no plain file. */
async function readStart(path: string): Promise<Buffer | undefined> {
  // O_NONBLOCK: a pipe in the place of a file must not hang the reader.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    return await buffer(handle.createReadStream({ end: MAX_FILE, autoClose: false }));
  } finally {
    await handle.close();
  }
}

/** Corrupt bytes must never be read as a secret (S02). */
function textOf(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

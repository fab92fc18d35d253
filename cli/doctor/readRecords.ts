// Looks at the files of a store without changing any: the store itself would close their rights, and set damage aside.
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';

/** What is in the place of a record. Nothing of what it holds but its key and its plain text goes on from here. */
export interface RecordFile {
  readonly name: string;
  readonly state: 'whole' | 'newer' | 'damaged' | 'unreadable';
  readonly isOpen: boolean;
  readonly modified: number;
  readonly key?: string;
  readonly text?: string;
}

/** The longest file that is read, in bytes: the same limit as that of the store. */
const LONGEST = 16 * 1024 * 1024;

/** Whether other users can read or change it. Windows has no such modes. */
export const isOpenToOthers = ({ mode }: Pick<Stats, 'mode'>): boolean =>
  process.getuid !== undefined && (mode & 0o077) !== 0;

/** Looks at one file of the folder of records. */
export async function readRecordFile(folder: string, name: string): Promise<RecordFile> {
  const file = join(folder, name);
  const found = await lstat(file).catch(() => undefined);
  const known = { name, isOpen: found ? isOpenToOthers(found) : false, modified: found?.mtimeMs ?? 0 };
  if (!found) return { ...known, state: 'unreadable' };
  if (!found.isFile() || found.size > LONGEST) return { ...known, state: 'damaged' };
  const json = await textOf(file);
  return json === undefined ? { ...known, state: 'unreadable' } : { ...known, ...contentOf(json, name) };
}

async function textOf(file: string): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  try {
    return await handle?.readFile('utf8');
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function contentOf(json: string, name: string): Pick<RecordFile, 'state' | 'key' | 'text'> {
  const content = objectIn(json);
  const { v, key, digest, text } = content ?? {};
  if (typeof v === 'number' && v > 1) return { state: 'newer' };
  const isWhole =
    typeof key === 'string' &&
    typeof text === 'string' &&
    digest === sha256(text) &&
    name === `${sha256(key)}.json`;
  if (!isWhole) return { state: 'damaged' };
  return { state: isNewer(text) ? 'newer' : 'whole', key, text };
}

/** A record has a version of its own, too. */
function isNewer(text: string): boolean {
  const version = objectIn(text)?.['v'];
  return typeof version === 'number' && version > 1;
}

/** The members of a JSON object; nothing where the text is none. */
export function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

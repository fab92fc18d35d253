// What `doctor` finds in the folder of the store. It changes nothing, and tells no token.
import { constants, type Stats } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf, shown } from '../../protocol/text.ts';
import { shellWord } from '../words.ts';
import { about, type Finding } from './finding.ts';
import { entriesOf, isOpenToOthers, objectIn, type RecordFile, readRecordFile } from './readRecords.ts';

const folderIs = about('Store');
const locksAre = about('Locks');
const recordsAre = about('Records');
const loginsAre = about('Logins');

/** Milliseconds after which nobody holds a lock any more: who does says so every second. */
const LOCK_IS_OLD = 5_000;
/** Milliseconds after which nobody writes a file any more. */
const WRITE_IS_OLD = 60_000;

/** Looks at the whole folder. @param now epoch milliseconds. */
export async function storeFindings(folder: string, now: number): Promise<readonly Finding[]> {
  const found = await lstat(folder).catch((thrown: { code?: string }) => thrown.code ?? 'unknown');
  if (found === 'ENOENT')
    return [folderIs.good(`${shown(folder)} is not there yet: the first login makes it`)];
  if (typeof found === 'string')
    return [
      folderIs.bad(
        `${shown(folder)} cannot be looked at (${shown(found)})`,
        'choose another folder with --store',
      ),
    ];
  const trouble = folderTrouble(folder, found);
  if (trouble) return [trouble];
  const canWrite = await access(folder, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!canWrite)
    return [
      folderIs.bad(`${shown(folder)} cannot be written to by this user`, `chmod 700 ${shellWord(folder)}`),
    ];
  const parts = await Promise.all([
    records(folder, now),
    locks(folder, now),
    leftovers(folder, now),
    aside(folder),
  ]);
  return [rights(folder, found), ...parts.flat()];
}

/** What the store itself would refuse. */
function folderTrouble(folder: string, found: Stats): Finding | undefined {
  if (found.isSymbolicLink())
    return folderIs.bad(
      `${shown(folder)} is a symbolic link`,
      'name the folder that it leads to with --store',
    );
  if (!found.isDirectory())
    return folderIs.bad(`${shown(folder)} is not a folder`, 'choose another one with --store');
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user && user !== 0)
    return folderIs.bad(
      `${shown(folder)} belongs to another user`,
      'choose a folder of your own with --store',
    );
  return undefined;
}

function rights(folder: string, found: Stats): Finding {
  if (!isOpenToOthers(found)) return folderIs.good(`${shown(folder)} is yours alone`);
  const mode = (found.mode & 0o777).toString(8);
  return folderIs.bad(`${shown(folder)} is open to other users (${mode})`, `chmod 700 ${shellWord(folder)}`);
}

async function records(home: string, now: number): Promise<readonly Finding[]> {
  const folder = join(home, 'records');
  const names = (await entriesOf(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  const files: RecordFile[] = [];
  for (const name of names) files.push(await readRecordFile(folder, name));
  const of = (state: RecordFile['state']) => files.filter((file) => file.state === state);
  const open = files.filter(({ isOpen }) => isOpen);
  return [
    recordsAre.good(countsOf(of('whole'))),
    ...some(of('newer'), (count) =>
      recordsAre.bad(
        `${count} of a newer version of authchart`,
        'use that version, or choose another folder with --store',
      ),
    ),
    ...some(of('damaged'), (count) =>
      recordsAre.bad(`${count} damaged`, 'log in again: the next command that needs one moves it to aside/'),
    ),
    ...some(of('unreadable'), (count) =>
      recordsAre.bad(
        `${count} cannot be read by this user`,
        `chmod 600 ${shellWord(join(folder, '*.json'))}`,
      ),
    ),
    ...some(open, (count) =>
      recordsAre.bad(`${count} can be read by other users`, `chmod 600 ${shellWord(folder)}/*.json`),
    ),
    ...logins(of('whole'), now),
  ];
}

/** One finding, where there is anything. */
const some = (files: readonly unknown[], finding: (count: number) => Finding): readonly Finding[] =>
  files.length === 0 ? [] : [finding(files.length)];

function countsOf(files: readonly RecordFile[]): string {
  const counts = new Map<string, number>();
  for (const { key = '' } of files) {
    const kind = /^([a-z]+):/.exec(key)?.[1] ?? 'encrypted';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const each = [...counts].sort().map(([kind, count]) => `${kind} ${count}`);
  return each.length === 0 ? 'none yet' : each.join(', ');
}

/** What of the logins cannot be used any more, and what was broken off. */
function logins(files: readonly RecordFile[], now: number): readonly Finding[] {
  const grants = files.filter(({ key }) => key?.startsWith('grant:'));
  const stale = grants.filter(({ text = '' }) => {
    const { expiresAt, refreshToken } = objectIn(text) ?? {};
    return typeof expiresAt === 'number' && expiresAt <= now && refreshToken === undefined;
  });
  const broken = files.filter(
    ({ key, modified }) => key?.startsWith('spend:') && modified < now - WRITE_IS_OLD,
  );
  if (grants.length === 0) return [];
  return [
    loginsAre.good(
      `${grants.length - stale.length} of ${grants.length} have tokens that can be used or renewed`,
    ),
    ...stale.map(({ key = '' }) =>
      loginsAre.note(`the one at ${resourceIn(key)} is over`, 'authchart status says how to log in again'),
    ),
    ...some(broken, (count) =>
      loginsAre.note(
        `${count} renewal${count === 1 ? ' was' : 's were'} broken off`,
        'authchart may ask you to log in again',
      ),
    ),
  ];
}

/** The key of a grant names its resource third. */
function resourceIn(key: string): string {
  const parts: unknown = Object.values(objectIn(key.slice('grant:'.length)) ?? {})[2];
  return typeof parts === 'string' ? placeOf(parts) : 'an unknown resource';
}

async function locks(home: string, now: number): Promise<readonly Finding[]> {
  const folder = join(home, 'records');
  const names = (await entriesOf(folder)).filter((name) => /\.lock(\.break)?$/.test(name));
  const found = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  const old = found.filter((lock) => lock !== undefined && lock.mtimeMs < now - LOCK_IS_OLD);
  if (old.length === 0) return [locksAre.good(found.length === 0 ? 'none' : `${found.length} held just now`)];
  const text = `${old.length} left behind by a program that was ended`;
  return [locksAre.note(text, 'nothing: the next command that needs the record removes it')];
}

async function leftovers(home: string, now: number): Promise<readonly Finding[]> {
  const folder = join(home, 'writing');
  const names = await entriesOf(folder);
  const found = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  const old = found.filter((file) => file !== undefined && file.mtimeMs < now - WRITE_IS_OLD);
  return some(old, (count) =>
    recordsAre.note(
      `${count} half-written, by a program that was ended; they hold secrets`,
      `rm -r ${shellWord(folder)}, when no program uses authchart`,
    ),
  );
}

async function aside(home: string): Promise<readonly Finding[]> {
  const folder = join(home, 'aside');
  return some(await entriesOf(folder), (count) =>
    recordsAre.bad(
      `${count} set aside, because ${count === 1 ? 'it was' : 'they were'} damaged; they hold secrets`,
      `rm -r ${shellWord(folder)}, when you do not need them any more`,
    ),
  );
}

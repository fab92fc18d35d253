// What `doctor` finds in the folder of the store. It changes nothing, and tells no token.
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOf, shown } from '../../protocol/text.ts';
import { shellWord } from '../words.ts';
import { about, type Finding } from './finding.ts';
import { type FoundFolder, readFolder } from './readFolder.ts';
import { objectIn, type RecordFile, readRecordFile } from './readRecords.ts';

const folderIs = about('Store');
const locksAre = about('Locks');
const recordsAre = about('Records');
const loginsAre = about('Logins');

/** Milliseconds after which nobody holds a lock any more: who does says so every second. */
const LOCK_IS_OLD = 5_000;
/** Milliseconds after which nobody writes a file any more. */
const WRITE_IS_OLD = 60_000;

/** Looks at the whole folder. @param now epoch milliseconds. */
export async function storeFindings(home: string, now: number): Promise<readonly Finding[]> {
  const found = await readFolder(home);
  if (!found.isThere) return [folderIs.good(`${shown(home)} is not there yet: the first login makes it`)];
  if (!found.names) return found.troubles;
  const kept = await readFolder(join(home, 'records'));
  const unfinished = await readFolder(join(home, 'writing'));
  const damaged = await readFolder(join(home, 'aside'));
  const troubles = [found, kept, unfinished, damaged].flatMap((one) => one.troubles);
  return [
    ...(troubles.length === 0 ? [folderIs.good(`${shown(home)} is yours alone`)] : troubles),
    ...(await records(kept, now)),
    ...(await locks(kept, now)),
    ...(await leftovers(unfinished, now)),
    ...aside(damaged),
  ];
}

async function records({ folder, names }: FoundFolder, now: number): Promise<readonly Finding[]> {
  // What cannot be looked at is not said to be empty.
  if (!names) return [];
  const files: RecordFile[] = [];
  for (const name of names)
    if (/^[0-9a-f]{64}\.json$/.test(name)) files.push(await readRecordFile(folder, name));
  const of = (state: RecordFile['state']) => files.filter((file) => file.state === state);
  const open = files.filter(({ isOpen }) => isOpen);
  // A quoted pattern would find nothing.
  const toClose = `chmod 600 ${shellWord(folder)}/*.json`;
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
    ...some(of('unreadable'), (count) => recordsAre.bad(`${count} cannot be read by this user`, toClose)),
    ...some(open, (count) => recordsAre.bad(`${count} can be read by other users`, toClose)),
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

async function locks({ folder, names }: FoundFolder, now: number): Promise<readonly Finding[]> {
  if (!names) return [];
  const found = await statsOf(
    folder,
    names.filter((name) => /\.lock(\.break)?$/.test(name)),
  );
  const old = found.filter((lock) => lock.mtimeMs < now - LOCK_IS_OLD);
  if (old.length === 0) return [locksAre.good(found.length === 0 ? 'none' : `${found.length} held just now`)];
  const text = `${old.length} left behind by a program that was ended`;
  return [locksAre.note(text, 'nothing: the next command that needs the record removes it')];
}

/** Without what has gone meanwhile. */
async function statsOf(folder: string, names: readonly string[]): Promise<readonly Stats[]> {
  const found = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  return found.filter((one) => one !== undefined);
}

async function leftovers({ folder, names = [] }: FoundFolder, now: number): Promise<readonly Finding[]> {
  const found = await statsOf(folder, names);
  const old = found.filter((file) => file.mtimeMs < now - WRITE_IS_OLD);
  return some(old, (count) =>
    recordsAre.note(
      `${count} half-written, by a program that was ended; they hold secrets`,
      `rm -r ${shellWord(folder)}, when no program uses authchart`,
    ),
  );
}

function aside({ folder, names = [] }: FoundFolder): readonly Finding[] {
  return some(names, (count) =>
    recordsAre.bad(
      `${count} set aside, because ${count === 1 ? 'it was' : 'they were'} damaged; they hold secrets`,
      `rm -r ${shellWord(folder)}, when you do not need them any more`,
    ),
  );
}

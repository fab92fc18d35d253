// Looks at one folder of a store without changing it: what the store would refuse, and what others may do in it.
import { constants, type Stats } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { shown } from '../../protocol/text.ts';
import { systemCode } from '../failures.ts';
import { shellWord } from '../words.ts';
import { about, type Finding } from './finding.ts';
import { isOpenToOthers } from './readRecords.ts';

/** A folder, and what is in it. */
export interface FoundFolder {
  readonly folder: string;
  readonly isThere: boolean;
  /** What is wrong with it. */
  readonly troubles: readonly Finding[];
  /** The names of its entries; none where it is not there. Nothing: it cannot be used. */
  readonly names?: readonly string[];
}

const { bad } = about('Store');

const ELSEWHERE = 'choose another folder with --store';

/** Looks at a folder, and follows no link. */
export async function readFolder(folder: string): Promise<FoundFolder> {
  const unusable = (trouble: Finding): FoundFolder => ({ folder, isThere: true, troubles: [trouble] });
  const found = await lstat(folder).catch(codeOf);
  if (found === 'ENOENT') return { folder, isThere: false, troubles: [], names: [] };
  if (typeof found === 'string') return unusable(unseen(folder, found));
  const refused = refusal(folder, found);
  if (refused) return unusable(refused);
  const rights = constants.R_OK | constants.W_OK | constants.X_OK;
  const missing = await access(folder, rights).then(() => undefined, codeOf);
  if (missing !== undefined)
    return unusable(
      bad(`${shown(folder)} cannot be written to by this user`, `chmod 700 ${shellWord(folder)}`),
    );
  const names = await readdir(folder).catch(codeOf);
  if (typeof names === 'string') return unusable(unseen(folder, names));
  return { folder, isThere: true, troubles: isOpenToOthers(found) ? [open(folder, found)] : [], names };
}

const codeOf = (thrown: unknown): string => systemCode(thrown) ?? 'unknown';

const unseen = (folder: string, code: string): Finding =>
  bad(`${shown(folder)} cannot be looked at (${code})`, ELSEWHERE);

/** What the store itself would refuse. */
function refusal(folder: string, found: Stats): Finding | undefined {
  if (found.isSymbolicLink())
    return bad(`${shown(folder)} is a symbolic link`, `remove the link, or ${ELSEWHERE}`);
  if (!found.isDirectory()) return bad(`${shown(folder)} is not a folder`, `move it away, or ${ELSEWHERE}`);
  const user = process.getuid?.();
  if (user === undefined || found.uid === user) return undefined;
  // Whoever is allowed everything may keep records for others, as in a container, where nobody else can read them.
  if (user !== 0 || isOpenToOthers(found))
    return bad(`${shown(folder)} belongs to another user`, 'choose a folder of your own with --store');
  return undefined;
}

const open = (folder: string, { mode }: Stats): Finding =>
  bad(
    `${shown(folder)} is open to other users (${(mode & 0o777).toString(8)})`,
    `chmod 700 ${shellWord(folder)}`,
  );

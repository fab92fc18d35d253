// Records in a folder, for Node: one file each, replaced atomically, changed under a short lock.
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, posix, resolve, win32 } from 'node:path';
import * as z from 'zod/mini';
import { refuse } from '../contract/errors.ts';
import { object } from '../protocol/options.ts';
import { alone } from './fileLock.ts';
import { errnoOf, foldersExist, guarded, makeFolder, orAbsent, patiently, syncFolder } from './fileSystem.ts';
import { FolderChanges } from './folderChanges.ts';
import { folder } from './options.ts';
import { processesAt } from './processes.ts';
import type { Store, Stored } from './store.ts';

/** What is in a file. The digest is of the text: bytes that rotted must never be read as a token. */
const envelopeSchema = z.object({
  v: z.literal(1),
  key: z.string(),
  version: z.string(),
  digest: z.string(),
  text: z.string(),
});
const futureSchema = z.object({ v: z.number().check(z.gt(1)) });

type Envelope = z.infer<typeof envelopeSchema>;

/** The longest file that is taken for a record, in bytes: far more than any record has. */
const LONGEST = 16 * 1024 * 1024;

/** Where one record lives. */
interface Place {
  readonly folder: string;
  readonly records: string;
  /** What is being written, and not a record yet. */
  readonly writing: string;
  readonly aside: string;
  readonly key: string;
  readonly name: string;
  readonly file: string;
}

/** Where `fileStore` keeps its records. */
export interface FileOptions {
  /** The folder. It is made when first needed. `defaultFolder(process.env)` is the one of the command line. */
  readonly folder: string;
}

/**
 * A store in a folder of this machine, shared by all processes that name the same folder.
 * Folders are made when first needed, for this user only (0700, files 0600); symbolic links are refused.
 * An option that cannot be used is refused with `config_invalid`. Besides `store_failed`, operations on a record fail with `record_corrupt` (once: the file is moved to
 * `aside/` for a person to look at, and the record is gone) and `record_newer` (the file is left alone).
 */
export function fileStore(options: FileOptions): Store {
  object({ folder })(options, '');
  const home = resolve(options.folder);
  const changes = new FolderChanges(join(home, 'records'));
  const processes = processesAt(home);
  return {
    get: (key) => guarded(home, () => get(placeOf(home, key))),
    put: (key, text, expected) => guarded(home, () => put(placeOf(home, key), text, expected)),
    delete: (key, version) => guarded(home, () => remove(placeOf(home, key), version)),
    list: (prefix) => guarded(home, () => list(home, prefix)),
    watch: (key, changed, lost) => changes.add(`${placeOf(home, key).name}.json`, changed, lost),
    setAside: (key, version) => guarded(home, () => setAside(placeOf(home, key), version)),
    ...(processes && { processes }),
  };
}

/**
 * The folder for this user's records: `$AUTHCHART_STORE`, else `$XDG_STATE_HOME/authchart`, else the
 * platform's own place. It never depends on the version of this package: an upgrade keeps all logins.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (a relative path there is ignored)
 */
export function defaultFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const { join, isAbsolute } = platform === 'win32' ? win32 : posix;
  const state = env['XDG_STATE_HOME'] ?? '';
  if (env['AUTHCHART_STORE']) return resolve(env['AUTHCHART_STORE']);
  if (isAbsolute(state)) return join(state, 'authchart');
  const user = homedir();
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(user, 'AppData', 'Local'), 'authchart');
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', 'authchart');
  return join(user, '.local', 'state', 'authchart');
}

// The operations.

async function get(place: Place): Promise<Stored | undefined> {
  if (!(await foldersExist(place))) return undefined;
  const found = await readRecord(place);
  // Under the lock, because a sibling may be replacing the broken file right now.
  return found === 'broken' ? alone(place, () => readOrSetAside(place)) : found;
}

async function put(place: Place, text: string, expected: string | undefined): Promise<string | undefined> {
  await makeFolder(place.folder);
  await makeFolder(place.records);
  await makeFolder(place.writing);
  return alone(place, async (confirm) => {
    const current = await readOrSetAside(place);
    if (current?.version !== expected) return undefined;
    const version = randomUUID();
    await replace(place, { v: 1, key: place.key, version, digest: sha256(text), text }, confirm);
    return version;
  });
}

async function remove(place: Place, version: string): Promise<boolean> {
  if (!(await foldersExist(place))) return false;
  return alone(place, async (confirm) => {
    const current = await readOrSetAside(place);
    if (current?.version !== version) return false;
    await patiently(async () => {
      await confirm();
      await rm(place.file);
    });
    await syncFolder(place.records);
    return true;
  });
}

async function setAside(place: Place, version: string): Promise<void> {
  if (!(await foldersExist(place))) return;
  await alone(place, async (confirm) => {
    const current = await readOrSetAside(place);
    if (current?.version !== version) return;
    await confirm();
    await moveAside(place, 'set-aside');
  });
}

async function list(folder: string, prefix: string): Promise<readonly string[]> {
  const records = join(folder, 'records');
  if (!(await foldersExist({ folder, records }))) return [];
  const keys: string[] = [];
  for (const name of await readdir(records)) {
    if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
    // One bad file must not hide the others: whoever reads that record is told.
    const found = await readEnvelope(join(records, name)).catch(() => undefined);
    if (typeof found !== 'object' || name !== `${sha256(found.key)}.json`) continue;
    if (found.key.startsWith(prefix)) keys.push(found.key);
  }
  return keys;
}

// Reading and writing one file.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function placeOf(folder: string, key: string): Place {
  // Lone surrogates all become the same bytes: two such keys would share a file.
  if (/\p{Surrogate}/u.test(key)) {
    refuse('store_failed', 'storing', 'The key of a record is not well-formed Unicode; use another key.', {
      recovery: 'none',
    });
  }
  const name = sha256(key);
  const records = join(folder, 'records');
  return {
    folder,
    records,
    writing: join(folder, 'writing'),
    aside: join(folder, 'aside'),
    key,
    name,
    file: join(records, `${name}.json`),
  };
}

async function readEnvelope(file: string): Promise<Envelope | 'broken' | 'newer' | undefined> {
  const json = await readText(file);
  if (json === undefined || json === 'broken') return json;
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return 'broken';
  }
  if (futureSchema.safeParse(content).success) return 'newer';
  const { success, data } = envelopeSchema.safeParse(content);
  return success && data.digest === sha256(data.text) ? data : 'broken';
}

/** The text of a file of ours; `broken` for whatever else stands in its place. Closes it to other users (S10). */
async function readText(file: string): Promise<string | 'broken' | undefined> {
  // Windows has no O_NOFOLLOW.
  const follows = constants.O_NOFOLLOW === undefined;
  if (follows && (await orAbsent(lstat(file)))?.isSymbolicLink()) return 'broken';
  // O_NONBLOCK: a pipe in the place of a record must not hang the reader.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await orAbsent(patiently(() => open(file, flags))).catch(unlessNoFile);
  if (handle === undefined || handle === 'broken') return handle;
  try {
    const found = await handle.stat();
    // Looked at before it is read: what is longer would not fit into memory, or into a text.
    if (!found.isFile() || found.size > LONGEST) return 'broken';
    if (process.getuid !== undefined && (found.mode & 0o077) !== 0) await handle.chmod(0o600);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** A link (ELOOP) or a socket (ENXIO) is no record. @throws whatever else the system says. */
function unlessNoFile(error: unknown): 'broken' {
  const errno = errnoOf(error);
  if (errno === 'ELOOP' || errno === 'ENXIO') return 'broken';
  throw error;
}

async function readRecord(place: Place): Promise<Stored | 'broken' | undefined> {
  const found = await readEnvelope(place.file);
  if (found === 'newer') {
    const what = `The record ${place.name} in ${place.folder} was written by a newer version of authchart`;
    return refuse('record_newer', 'storing', `${what}; upgrade this one.`);
  }
  if (typeof found !== 'object') return found;
  return found.key === place.key ? { version: found.version, text: found.text } : 'broken';
}

/** The record, under its lock. A broken one is moved out of the way, and said once. */
async function readOrSetAside(place: Place): Promise<Stored | undefined> {
  const found = await readRecord(place);
  if (found !== 'broken') return found;
  const kept = await moveAside(place, 'corrupt');
  return refuse(
    'record_corrupt',
    'storing',
    `A stored record was damaged and is kept as ${kept}; log in again.`,
  );
}

async function moveAside(place: Place, why: 'corrupt' | 'set-aside'): Promise<string> {
  const kept = join(place.aside, `${place.name}.json.${why}-${randomUUID()}`);
  await makeFolder(place.aside);
  await patiently(() => rename(place.file, kept));
  await syncFolder(place.aside);
  await syncFolder(place.records);
  return kept;
}

/**
 * By hand and not with write-file-atomic 7: on a disk that fills up, that one takes a short write for a whole
 * one, and replaces the record with its first half.
 */
async function replace(place: Place, envelope: Envelope, confirm: () => Promise<void>): Promise<void> {
  const temporary = join(place.writing, `${place.name}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(envelope)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await patiently(async () => {
      await confirm();
      await rename(temporary, place.file);
    });
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(place.records);
}

// Reads the logins in the folder of mcp-remote. Its versions have folders of their own, and file names are hashes.
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, refuse } from '../../contract/errors.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { errnoOf, orAbsent } from '../../stores/fileSystem.ts';
import { leaveOut, readForeignFile } from './foreignFile.ts';
import { type Found, type FoundLogin, orFailure } from './found.ts';
import { readClient, readTokens } from './sdkRecords.ts';

/** The files with logins. Locks, code verifiers and logs are in the same folder. */
const recordName = /^([0-9a-f]{32})_(?:client_info|tokens)\.json$/;
/** Each version has a folder (S14). Before 0.0.13 the files were in the main folder. */
const versionFolder = /^mcp-remote-/;

/** What `readMcpRemote` of `authchart/node` does: it says how. */
export async function readMcpRemote(options: {
  readonly folder: string;
  readonly resources: readonly string[];
}): Promise<Found> {
  const { folder, resources } = options;
  const failures: Failure[] = [];
  const names = await recordsIn(folder, failures);
  const targets = targetsOf(resources);
  const logins: Copy[] = [];
  for (const [hash, target] of targets) {
    const prefixes = [...new Set(names.filter((name) => name.includes(hash)).map(prefixOf))];
    const copies = await Promise.all(
      prefixes.map((prefix) => orFailure(failures, () => readCopy(folder, `${prefix}${hash}`, target))),
    );
    const newest = newestOf(copies.filter((copy) => copy !== undefined));
    if (newest) logins.push(newest);
  }
  return {
    logins: logins.sort(byAge).map(({ login }) => login),
    failures,
    unknown: names.filter((name) => ![...targets.keys()].some((hash) => name.includes(hash))),
  };
}

const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** The names of the files with logins, in the folder and in those of versions. No symbolic link is followed. */
async function recordsIn(folder: string, failures: Failure[]): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  const nested = await Promise.all(
    entries
      .filter(({ name }) => versionFolder.test(name))
      .map((entry) => orFailure(failures, () => recordsOfVersion(folder, entry))),
  );
  const own = entries.map(({ name }) => name).filter((name) => recordName.test(name));
  return [...own, ...nested.flatMap((names) => names ?? [])].sort();
}

async function recordsOfVersion(folder: string, entry: Dirent): Promise<readonly string[]> {
  if (entry.isSymbolicLink()) return leaveOut(entry.name, 'it is a symbolic link');
  if (!entry.isDirectory()) return [];
  const entries = await entriesOf(join(folder, entry.name));
  return entries.filter(({ name }) => recordName.test(name)).map(({ name }) => `${entry.name}/${name}`);
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return (await orAbsent(readdir(folder, { withFileTypes: true }))) ?? [];
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === undefined) throw thrown;
    return refuse(
      'config_invalid',
      'configuring',
      `The folder ${shown(folder, 500)} cannot be read (${errno}). Name another one.`,
    );
  }
}

/** What a login is for. */
type Target = Pick<FoundLogin, 'resource' | 'audience'>;

/**
 * What the login of each hash is for. Before 0.1.30 the hash was of the server URL alone. Since then it is also of the
 * `resource` parameter and of headers, where the configuration has them. Headers may be secrets, so nobody is asked for
 * them: logins with headers are not found.
 */
function targetsOf(resources: readonly string[]): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  for (const resource of resources) {
    for (const spelling of spellingsOf(resource)) {
      targets.set(md5(spelling), { resource });
      for (const audience of resources)
        if (audience !== resource) targets.set(md5(`${spelling}|${audience}`), { resource, audience });
    }
  }
  return targets;
}

/** The hash is of the URL as a person typed it, with or without the slash after a host. */
function spellingsOf(resource: string): readonly string[] {
  const { href = resource, origin = '', pathname = '', search = '' } = urlOf(resource) ?? {};
  const bare = pathname === '/' && search === '' ? [origin] : [];
  return [...new Set([resource, href, ...bare])];
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** One login of one version. */
interface Copy {
  readonly login: FoundLogin;
  readonly savedAt: number;
}

/** @throws AuthError `record_corrupt` when either file cannot be read. */
async function readCopy(folder: string, stem: string, target: Target): Promise<Copy> {
  const read = async (part: string) => {
    const name = `${stem}_${part}.json`;
    return readForeignFile(join(folder, name), name);
  };
  const [client, tokens] = await Promise.all([read('client_info'), read('tokens')]);
  const files = [client, tokens].filter((file) => file !== undefined);
  return {
    login: {
      ...target,
      from: files.map(({ name }) => name),
      ...(client && { client: readClient(client.object, client.name) }),
      ...(tokens && { tokens: readTokens(tokens.object, tokens.name) }),
    },
    savedAt: tokens?.savedAt ?? 0,
  };
}

/** The newest complete login, else the newest. Its `older` has the files of the others. */
function newestOf(copies: readonly Copy[]): Copy | undefined {
  const sorted = [...copies].sort(byAge);
  const newest = sorted.find(({ login }) => login.client && login.tokens?.refreshToken) ?? sorted[0];
  const older = sorted.filter((copy) => copy !== newest).flatMap(({ login }) => login.from);
  return newest && { ...newest, login: { ...newest.login, ...(older.length > 0 && { older }) } };
}

const byAge = (one: Copy, other: Copy): number => other.savedAt - one.savedAt;

// Reads the logins that mcp-remote left in its folder: per version of it, and under hashes of what they are for.
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Failure, refuse } from '../../contract/errors.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { errnoOf, orAbsent } from '../../stores/fileSystem.ts';
import { leaveOut, readForeignFile } from './foreignFile.ts';
import { type Found, type FoundLogin, noting } from './found.ts';
import { readClient, readTokens } from './sdkRecords.ts';

/** `$MCP_REMOTE_CONFIG_DIR`, else `~/.mcp-auth`: where mcp-remote itself looks. */
export function mcpRemoteFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env['MCP_REMOTE_CONFIG_DIR'] || join(homedir(), '.mcp-auth');
}

/** Locks, code verifiers and logs lie beside these. */
const recordName = /^([0-9a-f]{32})_(?:client_info|tokens)\.json$/;
/** Its records move with its version (S14); before 0.0.13 they lay in the folder itself. */
const versionFolder = /^mcp-remote-/;

/**
 * Reads the folder of mcp-remote, and changes nothing in it. The names of its files are hashes, so the resources have
 * to be said; of several versions the newest login counts.
 * @param resources as they are in the configuration of mcp-remote: its server URL, and its `--resource` if it has one.
 * @throws AuthError `config_invalid` when the folder is there and cannot be read.
 */
export async function readMcpRemote(options: {
  readonly folder: string;
  readonly resources: readonly string[];
}): Promise<Found> {
  const { folder, resources } = options;
  const failures: Failure[] = [];
  const names = await recordsIn(folder, failures);
  const purposes = purposesOf(resources);
  const logins: Copy[] = [];
  for (const [hash, purpose] of purposes) {
    const prefixes = [...new Set(names.filter((name) => name.includes(hash)).map(prefixOf))];
    const copies = await Promise.all(
      prefixes.map((prefix) => noting(failures, () => readCopy(folder, `${prefix}${hash}`, purpose))),
    );
    const newest = newestOf(copies.filter((copy) => copy !== undefined));
    if (newest) logins.push(newest);
  }
  return {
    logins: logins.sort(byAge).map(({ login }) => login),
    failures,
    unknown: names.filter((name) => ![...purposes.keys()].some((hash) => name.includes(hash))),
  };
}

const prefixOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** Names below the folder: of records in it, and in the folders of versions. No symbolic link is followed. */
async function recordsIn(folder: string, failures: Failure[]): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  const nested = await Promise.all(
    entries
      .filter(({ name }) => versionFolder.test(name))
      .map((entry) => noting(failures, () => recordsOfVersion(folder, entry))),
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
      `The folder ${shown(folder, 500)} cannot be read (${errno}); name one that can.`,
    );
  }
}

/** What a login is for. */
type Purpose = Pick<FoundLogin, 'resource' | 'audience'>;

/**
 * By hash. At first it was of the server URL; since 0.1.30 of the `resource` parameter and of headers, too, where the
 * configuration has them. Headers may be secrets and are not asked for: such logins stay unknown.
 */
function purposesOf(resources: readonly string[]): ReadonlyMap<string, Purpose> {
  const purposes = new Map<string, Purpose>();
  for (const resource of resources) {
    for (const spelling of spellingsOf(resource)) {
      purposes.set(md5(spelling), { resource });
      for (const audience of resources)
        if (audience !== resource) purposes.set(md5(`${spelling}|${audience}`), { resource, audience });
    }
  }
  return purposes;
}

/** The hash is of the URL as somebody typed it: the slash after a host may be there or not. */
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

/** @throws AuthError `record_corrupt`: half a login is none. */
async function readCopy(folder: string, stem: string, purpose: Purpose): Promise<Copy> {
  const read = async (part: string) => {
    const name = `${stem}_${part}.json`;
    return readForeignFile(join(folder, name), name);
  };
  const [client, tokens] = await Promise.all([read('client_info'), read('tokens')]);
  const files = [client, tokens].filter((file) => file !== undefined);
  return {
    login: {
      ...purpose,
      from: files.map(({ name }) => name),
      ...(client && { client: readClient(client.object, client.name) }),
      ...(tokens && { tokens: readTokens(tokens.object, tokens.name) }),
    },
    savedAt: tokens?.savedAt ?? 0,
  };
}

/** The newest that is whole, else the newest; it names the others. */
function newestOf(copies: readonly Copy[]): Copy | undefined {
  const sorted = [...copies].sort(byAge);
  const newest = sorted.find(({ login }) => login.client && login.tokens?.refreshToken) ?? sorted[0];
  const older = sorted.filter((copy) => copy !== newest).flatMap(({ login }) => login.from);
  return newest && { ...newest, login: { ...newest.login, ...(older.length > 0 && { older }) } };
}

const byAge = (one: Copy, other: Copy): number => other.savedAt - one.savedAt;

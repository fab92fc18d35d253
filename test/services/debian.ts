// Finds programs of Debian's packages; unpacks into a folder what is not installed, and leaves the system as it is.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program, and what it must find in its environment. */
export interface Program {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

const postgresRoot = '/usr/lib/postgresql';

/**
 * The programs of a package, of this system or unpacked below `folder`. Needs no special rights.
 * @throws Error that says what is missing, where there is no apt-get or it cannot download
 */
export async function programsOf(
  debianPackage: string,
  names: readonly string[],
  folder: string,
): Promise<readonly Program[]> {
  const installed = findAll('/', names);
  if (installed) return installed.map((file) => ({ file, env: {} }));

  const root = join(folder, debianPackage);
  await unpack(debianPackage, root).catch((error: unknown) => {
    const why = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(`${names.join(' and ')} is not installed and could not be unpacked from Debian's ${debianPackage}.
Install it, or run \`apt-get update\` before. What happened: ${why}`);
  });
  const unpacked = findAll(root, names);
  if (!unpacked) throw new Error(`Debian's ${debianPackage} came without ${names.join(' or ')}.`);
  return unpacked.map((file) => ({ file, env: { LD_LIBRARY_PATH: librariesOf(root) } }));
}

/** Whether this system has these programs, so that nothing would be downloaded. */
export const areInstalled = (names: readonly string[]): boolean => findAll('/', names) !== undefined;

function findAll(root: string, names: readonly string[]): readonly string[] | undefined {
  const versions = join(root, postgresRoot);
  const folders = ['usr/bin', 'usr/sbin', 'usr/local/bin'].map((name) => join(root, name));
  if (existsSync(versions)) folders.push(...readdirSync(versions).map((name) => join(versions, name, 'bin')));
  const folder = folders.find((one) => names.every((name) => existsSync(join(one, name))));
  return folder === undefined ? undefined : names.map((name) => join(folder, name));
}

/** With all packages that it depends on and that are not installed. */
async function unpack(debianPackage: string, root: string): Promise<void> {
  const archives = join(root, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const options = ['Debug::NoLocking=1', `Dir::Cache::archives=${archives}`].flatMap((one) => ['-o', one]);
  const only = ['--yes', '--quiet', '--download-only', '--no-install-recommends'];
  await run('apt-get', ['install', ...only, ...options, debianPackage]);
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(archives, name), root]);
  }
}

function librariesOf(root: string): string {
  const folder = join(root, 'usr/lib');
  const triplets = readdirSync(folder).filter((name) => name.endsWith('-linux-gnu'));
  return [...triplets.map((name) => join(folder, name)), folder].join(':');
}

// A folder of a user, outside the repository: the packed package is installed there, as it would come from the registry.
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { npm } from './npm.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The names of the entry points, as programs import them: `authchart/node`. Those with code only. */
export const entryPoints: readonly string[] = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([entry]) => manifest.name + entry.slice(1));

/**
 * Packs what is built, and makes an empty folder with it.
 * @param others Packages beside it and xstate, as `npm install` takes them.
 * @returns the folder.
 */
export async function newHome(others: readonly string[] = []): Promise<string> {
  const cache = join(root, '.cache/package');
  await mkdir(cache, { recursive: true });
  const tarball = (await npm(root, ['pack', '--ignore-scripts', '--pack-destination', cache])).trim();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'authchart-home-')));
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const xstate = `xstate@${manifest.peerDependencies.xstate}`;
  const packages = [join(cache, tarball.split('\n').at(-1) ?? ''), xstate, ...others];
  await npm(folder, ['install', '--ignore-scripts', '--prefer-offline', ...packages]);
  return folder;
}

/** Removes it. */
export async function removeHome(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

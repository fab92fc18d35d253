// Tools that are no dependencies of ours, since they need another Node or another compiler: installed by their own lock files
// when they are first used, below .cache/.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What npm needs to know of a tool. */
const files = ['package.json', 'package-lock.json', '.npmrc'];

/** The name of a folder of test/package/tools. */
export type Tool = 'typescript-5.9' | 'typedoc' | 'node' | 'bun' | 'deno' | 'miniflare';

/**
 * Installs a tool, where it is not there yet, or where its lock file has changed. None of its packages runs code for that.
 * @param say Told of an installation.
 * @returns its `node_modules`, as an absolute path.
 * @throws Error with what npm printed.
 */
export async function installed(tool: Tool, say: (line: string) => void): Promise<string> {
  const from = join(root, 'test/package/tools', tool);
  const home = join(root, '.cache/tools', tool);
  const lock = await readFile(join(from, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  const stampFile = join(home, 'installed');
  if ((await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    say(`installing ${tool} into .cache/tools`);
    await rm(stampFile, { force: true });
    await mkdir(home, { recursive: true });
    await Promise.all(files.map((name) => copyFile(join(from, name), join(home, name))));
    await npm(home, ['ci', '--ignore-scripts']);
    await writeFile(stampFile, stamp);
  }
  return join(home, 'node_modules');
}

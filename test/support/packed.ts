// The package as `npm install` puts it into an app: built from the sources of now, packed, and taken out of the tarball.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param into Folder of an app: its `node_modules` get the package, which finds its dependencies as they are installed here.
 * @param beside Packages of this repository that the app has installed itself.
 */
export async function installPacked(into: string, ...beside: readonly string[]): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'authchart-pack-'));
  try {
    await copyFile(join(root, 'package.json'), join(stage, 'package.json'));
    await run(
      join(root, 'node_modules/.bin/rolldown'),
      ['-c', 'rolldown.config.ts', '-d', join(stage, 'dist')],
      {
        cwd: root,
      },
    );
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: stage });
    const home = join(into, 'node_modules/authchart');
    await mkdir(home, { recursive: true });
    await run('tar', ['-xzf', join(stage, stdout.trim()), '-C', home, '--strip-components', '1']);
    await symlink(join(root, 'node_modules'), join(home, 'node_modules'));
    for (const name of beside)
      await symlink(join(root, 'node_modules', name), join(into, 'node_modules', name));
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

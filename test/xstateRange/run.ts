// `npm run xstate:range`: installs the oldest and the newest xstate of the peer range in a temporary folder, and tries both:
// the types of the library and of the example, then the tests of charts. Needs the registry. `-- 5.24.0` tries that one.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const tests = [
  'test/examples/xstate.test.ts',
  'test/flow/embedding.test.ts',
  'test/flow/emitted.test.ts',
  'test/flow/login.test.ts',
  'test/engine/charts.test.ts',
  'test/engine/withActors.test.ts',
];

/** The peer range as package.json has it, and what a registry gives for both of its ends. */
async function ends(): Promise<readonly string[]> {
  const { peerDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const range = String(peerDependencies.xstate);
  const oldest = /^\^(\d+\.\d+\.\d+)$/.exec(range)?.[1];
  if (oldest === undefined) throw new Error(`The range ${range} is not of the form ^1.2.3.`);
  return [oldest, range];
}

/** @returns the folder of the package, and the version that came. */
async function install(
  version: string,
  into: string,
): Promise<{ readonly folder: string; readonly version: string }> {
  await writeFile(join(into, 'package.json'), '{ "private": true }');
  await run('npm', ['install', `xstate@${version}`, '--no-audit', '--no-fund', '--silent'], { cwd: into });
  const folder = join(into, 'node_modules/xstate');
  return { folder, version: JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version };
}

async function succeeds(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  const child = spawn(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** Whether the sources and the example compile against these types. */
async function compiles(folder: string, into: string): Promise<boolean> {
  const project = join(into, 'tsconfig.json');
  const below = (path: string): string => join(root, path);
  await writeFile(
    project,
    JSON.stringify({
      extends: below('tsconfig.base.json'),
      compilerOptions: {
        noEmit: true,
        types: ['node'],
        typeRoots: [below('node_modules/@types')],
        paths: { xstate: [folder] },
      },
      include: ['index.ts', 'adapters/*.ts', 'stores/*.ts', 'examples/xstate/*.ts', 'playground/*.d.ts'].map(
        below,
      ),
    }),
  );
  return succeeds('tsc', ['-p', project]);
}

async function tryOut(wanted: string): Promise<boolean> {
  const into = await mkdtemp(join(tmpdir(), 'authchart-xstate-'));
  try {
    const { folder, version } = await install(wanted, into);
    const isTyped = await compiles(folder, into);
    const config = ['--config', 'test/xstateRange/vitest.config.ts'];
    const isGood = await succeeds('vitest', ['run', ...config, ...tests], { XSTATE_FOLDER: folder });
    console.log(
      `xstate ${version}: types ${isTyped ? 'good' : 'BROKEN'}, tests ${isGood ? 'good' : 'BROKEN'}`,
    );
    return isTyped && isGood;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

const given = process.argv.slice(2);
for (const version of given.length > 0 ? given : await ends())
  if (!(await tryOut(version))) process.exitCode = 1;

// What has to be loaded: bytes for a browser by what a program uses, and the time of an import, beside an empty program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { inTurn, medianOf, Notes, timed } from '../measure.ts';
import { builtForNode, engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = (entry: string): string => join(root, 'dist', entry);

/** Programs that use the package, and how much the first load of each may weigh, in bytes, gz. */
const programs: Readonly<Record<string, { readonly code: string; readonly most?: number }>> = {
  'authchart: createAuthEngine': {
    code: `export { createAuthEngine, memoryStore } from '${dist('index.js')}';`,
    most: 45_000,
  },
  'authchart: everything': { code: `export * from '${dist('index.js')}';`, most: 46_500 },
  'authchart, with authchart/browser': {
    code: `export { createAuthEngine } from '${dist('index.js')}'; export * from '${dist('adapters/browser.js')}';`,
    most: 48_000,
  },
  'xstate alone': { code: "export { createActor, setup, fromPromise, assign } from 'xstate';" },
  'MCP SDK: withOAuth, auth': { code: "export { withOAuth, auth } from '@modelcontextprotocol/client';" },
};

/** Weighs it. */
export async function weight({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const firsts: Record<string, readonly number[]> = {};
  const laters: Record<string, readonly number[]> = {};
  for (const [name, { code, most }] of Object.entries(programs)) {
    const { first, later } = await weighed(code);
    firsts[name] = [first];
    if (later > 0) laters[name] = [later];
    if (most !== undefined) notes.check(`a browser's first load, gz, of ${name}`, 'bytes', first, most);
  }
  notes.figure("a browser's first load, gz", 'bytes', firsts);
  notes.figure('what may be loaded later, gz', 'bytes', laters);
  say('bundles are weighed');
  await imports(notes, isQuick);
  say('imports are timed');
  await warmToken(notes, world, isQuick);
  return notes;
}

async function weighed(contents: string): Promise<{ readonly first: number; readonly later: number }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: join(root, 'reports'),
    write: false,
    metafile: true,
    legalComments: 'none',
    external: ['node:*'],
    logLevel: 'error',
  });
  const sizes = new Map(
    outputFiles.map(({ path, contents: bytes }) => [path, gzipSync(bytes, { level: 9 }).length]),
  );
  const sizeOf = (name: string): number => sizes.get(join(root, name)) ?? 0;
  const first = new Set<string>();
  const follow = (name: string): void => {
    if (first.has(name)) return;
    first.add(name);
    for (const { path, kind, external } of metafile.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && !external) follow(path);
  };
  for (const [name, { entryPoint }] of Object.entries(metafile.outputs))
    if (entryPoint === '<stdin>') follow(name);
  const sum = (names: readonly string[]): number => names.reduce((all, name) => all + sizeOf(name), 0);
  const rest = Object.keys(metafile.outputs).filter((name) => !first.has(name));
  return { first: sum([...first]), later: sum(rest) };
}

async function imports(notes: Notes, isQuick: boolean): Promise<void> {
  const program = (code: string) => (): Promise<number> => started(['--input-type=module', '-e', code]);
  const found = await inTurn(isQuick ? 7 : 21, {
    'an empty program': program(''),
    xstate: program("import 'xstate'"),
    authchart: program(`import '${dist('index.js')}'`),
    'authchart/node': program(`import '${dist('adapters/node.js')}'`),
    'MCP SDK': program("import '@modelcontextprotocol/client'"),
  });
  notes.figure('starting a program that imports', 'ms', found);
  const empty = medianOf(found['an empty program']);
  notes.check(
    'import of authchart, times an empty program',
    '×',
    medianOf(found.authchart) / empty,
    isQuick ? 3 : 2,
  );
  if (!isQuick)
    notes.check('import of authchart above an empty program', 'ms', medianOf(found.authchart) - empty, 60);
}

/** @returns how long a program runs, in milliseconds. */
async function started(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return timed(async () => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', env });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}.`);
  });
}

/** `authchart token` where there is a token already. */
async function warmToken(notes: Notes, { resource, order }: Bench['world'], isQuick: boolean): Promise<void> {
  await order({ do: 'reset' });
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  const engine = engineFor(builtForNode.fileStore({ folder }));
  await engine.session({ resource }).login();
  await engine.dispose();
  const env = { ...process.env, AUTHCHART_STORE: folder };
  const found = await inTurn(isQuick ? 9 : 25, {
    'node -e 0': () => started(['-e', '0']),
    'authchart token': () => started([dist('cli/main.js'), 'token', resource, '-q'], env),
  });
  notes.figure('the command line, with a token in the store', 'ms', found);
  const ratio = medianOf(found['authchart token']) / medianOf(found['node -e 0']);
  notes.check('authchart token, times node -e 0', '×', ratio, isQuick ? 3.5 : 2.5);
  await rm(folder, { recursive: true, force: true });
}

// The attempts, one for each way to use the package: what each needs, and what has to come of it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { entryPoints } from '../package/home.ts';
import { run } from '../package/npm.ts';
import { installed } from '../package/tools.ts';
import { runWithPerson } from './person.ts';
import { programs, workerProgram } from './programs.ts';
import { type Missing, type Runtime, type RuntimeName, runtimeOf } from './runtimes.ts';

/** Where attempts happen. */
export interface Place {
  /** A folder with the packed package installed. */
  readonly home: string;
  /** The resource of the playground. */
  readonly resource: string;
  readonly say: (line: string) => void;
}

/** One way to use the package. */
export interface Attempt {
  readonly name: string;
  /** Whether it is quick, and needs nothing that is not there. */
  readonly isQuick: boolean;
  /** @returns with which versions it went well; or why it cannot be tried here. @throws Error where it went wrong. */
  attempt(place: Place): Promise<string | Missing>;
}

/** A whole login, and a start of a runtime, on a slow machine, in milliseconds. */
const TIMEOUT = 120_000;
/** What the tool of the playground answers. */
const NOTE = 'The first note.';

let folders = 0;

/** Logs in and calls a tool; then, in another process, calls it with what was stored. */
async function logIn(runtime: Runtime, file: string, { home, resource }: Place): Promise<void> {
  const { program, args } = runtime;
  folders += 1;
  for (const step of ['login', 'again']) {
    const all = [...args, file, resource, join(home, `store-${folders}`), step];
    const printed = await runWithPerson({ program, args: all, cwd: home, timeout: TIMEOUT });
    if (!printed.includes('answer 200') || !printed.includes(NOTE)) throw new Error(`${step}: ${printed}`);
    if (printed.includes('open ') !== (step === 'login'))
      throw new Error(`pages that are opened: ${printed}`);
  }
}

const inProcess = (name: RuntimeName, what: string, file: string, isQuick = false): Attempt => ({
  name: `${name}, ${what}`,
  isQuick,
  async attempt(place) {
    const runtime = await runtimeOf(name, place.say);
    if ('reason' in runtime) return runtime;
    await logIn(runtime, file, place);
    return runtime.title;
  },
});

/** Bundled as bundlers for workers do it, without anything of Node; then a login by its pages. */
const inWorker: Attempt = {
  name: 'worker, ES modules',
  isQuick: false,
  async attempt({ home, resource, say }) {
    const node = await runtimeOf('Node 22', say);
    if ('reason' in node) return { reason: `miniflare needs Node 22: ${node.reason}` };
    const modules = await installed('miniflare', say);
    await bundle(home, workerProgram, 'worker.mjs', ['workerd', 'worker', 'browser']);
    const host = new URL('workerHost.mjs', import.meta.url);
    await writeFile(join(home, 'workerHost.mjs'), await readFile(host, 'utf8'));
    await runWithPerson({
      program: node.program,
      args: ['workerHost.mjs', join(modules, 'miniflare'), join(home, 'worker.mjs'), resource],
      cwd: home,
      timeout: TIMEOUT,
      async arrived(text, url) {
        if (text !== 'logged in') throw new Error(text);
        const answer = await (await fetch(new URL('/tool', url))).text();
        if (!answer.includes(NOTE)) throw new Error(answer);
      },
    });
    return `miniflare ${await versionOf(modules, 'miniflare')}, workerd ${await versionOf(modules, 'workerd')}`;
  },
};

/** Every entry point that is not for Node is bundled for browsers, and nothing of Node may be missing there. */
const inBundle: Attempt = {
  name: 'bundle for browsers',
  isQuick: true,
  async attempt({ home }) {
    const forNode = [
      'authchart/node',
      'authchart/stores/keychain',
      'authchart/stores/postgres',
      'authchart/stores/redis',
      'authchart/testing/node',
    ];
    const names = entryPoints.filter((name) => !forNode.includes(name));
    const code = names.map((name, at) => `export * as entry${at} from '${name}';`).join('\n');
    await bundle(home, code, 'page.mjs', ['browser']);
    return `${names.length} entry points`;
  },
};

async function bundle(home: string, contents: string, name: string, conditions: string[]): Promise<void> {
  await build({
    stdin: { contents, resolveDir: home },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions,
    target: 'es2022',
    external: ['cloudflare:workers', '@opentelemetry/api', '@statelyai/inspect', 'react', 'ws'],
    outfile: join(home, name),
    logLevel: 'silent',
  });
}

async function versionOf(modules: string, name: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(modules, name, 'package.json'), 'utf8'),
  );
  return version;
}

/** Writes the programs into the folder, and compiles the one in TypeScript, with all its types. */
export async function layOutPrograms(home: string, compiler: string): Promise<void> {
  for (const [name, text] of Object.entries(programs)) await writeFile(join(home, name), text);
  const options = ['--target', 'ES2023', '--module', 'nodenext', '--types', 'node', '--strict'];
  const args = [compiler, 'login.ts', ...options, '--ignoreConfig', '--skipLibCheck'];
  const { code, printed } = await run(process.execPath, args, { cwd: home });
  if (code !== 0) throw new Error(`The program does not compile: ${printed}`);
}

/** All of them. */
export const attempts: readonly Attempt[] = [
  inProcess('Node 20', 'ES modules', 'login.mjs', true),
  inProcess('Node 20', 'require', 'login.cjs', true),
  inProcess('Node 20', 'TypeScript, compiled', 'login.js'),
  inProcess('Node 22', 'ES modules', 'login.mjs'),
  inProcess('Node 22', 'require', 'login.cjs'),
  inProcess('Node 22', 'TypeScript as it is', 'login.ts'),
  inProcess('Node 24', 'ES modules', 'login.mjs'),
  inProcess('Node 24', 'require', 'login.cjs'),
  inProcess('Node 24', 'TypeScript as it is', 'login.ts'),
  inProcess('Bun', 'ES modules', 'login.mjs'),
  inProcess('Bun', 'TypeScript as it is', 'login.ts'),
  inProcess('Deno', 'ES modules', 'login.mjs'),
  inProcess('Deno', 'TypeScript as it is', 'login.ts'),
  inWorker,
  inBundle,
];

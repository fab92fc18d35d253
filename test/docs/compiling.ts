// Compiles examples, all at once, as a reader's project would: by the names of the entry points of the package.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Example } from './examples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What examples leave to the reader: each has its type here, and an example may declare its own. */
const surroundings = `
declare global {
  const createAuthEngine: typeof import('authchart').createAuthEngine;
  const setup: typeof import('xstate').setup;
  const createActor: typeof import('xstate').createActor;
  const client: import('authchart').ClientOptions;
  const engine: import('authchart').Engine;
  const session: import('authchart').Session;
  const userAgent: import('authchart').UserAgent;
  const machine: import('xstate').AnyStateMachine;
  const button: HTMLButtonElement;
  const body: string;
}
export {};
`;

/** What guides use of hosts that are no dependency here: as much of their types as is shown, by their documentation. */
const hosts = `
declare module 'electron' {
  export const app: {
    whenReady(): Promise<void>;
    getPath(name: 'userData'): string;
    setAsDefaultProtocolClient(scheme: string): boolean;
    on(event: 'open-url', listener: (event: unknown, url: string) => void): void;
    on(event: 'second-instance', listener: (event: unknown, argv: string[]) => void): void;
    quit(): void;
  };
  export const shell: { openExternal(url: string): Promise<void> };
}
declare module 'vscode' {
  export class Uri {
    static parse(value: string, strict?: boolean): Uri;
    toString(skipEncoding?: boolean): string;
  }
  interface Disposable { dispose(): unknown }
  export interface ExtensionContext {
    readonly extension: { readonly id: string };
    readonly subscriptions: Disposable[];
  }
  export const env: {
    readonly uriScheme: string;
    openExternal(target: Uri): Thenable<boolean>;
  };
  export const window: {
    registerUriHandler(handler: { handleUri(uri: Uri): void }): Disposable;
    showErrorMessage(message: string): Thenable<unknown>;
  };
}
interface Thenable<T> extends PromiseLike<T> {}
`;

/**
 * @returns what the compiler says of each example that does not compile, by the place of the example; lines are those
 *   within the example.
 */
export async function compileAll(examples: readonly Example[]): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-examples-'));
  try {
    await layOut(folder, examples);
    const said = await complaints(folder);
    const faults = examples.map(({ where, extension }, at) => {
      const lines = said.filter((line) => line.startsWith(`example-${at}.${extension}(`));
      return [where, lines.join('\n')] as const;
    });
    const others = said.filter((line) => /^\S/.test(line) && !/^example-\d/.test(line));
    if (others.length > 0) throw new Error(`The compiler itself was not content: ${others.join('\n')}`);
    return Object.fromEntries(faults.filter(([, lines]) => lines !== ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOut(folder: string, examples: readonly Example[]): Promise<void> {
  const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await mkdir(folder, { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await put('package.json', '{ "type": "module" }');
  await put('surroundings.d.ts', surroundings);
  await put('hosts.d.ts', hosts);
  await put('tsconfig.json', JSON.stringify(await configuration()));
  // An example without imports is a module, too.
  await Promise.all(
    examples.map(({ code, extension }, at) => put(`example-${at}.${extension}`, `${code}\nexport {};\n`)),
  );
}

async function configuration() {
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, jsx: 'react-jsx', paths: await entryPoints() },
    // With what the sources declare about packages that have no types.
    include: ['*.ts', '*.tsx', join(root, 'stores/*.d.ts')],
  };
}

/** Where each entry point of the package is in the sources, by its name: `authchart/node` is adapters/node.ts. */
async function entryPoints(): Promise<Readonly<Record<string, readonly string[]>>> {
  const read: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { name, exports } = read as {
    readonly name: string;
    readonly exports: Readonly<Record<string, unknown>>;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([entry, target]) => {
      const built = /"\.\/dist\/([^"]+)\.js"/.exec(JSON.stringify(target))?.[1];
      return built === undefined ? [] : [[name + entry.slice(1), [join(root, `${built}.ts`)]]];
    }),
  );
}

/** The lines of the compiler; a line that begins with blanks goes on from the one before. */
async function complaints(folder: string): Promise<readonly string[]> {
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], { cwd: folder });
    return [];
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    if (stdout === undefined || stdout === '') throw error;
    return stdout.split('\n').filter((line) => line !== '');
  }
}

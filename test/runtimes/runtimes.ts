// The runtimes that the package is tried on: where each comes from, and how it runs a program.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../package/npm.ts';
import { installed, type Tool } from '../package/tools.ts';

/** A runtime that is at hand. */
export interface Runtime {
  /** Its name and its whole version. */
  readonly title: string;
  readonly program: string;
  /** What stands before the name of a file. */
  readonly args: readonly string[];
}

/** A runtime that is not to be had here, and why. */
export interface Missing {
  readonly reason: string;
}

/** The names of the runtimes. */
export type RuntimeName = 'Node 20' | 'Node 22' | 'Node 24' | 'Bun' | 'Deno';

const platform = `${process.platform}-${process.arch}`;
const ending = process.platform === 'win32' ? '.exe' : '';
const own = Number.parseInt(process.versions.node, 10);

/** By platform: the package with the program of Bun, and of Deno. */
const bunPackages: Readonly<Record<string, string>> = {
  'linux-x64': '@oven/bun-linux-x64',
  'linux-arm64': '@oven/bun-linux-aarch64',
  'darwin-x64': '@oven/bun-darwin-x64',
  'darwin-arm64': '@oven/bun-darwin-aarch64',
  'win32-x64': '@oven/bun-windows-x64',
};
const denoPackages: Readonly<Record<string, string>> = {
  'linux-x64': '@deno/linux-x64-glibc',
  'linux-arm64': '@deno/linux-arm64-glibc',
  'darwin-x64': '@deno/darwin-x64',
  'darwin-arm64': '@deno/darwin-arm64',
  'win32-x64': '@deno/win32-x64',
};

/** Where its program is within the `node_modules` of its tool; nothing where it has no package for this platform. */
function placeOf(name: RuntimeName): { readonly tool: Tool; readonly path: string | undefined } {
  if (name === 'Bun') return { tool: 'bun', path: joined(bunPackages[platform], `bin/bun${ending}`) };
  if (name === 'Deno') return { tool: 'deno', path: joined(denoPackages[platform], `deno${ending}`) };
  return { tool: 'node', path: joined(`node-${majorOf(name)}-${platform}`, `bin/node${ending}`) };
}

const joined = (folder: string | undefined, path: string): string | undefined =>
  folder === undefined ? undefined : join(folder, path);

const majorOf = (name: string): number => Number(name.split(' ')[1]);

/**
 * Finds a runtime, and installs it where that is needed. The Node that runs this is used for its own major version.
 * @param say Told of an installation.
 */
export async function runtimeOf(name: RuntimeName, say: (line: string) => void): Promise<Runtime | Missing> {
  const args = name === 'Deno' ? ['run', '--allow-all', '--no-prompt'] : [];
  try {
    const program = majorOf(name) === own ? process.execPath : await programOf(name, say);
    const { code, printed } = await run(program, ['--version'], { cwd: process.cwd() });
    const version = /\d+\.\d+\.\d+/.exec(printed)?.[0];
    if (version === undefined) return { reason: `it ends with ${code}: ${printed.split('\n')[0]}` };
    return { title: `${name.split(' ')[0]} ${version}`, program, args };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

async function programOf(name: RuntimeName, say: (line: string) => void): Promise<string> {
  const { tool, path } = placeOf(name);
  if (path === undefined) throw new Error(`no package has it for ${platform}`);
  const program = join(await installed(tool, say), path);
  await access(program).catch(() => {
    throw new Error(`no package has it for ${platform}`);
  });
  return program;
}

// The package as it is installed in an empty folder, and samples of the documentation that are run there.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { followToRedirectUri } from '../cli/command.ts';
import { examplesIn } from './examples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The code of the blocks of a page, in order. */
export async function samplesOf(path: string): Promise<readonly string[]> {
  return examplesIn({ path, text: await readFile(join(root, path), 'utf8') }).map(({ code }) => code);
}

/** How many lines of code a reader has to copy. */
export const linesOf = (sample: string): number => sample.split('\n').filter((line) => line.trim()).length;

/** As `npm install` does it, with what is built from the sources of now; other packages are those of this project. */
export async function install(into: string): Promise<void> {
  const modules = join(into, 'node_modules');
  const home = join(modules, 'authchart');
  await mkdir(home, { recursive: true });
  await copyFile(join(root, 'package.json'), join(home, 'package.json'));
  const own = join(root, 'node_modules');
  for (const name of await readdir(own))
    if (!name.startsWith('.') && name !== 'authchart') await symlink(join(own, name), join(modules, name));
  const rolldown = join(root, 'node_modules/.bin/rolldown');
  await run(rolldown, ['-c', 'rolldown.config.ts', '-d', join(home, 'dist')], { cwd: root });
}

export type Running = ChildProcessByStdio<null, Readable, Readable>;

/** `npm run playground`, at any port. @returns it, and the resource that it prints. */
export async function startPlayground(): Promise<[Running, string]> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/serve.ts', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const found = /^ {2}resource {2}(\S+)$/m.exec(stdout.all)?.[1];
  if (found === undefined) throw new Error(`The playground did not start: ${stderr.all}`);
  return [child, found];
}

function textOf(stream: Readable): { readonly all: string } {
  const read = { all: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    read.all += chunk;
  });
  return read;
}

/** A program in the place of the system's opener of pages, which writes down what it should open. */
async function standInFor(opener: string, folder: string) {
  const path = join(folder, 'bin');
  const note = join(folder, 'opened');
  await mkdir(path, { recursive: true });
  await writeFile(
    join(path, opener),
    `#!/bin/sh\nprintf %s "$1" > "${note}.new" && mv "${note}.new" "${note}"\n`,
  );
  await chmod(join(path, opener), 0o755);
  const opened = async (): Promise<string> => {
    await expect.poll(() => readFile(note, 'utf8').catch(() => ''), { timeout: 20_000 }).toMatch(/^http/);
    return readFile(note, 'utf8');
  };
  return { path, opened };
}

/** What a sample ended with. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a sample in the folder that the package is installed in; a person allows the login that it leads to.
 * @param name of its file.
 */
export async function runSample(
  sample: string,
  { folder, resource, name }: { readonly folder: string; readonly resource: string; readonly name: string },
): Promise<Ended> {
  await writeFile(join(folder, name), sample);
  const opener = await standInFor(
    process.platform === 'darwin' ? 'open' : 'xdg-open',
    join(folder, `of-${name}`),
  );
  const child = spawn(process.execPath, [name, resource], {
    cwd: folder,
    env: { PATH: opener.path + delimiter + (process.env['PATH'] ?? ''), DISPLAY: ':0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const ended = once(child, 'close');
  // What a browser does with it: the person allows, and is sent back to the sample.
  const url = await opener.opened();
  const back = await followToRedirectUri(url, new URL(url).searchParams.get('redirect_uri') ?? '');
  expect((await fetch(back)).status).toBe(200);
  const [code] = (await ended) as [number | null];
  return { code, stdout: stdout.all, stderr: stderr.all };
}

// The first screen of the README: its sample runs as it is pasted, with the package installed, against the playground.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PORT } from '../../playground/playground.ts';
import { resourceAt } from '../../playground/resourceServer.ts';
import { followToRedirectUri } from '../playground/rawClient.ts';
import { examplesIn } from './examples.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = await readFile(join(root, 'README.md'), 'utf8');
const sample = examplesIn({ path: 'README.md', text: page })[0]?.code ?? '';

let folder: string;
let playground: ChildProcessByStdio<null, Readable, Readable>;
let resource: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-readme-'));
  await install(folder);
  await writeFile(join(folder, 'sample.mjs'), sample);
  [playground, resource] = await startPlayground();
}, 60_000);

afterAll(async () => {
  playground?.kill('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

/** As `npm install` does it, with what is built from the sources of now. */
async function install(into: string): Promise<void> {
  const home = join(into, 'node_modules/authchart');
  await mkdir(home, { recursive: true });
  await copyFile(join(root, 'package.json'), join(home, 'package.json'));
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'));
  const rolldown = join(root, 'node_modules/.bin/rolldown');
  await run(rolldown, ['-c', 'rolldown.config.ts', '-d', join(home, 'dist')], { cwd: root });
}

/** `npm run playground`, at any port. @returns it, and the resource that it prints. */
async function startPlayground(): Promise<[typeof playground, string]> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/serve.ts', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const found = /^ {2}resource {2}(\S+)$/m.exec(stdout.all)?.[1];
  if (found === undefined) throw new Error(`The playground did not start: ${stderr.all}`);
  return [child, found];
}

function text(stream: Readable): { readonly all: string } {
  const read = { all: '' };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    read.all += chunk;
  });
  return read;
}

/** A program in the place of the system's, which writes down what it should open. */
async function standInFor(opener: string): Promise<{ readonly path: string; opened(): Promise<string> }> {
  const path = join(folder, 'bin');
  const note = join(folder, 'opened');
  await mkdir(path, { recursive: true });
  await writeFile(
    join(path, opener),
    `#!/bin/sh\nprintf %s "$1" > "${note}.new" && mv "${note}.new" "${note}"\n`,
  );
  await chmod(join(path, opener), 0o755);
  const opened = async (): Promise<string> => {
    await expect.poll(() => readFile(note, 'utf8').catch(() => '')).toMatch(/^http/);
    return readFile(note, 'utf8');
  };
  return { path, opened };
}

describe('the sample of the README', () => {
  test('is short, and goes to where the playground is', () => {
    const lines = sample.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(sample).toContain(`'${resourceAt(`http://127.0.0.1:${PORT}`)}'`);
  });

  test.skipIf(process.platform === 'win32')(
    'logs in with the person’s browser, and prints the answer',
    async () => {
      const opener = await standInFor(process.platform === 'darwin' ? 'open' : 'xdg-open');
      const path = opener.path + delimiter + (process.env['PATH'] ?? '');
      const child = spawn(process.execPath, ['sample.mjs', resource], {
        cwd: folder,
        env: { PATH: path, DISPLAY: ':0' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
      const ended = once(child, 'close');
      // What a browser does with it: the person allows, and is sent back to the sample.
      const url = await opener.opened();
      const back = await followToRedirectUri(url, new URL(url).searchParams.get('redirect_uri') ?? '');
      expect((await fetch(back)).status).toBe(200);

      expect(await ended).toEqual([0, null]);
      expect(stderr.all).toBe('');
      expect(stdout.all).toMatch(/"name":"read_note"/);
    },
  );
});

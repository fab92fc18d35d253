// The packed tarball in an empty folder: one command installs it, the next one logs in and calls a tool. And the demo.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servers } from '../../cli/commands/demo.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { followToRedirectUri } from '../playground/rawClient.ts';
import type { Ended } from './command.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
/** How long a step that npm does may take, in milliseconds. */
const PATIENCE = 180_000;

let base: string;
/** Where somebody works who has just heard of authchart. */
let empty: string;
let world: Playground;
let notInstalled: string | undefined;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'authchart-packed-'));
  empty = join(base, 'empty');
  await mkdir(empty);
  [world] = await Promise.all([startPlayground(), installFrom(await pack())]);
}, PATIENCE);

afterAll(async () => {
  await world?.close();
  await rm(base, { recursive: true, force: true });
});

/** Packs what is built from the sources of now. @returns the tarball. */
async function pack(): Promise<string> {
  const stage = join(base, 'stage');
  await mkdir(stage);
  for (const name of ['package.json', 'README.md', 'LICENSE', 'docs'])
    await cp(join(root, name), join(stage, name), { recursive: true });
  const rolldown = join(root, 'node_modules/.bin/rolldown');
  await run(rolldown, ['-c', 'rolldown.config.ts', '-d', join(stage, 'dist')], { cwd: root });
  const drawings = join('visualizations', 'generated');
  await mkdir(join(stage, 'dist', drawings), { recursive: true });
  for (const name of ['chart.svg', 'chart.json', 'live.html'])
    await cp(join(root, drawings, name), join(stage, 'dist', drawings, name));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--pack-destination', base], {
    cwd: stage,
  });
  return join(base, stdout.trim().split('\n').at(-1) ?? '');
}

/** The first of the two commands. Where the registry cannot be reached, the tests say so, and are skipped. */
async function installFrom(tarball: string): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error', '--prefer-offline'];
  try {
    await run('npm', ['install', tarball, 'xstate', ...quiet], { cwd: empty, timeout: PATIENCE });
  } catch (thrown) {
    const said = String((thrown as { stderr?: unknown }).stderr);
    if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENOTCACHED|ETIMEDOUT|E403|E407|E5\d\d/.test(said)) throw thrown;
    notInstalled = 'The registry of npm cannot be reached, so nothing was installed.';
    console.log(notInstalled);
  }
}

/** A program in the place of the system's, which writes down what it should open. */
async function browserIn(folder: string): Promise<() => Promise<string>> {
  const note = join(folder, 'opened');
  const opener = join(folder, 'bin', 'xdg-open');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > "${note}.new" && mv "${note}.new" "${note}"\n`);
  await chmod(opener, 0o755);
  return async () => {
    await expect.poll(() => readFile(note, 'utf8').catch(() => ''), { timeout: 60_000 }).toMatch(/^http/);
    return readFile(note, 'utf8');
  };
}

/** A line in a shell, with a store of its own and a display. */
function inShell(line: string): { readonly ended: Promise<Ended> } {
  const env = {
    PATH: join(base, 'bin') + delimiter + (process.env['PATH'] ?? ''),
    HOME: base,
    DISPLAY: ':0',
    AUTHCHART_STORE: join(base, 'store'),
    NO_COLOR: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  };
  const child = execFile('sh', ['-c', line], { cwd: empty, env, timeout: PATIENCE });
  child.stdin?.end();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  return { ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) };
}

describe.skipIf(process.platform !== 'linux')('the packed tarball', () => {
  test(
    'logs in and calls a tool with one line',
    async ({ skip }) => {
      if (notInstalled !== undefined) skip(notInstalled);
      const opened = await browserIn(base);
      const params = { name: 'read_note', arguments: { name: 'hello' } };
      const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      const { resource } = world;
      const line = `npx authchart login ${resource} --login && npx authchart fetch ${resource} --json '${call}' -H 'MCP-Protocol-Version: 2025-11-25'`;
      const { ended } = inShell(line);
      const page = await opened();
      await fetch(await followToRedirectUri(page, new URL(page).searchParams.get('redirect_uri') ?? ''));
      const { code, stdout, stderr } = await ended;

      // The transcript. Lengths of tables and ports differ from run to run.
      const plain = (text: string) =>
        text
          .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
          .replaceAll(/authorize\?\S+/g, 'authorize?…')
          .replaceAll(/ +/g, ' ');
      expect(plain(stderr)).toBe(`discovering probe http://HOST/mcp 401
discovering resource metadata http://HOST/.well-known/oauth-protected-resource/mcp 200
discovering server metadata http://HOST/.well-known/oauth-authorization-server 200
bindChecking looking up the credentials for this server
reusing trying the stored credentials first
registering registration http://HOST/register 201

HOST asks you to log in. A browser was opened. If you do not see it, open this URL:

 http://HOST/authorize?…

authchart waits 10 min (--timeout).
authorizing waiting until the login is finished
authorizing token http://HOST/token 200
authorized there is a token
requesting GET resource http://HOST/mcp 405
authorized there is a token
requesting POST resource http://HOST/mcp 200
`);
      const [login, ...answer] = stdout.split('\n');
      expect(plain(login ?? '')).toMatch(
        /^Logged in at http:\/\/HOST\/mcp by http:\/\/HOST with notes:read; /,
      );
      expect(answer.join('\n')).toContain('The first note.');
      expect(code).toBe(0);
    },
    PATIENCE,
  );

  test(
    'every command of the help is there',
    async ({ skip }) => {
      if (notInstalled !== undefined) skip(notInstalled);
      const { stdout } = await inShell('npx authchart --help').ended;
      for (const [, name] of stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)) {
        const { code, stderr } = await inShell(`npx authchart ${name} --help`).ended;
        expect([name, code, stderr]).toEqual([name, 0, '']);
      }
    },
    PATIENCE,
  );

  test(
    'the demo says how to get its servers; with them it tells the story to its end',
    async ({ skip }) => {
      if (notInstalled !== undefined) skip(notInstalled);
      const without = await inShell('npx authchart demo').ended;
      expect([without.code, without.stdout]).toEqual([1, '']);
      expect(without.stderr).toContain('npx -p authchart -p oidc-provider@9 ');

      for (const name of Object.keys(servers)) {
        await mkdir(join(empty, 'node_modules', name, '..'), { recursive: true });
        await symlink(join(root, 'node_modules', name), join(empty, 'node_modules', name));
      }
      const { code, stdout, stderr } = await inShell('npx authchart demo --trace demo.ndjson').ended;
      expect([stderr, code]).toEqual(['', 0]);
      expect(stdout).toContain('✓ No secret is printed above.');
      expect(stdout).not.toContain('✗');
      expect(stdout).toMatch(/Next: authchart login URL does the same at a server of yours\.\s*$/);
      const drawn = await inShell('npx authchart inspect demo.ndjson').ended;
      expect(drawn.stdout).toContain('sequence.svg');
    },
    PATIENCE,
  );
});

test('the servers that the demo names are those that it is tried with', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>;
  };
  for (const [name, version] of Object.entries(servers))
    expect([name, /\d+/.exec(devDependencies[name] ?? '')?.[0]]).toEqual([name, version]);
});

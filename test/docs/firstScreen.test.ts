// The first screen of the README: its sample runs as it is pasted, with the package installed, against the playground.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PORT } from '../../playground/playground.ts';
import { resourceAt } from '../../playground/resourceServer.ts';
import { followToRedirectUri } from '../playground/rawClient.ts';
import { installPacked } from '../support/packed.ts';
import { examplesIn } from './examples.ts';
import { type Program, standInForBrowser, startPlayground, text } from './installed.ts';

const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const sample = examplesIn({ path: 'README.md', text: page })[0]?.code ?? '';

let folder: string;
let playground: Program;
let resource: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-readme-'));
  await installPacked(folder, 'xstate');
  await writeFile(join(folder, 'sample.mjs'), sample);
  [playground, resource] = await startPlayground();
}, 60_000);

afterAll(async () => {
  playground?.kill('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

describe('the sample of the README', () => {
  test('is short, and goes to where the playground is', () => {
    const lines = sample.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(sample).toContain(`'${resourceAt(`http://127.0.0.1:${PORT}`)}'`);
  });

  test.skipIf(process.platform === 'win32')(
    'logs in with the person’s browser, and prints the answer',
    async () => {
      const opener = await standInForBrowser(folder);
      const child = spawn(process.execPath, ['sample.mjs', resource], {
        cwd: folder,
        env: { PATH: opener.path, DISPLAY: ':0' },
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

  test('says what is wrong where a server is away, also to who reads only the beginning of it', async () => {
    const child = spawn(process.execPath, ['sample.mjs', 'http://127.0.0.1:1/mcp'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stderr = text(child.stderr);
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    // Node prints the line of the source before an error that nobody has caught: it has to be a short one.
    expect(stderr.all.slice(0, 2_000)).toContain('127.0.0.1:1 could not be reached');
  });
});

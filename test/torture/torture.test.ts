// The torture suite: a sample of its cases pass our client and catch a broken one; and the command that runs it.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesNamed } from '../../cli/torture/cases.ts';
import { start } from '../cli/command.ts';
import { objectionsTo } from './check.ts';
import { faultFor } from './faults.ts';
import { buildClients } from './programs.ts';

const all = casesNamed([]) ?? [];
/** On a busy machine each of the processes takes a while, in milliseconds. */
const SLOW = 180_000;

let folder = '';
let plain: readonly string[] = [];
/** A client that does nothing. */
const idle = [process.execPath, '-e', ''];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-torture-test-'));
  plain = (await buildClients())('naive');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the cases', () => {
  test('are at least 120, each with its own id, and a fault to catch', () => {
    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(() => all.map(faultFor)).not.toThrow();
  });

  test('say what they are about, in sentences', () => {
    for (const { id, title, wants, why } of all) {
      expect(id).toMatch(/^[a-z-]+\/[\w-]+$/);
      for (const text of [title, wants, why])
        expect([id, text]).toEqual([id, expect.stringMatching(/^\S.*\.$/)]);
    }
  });

  test('are found by kind and by id, and a name that none has is refused', () => {
    expect(casesNamed(['refresh'])?.every(({ kind }) => kind === 'refresh')).toBe(true);
    expect(casesNamed(['refresh/rotates'])?.length).toBe(1);
    expect(casesNamed(['refresh', 'nonsense'])).toBeUndefined();
  });
});

test.each([
  'calls/works',
  'server-metadata/issuer-slash',
  'response/state-other',
  'token/code-once-lost',
  'refresh/rotates',
  'move/registers-anew',
  'files/file-cut',
  'restart/killed-in-renewal',
  'restart/killed-in-exchange',
])('%s passes our client, and catches a broken one', { timeout: SLOW }, async (id) => {
  expect(await objectionsTo(casesNamed([id]) ?? [])).toEqual([]);
});

describe('authchart torture', () => {
  const torture = (args: readonly string[]) => start(folder, ['torture', ...args]).ended;

  test('prints the score and exits with 0 when all pass', { timeout: SLOW }, async () => {
    const { code, stdout } = await torture(['--only', 'refresh/rotates', '--', ...plain]);
    expect(stdout).toMatch(/✓ refresh\/rotates: .*\n\ntorture 1\/1; \d+ s\n$/);
    expect(code).toBe(0);
  });

  test('says what happened, what was wanted, and why; the reports hold no secret', {
    timeout: SLOW,
  }, async () => {
    const [html, json] = [join(folder, 'report.html'), join(folder, 'report.json')];
    const args = [
      '--only',
      'refresh/rotates',
      '--html',
      html,
      '--json',
      json,
      '--',
      ...plain,
      '--fault=keeps-old-refresh-token',
    ];
    const { code, stdout } = await torture(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ refresh\/rotates[\s\S]*What happened: [\s\S]*Wanted: [\s\S]*Why: [\s\S]*Source: [\s\S]*TOK-4 https:/,
    );
    expect(stdout).toMatch(/\ntorture 0\/1; \d+ s\n$/);
    const page = await readFile(html, 'utf8');
    expect(page).toMatch(/<svg[\s\S]*POST \/token/);
    expect(page).not.toMatch(/<script|src=|url\(/);
    const report = await readFile(json, 'utf8');
    expect(JSON.parse(report)).toMatchObject({
      passed: 0,
      failed: 1,
      skipped: 0,
      cases: [{ id: 'refresh/rotates' }],
    });
    for (const text of [stdout, page, report])
      expect(text).not.toMatch(/-(?:token|code)-\d+-of-a-[\da-f]{8}/);
  });

  test('skips restarts for a client that keeps nothing', { timeout: SLOW }, async () => {
    const short = (await buildClients())('short');
    const { code, stdout } = await torture(['--only', 'restart/moved', '--', ...short]);
    expect(stdout).toMatch(/- restart\/moved[\s\S]*keeps no login[\s\S]*torture 0\/0, 1 skipped/);
    expect(code).toBe(0);
  });

  test('fails a client that does nothing', { timeout: SLOW }, async () => {
    const { code, stdout } = await torture(['--only', 'server-metadata/pkce-missing', '--', ...idle]);
    expect(stdout).toContain('The client never came to what this case is about');
    expect(code).toBe(1);
  });

  test.each([
    ['no command', ['--only', 'refresh'], /Say how the client is started/],
    ['an unknown case', ['--only', 'nonsense', '--', ...idle], /no case or kind of this name/],
    ['no number of workers', ['--workers', '0', '--', ...idle], /from 1 to 16/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stderr } = await torture(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test('says that a command cannot be started', { timeout: SLOW }, async () => {
    const { stdout } = await torture(['--only', 'calls/works', '--', '/nothing/is/here']);
    expect(stdout).toContain('The command could not be started.');
  });

  test('leaves no process behind', { timeout: SLOW }, async () => {
    const file = join(folder, 'pid');
    const program = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setTimeout(() => {}, 300000)`;
    const { stdout } = await torture([
      '--only',
      'calls/works',
      '--timeout',
      '2',
      '--',
      process.execPath,
      '-e',
      program,
    ]);
    expect(stdout).toContain('The client did not end within 2 seconds.');
    const pid = Number(await readFile(file, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('that is cancelled ends its clients, and leaves no folder behind', { timeout: SLOW }, async () => {
    const file = join(folder, 'home');
    const program = `require('fs').writeFileSync(${JSON.stringify(file)}, process.env.HOME); setTimeout(() => {}, 300000)`;
    const running = start(folder, [
      'torture',
      '--only',
      'calls/works',
      '--',
      process.execPath,
      '-e',
      program,
    ]);
    await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 30_000 }).not.toBe('');
    running.child.kill('SIGINT');
    await running.ended;
    const home = await readFile(file, 'utf8');
    await expect.poll(() => existsSync(home), { timeout: 30_000 }).toBe(false);
  });
});

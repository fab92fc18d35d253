// The guide to tests of one's own, and the example app: run as they are pasted, with the package installed in an empty folder.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installPacked } from '../support/packed.ts';
import { linesOfCode } from './guides.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const guide = await readFile(join(root, 'docs/guides/testing.md'), 'utf8');
const sample = /^```js\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? '';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-testing-'));
  await installPacked(folder, 'vitest', 'xstate');
  await cp(join(root, 'examples/testing'), folder, { recursive: true });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program of Node there, as outside any test. @returns what it prints; it has to end well, by itself. */
async function node(...args: readonly string[]): Promise<string> {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env;
  const { stdout } = await run(process.execPath, args, { cwd: folder, env, timeout: 55_000 });
  return stdout;
}

describe('the guide', () => {
  test('begins with a test in at most ten lines', () => {
    expect(linesOfCode(sample)).toBeLessThanOrEqual(10);
    expect(sample).toContain('expectNothingCrossed()');
  });

  test('whose test passes as it is pasted', async () => {
    await writeFile(join(folder, 'login.test.mjs'), sample);
    const printed = await node('--test', '--test-reporter=tap', 'login.test.mjs');
    expect(printed).toMatch(/^# pass 1$/m);
    expect(printed).toMatch(/^# fail 0$/m);
  }, 60_000);

  test('and whose test fails for a client that is wrong', async () => {
    const wrong = sample.replace(
      'await session.login();',
      "await world.person.opens(world.urlOf('a') + '/authorize');",
    );
    expect(wrong).not.toBe(sample);
    await writeFile(join(folder, 'wrong.test.mjs'), wrong);
    const failed = await node('--test', '--test-reporter=tap', 'wrong.test.mjs').catch(
      (error: { stdout: string }) => error.stdout,
    );
    expect(failed).toMatch(/^# fail 1$/m);
    expect(failed).toContain('There is no client_id');
  }, 60_000);
});

describe('the example app', () => {
  test('is tested in Vitest', async () => {
    const printed = await node(
      'node_modules/vitest/vitest.mjs',
      'run',
      'vitest',
      '--root',
      '.',
      '--reporter=json',
    );
    expect(JSON.parse(printed)).toMatchObject({ success: true, numPassedTests: 3, numTotalTests: 3 });
  }, 60_000);

  test('is tested in node:test', async () => {
    const printed = await node('--test', '--test-reporter=tap', 'node/notes.test.mjs');
    expect(printed).toMatch(/^# pass 2$/m);
    expect(printed).toMatch(/^# fail 0$/m);
  }, 60_000);
});

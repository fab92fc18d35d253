// Output that cannot be written: the command says so, and does not end with 0. A reader that has enough is no failure.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programFile } from '../support/programs.ts';
import { newFolder, removeFolder, start } from './command.ts';

/** Takes nothing, as a full disk does. */
const FULL = '/dev/full';

let folder: string;
beforeAll(async () => {
  folder = await newFolder();
});
afterAll(() => removeFolder(folder));

/** Runs a command whose standard output goes to a file. */
async function intoFile(file: FileHandle, args: readonly string[]) {
  const child = spawn(process.execPath, [programFile('command'), ...args], {
    stdio: ['ignore', file.fd, 'pipe'],
    env: { ...process.env, AUTHCHART_STORE: folder, NO_COLOR: '1' },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, stderr };
}

describe.skipIf(!existsSync(FULL))(`where a disk is full (needs ${FULL})`, () => {
  test.each([
    ['status'],
    ['status', '--json'],
    ['explain', 'http://127.0.0.1:1/mcp', '--offline', '--json'],
    ['doctor', '--json'],
    ['completion', 'bash'],
    ['--help'],
    ['status', '--help'],
    ['--version'],
  ])('authchart %s … ends with 1, and says why', async (...args) => {
    const file = await open(FULL, 'w');
    const { code, stderr } = await intoFile(file, args);
    await file.close();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^authchart: The output cannot be written \(ENOSPC\)\. Check .*\n$/),
    ]);
  });
});

test('a reader that goes away is told nothing', async () => {
  const { child, ended } = start(folder, ['completion', 'bash']);
  child.stdout.destroy();
  expect((await ended).stderr).toBe('');
});

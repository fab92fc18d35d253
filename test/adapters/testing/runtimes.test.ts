// A test world in every runtime that this machine has: with no port, and on loopback.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPath } from '../../support/onPath.ts';

const run = promisify(execFile);
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-testing-'));
  program = join(folder, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('runtimesProgram.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    external: ['tough-cookie'],
    logLevel: 'silent',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const runtimes = [
  ['Node', process.execPath, []],
  ['Deno', onPath('deno'), ['run', '--quiet', '--no-config', '--allow-all']],
  ['Bun', onPath('bun'), ['run']],
] as const;
for (const [name, command] of runtimes)
  if (command === undefined)
    console.info(`Skipped: a test world in ${name}, because there is none on the PATH.`);

describe('a test world', () => {
  for (const [name, command, args] of runtimes)
    it.skipIf(command === undefined)(`works in ${name}, and lets the program end`, async () => {
      const { stdout } = await run(command ?? '', [...args, program], { timeout: 25_000 });
      expect(stdout).toMatch(/^200 after (\d+) requests\n200 after \1 requests\n$/);
    });
});

// The same vectors in other runtimes than this one: with the globals of a worker only, and in Deno and Bun where they are.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPath } from '../support/onPath.ts';
import { answers } from './vectors.ts';

const run = promisify(execFile);
let folder: string;
let program: string;
let expected: unknown;

/** What only Node has: in the bundle these names stand for nothing. Node’s own `fetch` goes on using them. */
const ofNode = ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate', 'require'];

/** Bundled for the web: an import of a module of Node would not be found. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-runtimes-'));
  program = join(folder, 'vectors.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('vectorsProgram.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    define: Object.fromEntries(ofNode.map((name) => [name, 'undefined'])),
    logLevel: 'silent',
  });
  expected = await answers();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the vectors', () => {
  it('P05: hold what they are about: some are refused, and a login succeeds', () => {
    expect(expected).toMatchObject({
      challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      issuers: [false, false, true],
      responses: ['code', 'malformed', 'malformed', 'error', 'malformed', 'malformed'],
      sealed: { hidden: true, text: 'é and 🔑' },
      login: { status: 200, lines: expect.arrayContaining(['POST /register', 'POST /token', 'POST /mcp']) },
    });
  });

  it('P05: pass with the globals of the web alone: no `process`, no `Buffer`, no module of Node', async () => {
    const bare = join(folder, 'bare.mjs');
    await writeFile(bare, "delete globalThis.process; await import('./vectors.mjs');");
    const { stdout } = await run(process.execPath, [bare]);
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  const others = [
    ['Deno', onPath('deno'), ['run', '--quiet', '--no-config']],
    ['Bun', onPath('bun'), ['run']],
  ] as const;
  for (const [name, command, args] of others)
    it.skipIf(command === undefined)(`P05: pass in ${name}`, async () => {
      const { stdout } = await run(command ?? '', [...args, program]);
      expect(JSON.parse(stdout)).toEqual(expected);
    });
});

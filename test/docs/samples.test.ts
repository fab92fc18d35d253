// Samples of the documentation, as they are pasted: with the package installed, against the playground, a person consenting.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PORT } from '../../playground/playground.ts';
import { resourceAt } from '../../playground/resourceServer.ts';
import { install, linesOf, type Running, runSample, samplesOf, startPlayground } from './installed.ts';

const readme = await samplesOf('README.md');
const guide = await samplesOf('docs/guides/mcp-client.md');

let folder: string;
let playground: Running;
let resource: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-samples-'));
  await install(folder);
  [playground, resource] = await startPlayground();
}, 60_000);

afterAll(async () => {
  playground?.kill('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

const samples = {
  'the first screen of the README': { code: readme[0] ?? '', prints: /"name":"read_note"/ },
  'the guide for the MCP SDK 2': { code: guide[0] ?? '', prints: /The first note\./ },
  'the guide for the MCP SDK 1': { code: guide[1] ?? '', prints: /The first note\./ },
  'the guide for the AI SDK': { code: guide[2] ?? '', prints: /read_note/ },
};

describe.each(Object.entries(samples))('the sample of %s', (name, { code, prints }) => {
  test('is short, and goes to where the playground is', () => {
    expect(linesOf(code)).toBeLessThanOrEqual(15);
    expect(code).toContain(`'${resourceAt(`http://127.0.0.1:${PORT}`)}'`);
  });

  test.skipIf(process.platform === 'win32')(
    'logs in with the person’s browser, and prints the answer',
    async () => {
      const file = `${name.replaceAll(' ', '-')}.mjs`;
      const ended = await runSample(code, { folder, resource, name: file });
      expect(ended.stderr).toBe('');
      expect(ended.code).toBe(0);
      expect(ended.stdout).toMatch(prints);
    },
    60_000,
  );
});

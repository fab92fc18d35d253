// Proves that the check fails when pure rooms reach the network, a clock, randomness or the console, or look uphill.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
let copy: string;
const said: Record<Tool, string> = { types: '', lint: '' };

/** What the two tools read: the rooms, and their configuration. */
const needed = [
  'biome.json',
  'tsconfig.base.json',
  'tsconfig.pure.json',
  'package.json',
  'test/rules',
  'contract',
  'protocol',
  'machines',
  'actors',
  'stores',
  'engine',
  'adapters',
  'cli',
  'visualizations',
  'playground',
];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'authchart-purity-'));
  for (const name of needed) await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [index, [room, , , text]] of forbidden.entries()) {
    await writeFile(join(copy, room, nameOf(index)), `${text}\n`);
  }
  [said.types, said.lint] = await Promise.all([complaints('types', copy), complaints('lint', copy)]);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

type Tool = 'types' | 'lint';

const nameOf = (index: number): string => `planted-${index}.ts`;

/** What the tool says of a tree; empty when it is content. */
async function complaints(tool: Tool, cwd: string): Promise<string> {
  const bin = (name: string) => join(root, 'node_modules/.bin', name);
  try {
    if (tool === 'types') await run(bin('tsc'), ['-p', 'tsconfig.pure.json'], { cwd });
    else {
      const options = ['--vcs-enabled=false', '--max-diagnostics=none', '--reporter=github'];
      await run(bin('biome'), ['lint', ...options, ...Object.keys(uses)], {
        cwd,
        maxBuffer: 8 * 1024 * 1024,
      });
    }
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}

/** What each room may use: imports run one way. Everything else is forbidden to it. */
const uses: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  protocol: ['contract'],
  stores: ['contract', 'protocol'],
  machines: ['contract', 'protocol'],
  actors: ['contract', 'protocol', 'stores'],
  engine: ['contract', 'protocol', 'stores', 'actors', 'machines'],
  adapters: ['contract', 'protocol', 'stores', 'actors', 'machines', 'engine'],
  visualizations: ['contract', 'protocol', 'machines'],
  cli: ['contract', 'protocol', 'stores', 'actors', 'machines', 'engine', 'adapters', 'visualizations'],
  playground: ['contract', 'protocol', 'stores', 'engine', 'adapters'],
};
const outside = ['test', 'examples', 'bench'];

const forbidden: [room: string, what: string, tool: Tool, text: string][] = [];
for (const room of ['contract', 'machines', 'protocol']) {
  forbidden.push(
    [room, 'the network', 'types', 'export const x = fetch("https://a.example");'],
    [room, 'a socket', 'types', 'export const x = new WebSocket("wss://a.example");'],
    [room, 'a timer', 'types', 'export const x = setTimeout(() => {}, 1);'],
    [room, 'the console', 'types', 'console.log(1); export {};'],
    [room, 'the process', 'types', 'export const x = process.env;'],
    [room, 'cryptographic randomness', 'types', 'export const x = crypto.randomUUID();'],
    [room, 'a performance clock', 'types', 'export const x = performance.now();'],
    [room, 'the clock', 'lint', 'export const x = Date.now();'],
    [room, 'a new date', 'lint', 'export const x = new Date();'],
    [room, 'the clock behind a format', 'lint', 'export const x = new Intl.DateTimeFormat().format();'],
    [room, 'randomness', 'lint', 'export const x = Math.random();'],
    [room, 'anything behind globalThis', 'lint', 'export const x = globalThis;'],
    [room, 'code loaded later', 'lint', 'export const x = import("../actors/network/http.ts");'],
    [room, 'Node', 'lint', 'import { readFileSync } from "node:fs"; export const x = readFileSync;'],
    [room, 'a package with effects', 'lint', 'import ky from "ky"; export const x = ky;'],
  );
}
for (const [room, may] of Object.entries(uses)) {
  for (const other of [...Object.keys(uses), ...outside]) {
    if (other === room || may.includes(other)) continue;
    forbidden.push([room, `${other}/`, 'lint', `export { x } from "../${other}/x.ts";`]);
  }
}
forbidden.push(
  ['actors', 'URL.canParse, which Node 20 has wrong', 'lint', 'export const x = URL.canParse("a:b");'],
  ['protocol', 'URL.canParse, which Node 20 has wrong', 'lint', 'export const x = URL.canParse("a:b");'],
);

describe('the check', () => {
  it('is content with the rooms as they are', async () => {
    expect(await Promise.all([complaints('types', root), complaints('lint', root)])).toEqual(['', '']);
  });

  it.each(forbidden.map(([room, what, tool], index) => ({ room, what, tool, file: nameOf(index) })))(
    'fails when $room/ reaches $what',
    ({ room, tool, file }) => {
      expect(said[tool]).toMatch(new RegExp(`${room}/${file}\\b`));
    },
  );
});

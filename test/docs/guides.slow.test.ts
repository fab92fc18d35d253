// The code of the guides runs as a reader runs it: with the package installed, against the playground, with a person.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPacked } from '../support/packed.ts';
import type { Example } from './examples.ts';
import { guideOf, linesOfCode, RUNS, readGuides, runElsewhere } from './guides.ts';
import { type Program, standInForBrowser, startPlayground, text } from './installed.ts';
import { OptionTypes } from './optionTypes.ts';
import { browse } from './person.ts';

const guides = await readGuides();
const runnable = guides.flatMap(({ runnable: blocks }) => blocks);

let home: string;
let playground: Program;
let resource: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'authchart-guides-'));
  await installPacked(home, 'xstate', '@modelcontextprotocol', '@ai-sdk');
  await installElectron(home);
  [playground, resource] = await startPlayground();
}, 120_000);

afterAll(async () => {
  playground?.kill('SIGINT');
  await rm(home, { recursive: true, force: true });
});

/** What the guides use of Electron, for Node: `openExternal` opens the system's browser, as that of Electron does. */
async function installElectron(into: string): Promise<void> {
  const folder = join(into, 'node_modules/electron');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(
    join(folder, 'index.js'),
    `import { execFileSync } from 'node:child_process';
const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
export const shell = { openExternal: async (url) => void execFileSync(opener, [url]) };
export const app = { whenReady: async () => {}, getPath: () => process.cwd(), quit: () => process.exit(0) };
`,
  );
}

/** Runs one block in a folder of its own, with a person who opens what is opened or printed. @returns what it printed. */
async function runBlock({ code, where }: Example): Promise<string> {
  const folder = join(home, where.replace(/\W/g, '-'));
  await mkdir(folder);
  const { code: script } = await transform(code, { loader: 'ts', format: 'esm', target: 'node20' });
  await writeFile(join(folder, 'sample.mjs'), script);
  const browser = await standInForBrowser(folder);
  const child = spawn(process.execPath, ['sample.mjs', resource], {
    cwd: folder,
    env: { PATH: browser.path, DISPLAY: ':0', HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'close');
  const isOver = ended.then(() => true);
  const opened = async () =>
    /^Open (http\S+)/m.exec(stdout.all)?.[1] ?? ((await browser.given()) || undefined);
  try {
    for (let page: string | undefined; page === undefined; ) {
      page = await opened();
      if (page !== undefined) expect((await browse(page)).status).toBe(200);
      else if (await Promise.race([isOver, pause(50)])) break;
    }
    const [code] = await ended;
    expect({ code, stderr: stderr.all }).toEqual({ code: 0, stderr: '' });
    return stdout.all;
  } finally {
    child.kill('SIGKILL');
  }
}

const pause = (ms: number): Promise<false> => new Promise((resolve) => setTimeout(resolve, ms, false));

describe('every guide', () => {
  it.each(guides.map(({ name }) => name))('%s has code that runs', async (name) => {
    const elsewhere = runElsewhere[name];
    if (elsewhere !== undefined) await access(new URL(`../../${elsewhere}`, import.meta.url));
    else expect(guides.find((one) => one.name === name)?.runnable).not.toEqual([]);
  });

  it('is found', () => {
    expect(guides.length).toBeGreaterThan(8);
  });
});

describe.skipIf(process.platform === 'win32')('the code that runs', () => {
  it.each(runnable.map((block) => [block.where, block] as const))(
    '%s logs in, and gets an answer of the server',
    async (_where, block) => {
      expect(await runBlock(block)).toMatch(/read_note|The first note/);
    },
    60_000,
  );
});

describe.each([
  ['xstate.md', 1],
  ['mcp-client.md', 3],
])('the samples of %s', (page, most) => {
  it('go from the import to a tool call in 15 lines', () => {
    const samples = guides.find(({ name }) => name === page)?.runnable.slice(0, most) ?? [];
    expect(samples).toHaveLength(most);
    for (const { code } of samples) {
      expect(linesOfCode(code)).toBeGreaterThan(5);
      expect(linesOfCode(code)).toBeLessThanOrEqual(15);
    }
  });
});

describe('the guide for hosts that have a provider', () => {
  it('names every method that the SDK asks for', async () => {
    const types = await OptionTypes.in('node_modules/@modelcontextprotocol/sdk/dist/esm/client/auth.d.ts');
    const methods = types.optionsOf('OAuthClientProvider').map(({ name }) => name);
    expect(methods.length).toBeGreaterThan(15);
    const page = guides.find(({ name }) => name === 'migrate-from-sdk-provider.md')?.text ?? '';
    expect(methods.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the check', () => {
  it('tells code that runs from code that does not, and counts lines', () => {
    const { runnable: found } = guideOf(
      'a.md',
      `\`\`\`ts\n${RUNS}\nlet a = 1;\n\n// b\na = 2;\n\`\`\`\n\n\`\`\`ts\nc();\n\`\`\`\n`,
    );
    expect(found).toHaveLength(1);
    expect(linesOfCode(found[0]?.code ?? '')).toBe(2);
  });
});

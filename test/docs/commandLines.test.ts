// Every command line that the guide, the README and the helps show is one that the parser takes.
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parseCommandLine } from '../../cli/program.ts';
import { runHere } from '../cli/command.ts';
import { type CommandLine, commandLinesIn, shellOf } from './commandLines.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

const guide = await read('docs/guides/command-line.md');
const all: CommandLine[] = [];

beforeAll(async () => {
  all.push(...commandLinesIn('the guide', shellOf(guide)));
  all.push(...commandLinesIn('README.md', shellOf(await read('README.md'))));
  const { stdout } = await runHere('', ['--help']);
  for (const [, name = ''] of stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)) {
    const help = (await runHere('', [name, '--help'])).stdout;
    all.push(...commandLinesIn(`help of ${name}`, help.slice(help.indexOf('\nExamples:'))));
  }
});

/** Parses without running. @returns what is wrong. */
async function faultsOf({ args }: CommandLine): Promise<string> {
  let printed = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  let isGiven = false;
  try {
    await parseCommandLine(args, async () => {
      isGiven = true;
    });
  } finally {
    spy.mockRestore();
  }
  return isGiven ? '' : printed;
}

describe('command lines', () => {
  test('are taken by the parser', async () => {
    expect(all.filter(({ where }) => where === 'the guide').length).toBeGreaterThan(15);
    expect(new Set(all.map(({ where }) => where)).size).toBeGreaterThan(10);
    for (const line of all) expect([line, await faultsOf(line)]).toEqual([line, '']);
  });

  test.each([
    ['a flag that is not there', 'authchart login https://a.example/ --lable x'],
    ['a command that is not there', 'cat x | authchart lgoin https://a.example/'],
    ['a value that is none', 'npx authchart login https://a.example/ --grant mail'],
  ])('with %s are found', async (_what, text) => {
    const [line] = commandLinesIn('here', text);
    expect(line && (await faultsOf(line))).toMatch(/^authchart: /);
  });

  test('are read as a shell reads them', () => {
    const text = `authchart fetch 'a b' "c|d" \\\n  -q | sed x\n  authchart status   a remark\n`;
    expect(commandLinesIn('here', text).map(({ args }) => args)).toEqual([
      ['fetch', 'a b', 'c|d', '-q'],
      ['status'],
    ]);
  });
});

test('the guide names every command, and every exit code as the help has it', async () => {
  const { stdout } = await runHere('', ['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map((match) => match[1] ?? '');
  expect(names.filter((name) => !guide.includes(`authchart ${name}`))).toEqual([]);
  for (const code of [0, 1, 2, 3, 4, 5]) expect(guide).toMatch(new RegExp(`^\\| ${code} \\| \\w`, 'm'));
  expect(guide.split('\n').length).toBeLessThanOrEqual(101);
});

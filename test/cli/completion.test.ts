// Shell completion: every command and option is in each script, and bash completes with it.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { shells } from '../../cli/completion/scripts.ts';
import { runHere } from './command.ts';

const run = promisify(execFile);
const scripts = new Map<string, string>();

beforeAll(async () => {
  for (const shell of shells) {
    const { code, stdout, stderr } = await runHere('', ['completion', shell]);
    expect([code, stderr]).toEqual([0, '']);
    scripts.set(shell, stdout);
  }
});

/** The commands and long options that the help of the program itself prints. */
async function fromHelp(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await runHere('', ['--help']);
  const names = [...stdout.matchAll(/^ {2}(\w+) +\S.*$/gm)].map((match) => match[1] ?? '');
  const known = new Map<string, readonly string[]>();
  for (const name of names) {
    const help = await runHere('', [name, '--help']);
    if (!help.stdout.startsWith(`Usage: authchart ${name} `)) continue;
    known.set(
      name,
      [...help.stdout.matchAll(/^ {2}(?:-\w, |--wait, )?(--[\w-]+)/gm)].map((match) => match[1] ?? ''),
    );
  }
  return known;
}

test('every command and every option is in every script', async () => {
  const all = await fromHelp();
  expect([...all.keys()]).toEqual(expect.arrayContaining(['login', 'fetch', 'status', 'completion']));
  for (const [name, options] of all) {
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) {
      expect(scripts.get('bash')).toMatch(new RegExp(`${option}\\b`));
      expect(scripts.get('zsh')).toContain(`'*${option}[`);
      expect(scripts.get('fish')).toMatch(new RegExp(`from ${name}".* -l ${option.slice(2)} `));
    }
  }
});

test('an unknown shell is refused', async () => {
  const { code, stderr } = await runHere('', ['completion', 'csh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
});

/** What bash offers for a line. The last word is completed. */
async function bashOffers(...words: readonly string[]): Promise<readonly string[]> {
  const line = ['authchart', ...words];
  const quoted = line.map((word) => `'${word}'`).join(' ');
  const program = `${scripts.get('bash')}
COMP_WORDS=(${quoted}); COMP_CWORD=${line.length - 1}
compopt() { echo "FILES"; }
_authchart
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run('bash', ['--norc', '-c', program]);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((one) => one !== '');
}

const has = (shell: string): boolean => {
  try {
    execFileSync(shell, ['--version']);
    return true;
  } catch {
    console.log(`The script for ${shell} is not run: there is no ${shell} here.`);
    return false;
  }
};

describe.skipIf(!has('bash'))('bash', () => {
  test.each([
    ['a command', ['lo'], ['login', 'logout']],
    ['an option', ['login', 'https://a.example/', '--pas'], ['--paste']],
    ['a value', ['login', '--user-agent', ''], ['browser', 'headless', 'paste']],
    ['a file', ['login', '--ca', './x'], ['FILES']],
    ['nothing for what nobody can guess', ['login', '--label', ''], []],
    ['a word that is an argument', ['import', 'mcp'], ['mcp-remote']],
    ['a file that is an argument', ['inspect', 'run'], ['FILES']],
    ['only its own options', ['status', '--gra'], []],
    ['a shell', ['completion', 'z'], ['zsh']],
  ])('offers %s', async (_what, words, offers) => {
    expect(await bashOffers(...words)).toEqual(offers);
  });

  test('completes where it is loaded as the help says', async () => {
    const { stdout } = await run('bash', ['--norc', '-c', `${scripts.get('bash')}\ncomplete -p authchart`]);
    expect(stdout).toContain('-F _authchart authchart');
  });
});

test.skipIf(!has('zsh'))('zsh takes the script', async () => {
  await run('zsh', ['-fc', `autoload -Uz compinit; compinit -D; ${scripts.get('zsh')}`]);
});

test.skipIf(!has('fish'))('fish takes the script', async () => {
  await run('fish', ['--no-config', '-c', `${scripts.get('fish')}`]);
});

// Without a browser, without a terminal, with an input that never ends: what is printed, what is offered, and that it ends.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { followToRedirectUri } from '../playground/rawClient.ts';
import { programFile } from '../support/programs.ts';
import { newFolder, removeFolder, start } from './command.ts';

const authorizeUrl = /http:\S+\/authorize\?\S+/;
const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

let world: Playground;
const folders: string[] = [];

async function freshFolder(): Promise<string> {
  folders.push(await newFolder());
  return folders.at(-1) ?? '';
}

beforeAll(async () => {
  world = await startPlayground({ devicePollSeconds: 1 });
});

afterAll(async () => {
  await world.close();
  await Promise.all(folders.map(removeFolder));
});

describe('a login on another device', () => {
  test('is one line with address, code and time; the questions to the server are not printed', async () => {
    const running = start(await freshFolder(), ['login', world.resource, '--login', '--device']);
    const line = await running.printed(/^.* asks you to log in\. Open .*$/m);
    expect(line).toMatch(
      /^127\.0\.0\.1:\d+ asks you to log in\. Open http:\S+\/device on any device and type [A-Z]{4}-[A-Z]{4} \(valid for \d+ min( \d+ s)?\)\.$/,
    );
    const asked = () => world.exchanges.filter(({ path }) => path === '/token').length;
    await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(1);
    await world.approveDevice(/type (\S+)/.exec(line)?.[1] ?? '');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/ 400$/m);
    expect(stderr.match(/\/token {2}200$/gm)).toHaveLength(1);
  });

  test('ends in time when nobody types the code', async () => {
    const args = ['login', world.resource, '--login', '--device', '--timeout', '2', '-q'];
    const { code, stderr } = await start(await freshFolder(), args).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('in time')]);
  });
});

describe('without a browser', () => {
  test('the address is printed, the other ways are offered, and the wait is bounded', async () => {
    const args = ['login', world.resource, '--login', '--timeout', '2'];
    for (const env of [
      { SSH_CONNECTION: 'here', DISPLAY: ':0' },
      { DISPLAY: '', WAYLAND_DISPLAY: '' },
    ]) {
      const { code, stderr } = await start(await freshFolder(), args, { env }).ended;
      expect(code).toBe(3);
      expect(stderr).toMatch(authorizeUrl);
      expect(stderr).toContain('(for a browser on another one: --paste or --device):');
      expect(stderr).toContain('authchart waits 2 s (--timeout).');
    }
  });

  test('--paste is --user-agent paste', async () => {
    const running = start(await freshFolder(), ['login', world.resource, '--login', '--paste', '-q']);
    const url = await running.printed(authorizeUrl);
    running.child.stdin.end(`${await followToRedirectUri(url, 'http://127.0.0.1/callback')}\n`);
    expect((await running.ended).code).toBe(0);
  });
});

const hasScript = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();
if (!hasScript) console.log('The tests in a terminal are skipped: there is no `script` of util-linux here.');

/** Runs the command in a terminal of its own. */
async function inTerminal(args: readonly string[]): Promise<{ child: ChildProcess; printed: () => string }> {
  const line = [process.execPath, programFile('command'), ...args].map((one) => `'${one}'`).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, AUTHCHART_STORE: await freshFolder(), SSH_CONNECTION: 'here', NO_COLOR: '1' },
  });
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  return { child, printed: () => all };
}

describe.skipIf(!hasScript)('at a terminal over SSH', () => {
  const ended = (child: ChildProcess) => new Promise((resolve) => child.once('close', resolve));

  test.each(['the address is pasted', 'the browser comes back by itself'])('%s', async (how) => {
    const { child, printed } = await inTerminal(['login', world.resource, '-q']);
    const over = ended(child);
    await expect.poll(printed, { timeout: 20_000 }).toMatch(/\/authorize\?\S+\s[\s\S]*Paste the address/);
    expect(printed()).toContain('in any browser. If its last page cannot be loaded');
    const url = authorizeUrl.exec(printed())?.[0] ?? '';
    const back = await followToRedirectUri(url, new URL(url).searchParams.get('redirect_uri') ?? '');
    if (how.includes('pasted')) {
      child.stdin?.write('nonsense\n');
      await expect.poll(printed, { timeout: 20_000 }).toContain('That is not the address.');
      child.stdin?.write(`${back}\n`);
    } else await fetch(back);
    expect(await over).toBe(0);
    expect(printed()).toMatch(/\r\nLogged in at /);
  });

  test('Ctrl-C ends it', async () => {
    const { child, printed } = await inTerminal(['login', world.resource, '-q']);
    const over = ended(child);
    await expect.poll(printed, { timeout: 20_000 }).toContain('Paste the address');
    child.stdin?.write('\u0003');
    expect(await over).toBe(130);
  });
});

describe.skipIf(process.platform === 'win32')('every command ends with a standard input', () => {
  const inputs: readonly (readonly [string, 'pipe' | 'ignore', string])[] = [
    ['that is closed', 'ignore', 'exec "$@" <&-'],
    ['that is /dev/null', 'ignore', 'exec "$@"'],
    ['that never ends', 'pipe', 'exec "$@"'],
  ];
  const commands: readonly (readonly [number, ...string[]])[] = [
    [3, 'login', 'URL', '-q'],
    [3, 'login', 'URL', '--login', '--timeout', '1', '-q'],
    [3, 'login', 'URL', '--login', '--paste', '--timeout', '1', '-q'],
    [3, 'fetch', 'URL', '--json', body, '-q'],
    [3, 'token', 'URL'],
    [3, 'explain', 'URL'],
    [0, 'status'],
    [0, 'logout', 'URL', '-q'],
  ];

  test.each(inputs)(
    '%s',
    async (_which, stdin, script) => {
      const folder = await freshFolder();
      const runs = commands.map(async ([, ...args]) => {
        const words = args.map((one) => (one === 'URL' ? world.resource : one));
        const program = [process.execPath, programFile('command')];
        const child = spawn('sh', ['-c', script, 'sh', ...program, ...words], {
          env: { ...process.env, AUTHCHART_STORE: `${folder}/${args.join('')}`, SSH_CONNECTION: 'here' },
          stdio: [stdin, 'ignore', 'ignore'],
        });
        return new Promise((resolve) => child.once('exit', resolve));
      });
      expect(await Promise.all(runs)).toEqual(commands.map(([code]) => code));
    },
    60_000,
  );
});

// The opener of each platform, and that a URL reaches a real program as one argument and nothing else.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { EventEmitter, getEventListeners } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type OpenBrowserOptions, openBrowser } from '../../../actors/userAgents/openBrowser.ts';
import { failureOf } from './scriptedServer.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'opener-'));
});
afterAll(() => rm(directory, { recursive: true }));

const desktop = { platform: 'linux', env: { DISPLAY: ':0' } } as const;

/** A real program in the place of the platform's opener. */
async function opener(script: string) {
  const file = join(directory, 'opener');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return (_command: string, args: readonly string[], options: SpawnOptions) =>
    spawn(file, args, { ...options, cwd: directory });
}

describe('the command', () => {
  test.each([
    ['darwin', {}, 'open', []],
    ['win32', { SystemRoot: 'D:\\Win' }, 'D:\\Win\\System32\\rundll32.exe', ['url.dll,FileProtocolHandler']],
    ['win32', {}, 'C:\\Windows\\System32\\rundll32.exe', ['url.dll,FileProtocolHandler']],
    ['linux', { DISPLAY: ':0' }, 'xdg-open', []],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open', []],
    ['freebsd', { DISPLAY: ':0' }, 'xdg-open', []],
  ] as const)('on %s with %o: %s', async (platform, env, command, args) => {
    const calls: unknown[] = [];
    const child = Object.assign(new EventEmitter(), { unref: () => {} }) as unknown as ChildProcess;
    const opening = openBrowser('https://as.example/a b', {
      platform,
      env,
      spawn: (...call) => {
        calls.push(call);
        return child;
      },
    });
    child.emit('spawn');
    child.emit('exit', 0);
    await opening;
    // No `env`: the environment goes on as it is.
    const options = { shell: false, stdio: 'ignore', detached: true };
    expect(calls).toEqual([[command, [...args, 'https://as.example/a%20b'], options]]);
  });
});

describe('the program that opens', () => {
  /** A program as its starter sees it, and whether the browser has been opened. */
  function opening(platform: NodeJS.Platform) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const program = Object.assign(new EventEmitter(), { unref: vi.fn() });
    const { signal } = new AbortController();
    const spawned = (): ChildProcess => program as unknown as ChildProcess;
    const outcome: string[] = [];
    void openBrowser('https://as.example/', { ...desktop, platform, spawn: spawned, signal }).then(
      () => outcome.push('opened'),
      (error) => outcome.push(error.code),
    );
    /** What has come of it so far. */
    const heard = async (): Promise<readonly string[]> => {
      await vi.advanceTimersByTimeAsync(0);
      return outcome;
    };
    return { program, signal, heard };
  }

  test.each([
    ['linux', 'spawn', undefined, []],
    ['linux', 'exit', 0, ['opened']],
    ['linux', 'exit', 1, ['user_agent_failed']],
    ['linux', 'exit', null, ['user_agent_failed']],
    ['linux', 'error', new Error('ENOENT'), ['user_agent_failed']],
    ['win32', 'spawn', undefined, ['opened']],
    ['win32', 'error', new Error('ENOENT'), ['user_agent_failed']],
  ] as const)('A07 on %s, after its %s with %o: %j', async (platform, event, value, expected) => {
    const { program, signal, heard } = opening(platform);
    program.emit(event, value);
    expect(await heard()).toEqual(expected);
    // Nothing is left behind, and the program may live on.
    if (expected.length > 0)
      expect([vi.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []]);
    expect(program.unref).toHaveBeenCalledTimes(1);
  });

  test('A07 on Windows has started: its exit code says nothing', async () => {
    const { program, heard } = opening('win32');
    program.emit('exit', 1);
    expect(await heard()).toEqual([]);
    program.emit('spawn');
    expect(await heard()).toEqual(['opened']);
  });

  test('has a second to report a failure', async () => {
    const { heard } = opening('linux');
    await vi.advanceTimersByTimeAsync(999);
    expect(await heard()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await heard()).toEqual(['opened']);
  });

  test('A07 cannot be started at all', async () => {
    const { signal } = new AbortController();
    const start = (): never => {
      throw new Error('EAGAIN');
    };
    const error = await failureOf(openBrowser('https://as.example/', { ...desktop, signal, spawn: start }));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('with a real program', () => {
  test('AUTHZ-9, A02 a hostile URL arrives as one argument, and nothing in it is run', async () => {
    const start = await opener(`printf '%s\\n' "$#" "$1" > args`);
    const url = 'https://as.example/$(touch pwned)`touch pwned`;touch pwned|&"\'\n?q=%PATH%&r=$HOME';
    await openBrowser(url, { ...desktop, spawn: start });
    const [count, argument] = (await readFile(join(directory, 'args'), 'utf8')).split('\n');
    expect([count, argument]).toEqual(['1', new URL(url).href]);
    expect(await readdir(directory)).not.toContain('pwned');
  });

  test('A07 an opener that reports a failure', async () => {
    const start = await opener('exit 3');
    const error = await failureOf(openBrowser('https://as.example/?secret', { ...desktop, spawn: start }));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(error.message).not.toContain('secret');
  });

  test('an opener that stays with the browser has done its work', async () => {
    const start = await opener('exec sleep 30');
    let child: ChildProcess | undefined;
    await openBrowser('https://as.example/', {
      ...desktop,
      spawn: (...call) => {
        child = start(...call);
        return child;
      },
    });
    expect(child?.exitCode).toBeNull();
    expect(child?.kill()).toBe(true);
  });

  test('is started by its whole path where nothing else is said', async () => {
    const root = join(directory, 'windows');
    const file = `${root}\\System32\\rundll32.exe`;
    await writeFile(file, `#!/bin/sh\necho "$2" > "${directory}/told"\n`);
    await chmod(file, 0o755);
    await openBrowser('https://as.example/', { platform: 'win32', env: { SystemRoot: root } });
    const told = (): Promise<string> => readFile(join(directory, 'told'), 'utf8').catch(() => '');
    await expect.poll(told, { timeout: 4_000 }).toBe('https://as.example/\n');
  });

  test('A07 no opener at all', async () => {
    const none = (_: string, args: readonly string[], options: SpawnOptions) =>
      spawn(join(directory, 'absent'), args, options);
    const error = await failureOf(openBrowser('https://as.example/', { ...desktop, spawn: none }));
    expect(error.code).toBe('user_agent_failed');
    expect(error.message).toContain('prints the URL');
  });
});

describe('nothing is started', () => {
  test.each([
    ['A07 no display', 'https://as.example/', 'linux', {}, 'user_agent_failed'],
    [
      'A07 over SSH',
      'https://as.example/',
      'linux',
      { DISPLAY: ':0', SSH_CONNECTION: '::1 1 ::1 22' },
      'user_agent_failed',
    ],
    [
      'A07 over SSH to a Mac',
      'https://as.example/',
      'darwin',
      { SSH_CONNECTION: '::1 1 ::1 22' },
      'user_agent_failed',
    ],
    ['A01 javascript', 'javascript:alert(1)', 'darwin', {}, 'address_refused'],
    ['A03 a flag', '--args', 'darwin', {}, 'address_refused'],
  ] as const)('%s', async (_what, url, platform, env, code) => {
    const start = vi.fn<NonNullable<OpenBrowserOptions['spawn']>>();
    const error = await failureOf(openBrowser(url, { platform, env, spawn: start }));
    expect(error).toMatchObject({ code, phase: 'authorizing' });
    expect(start).not.toHaveBeenCalled();
  });

  test('when cancelled before', async () => {
    const start = vi.fn<NonNullable<OpenBrowserOptions['spawn']>>();
    const options = { ...desktop, spawn: start, signal: AbortSignal.abort() };
    expect((await failureOf(openBrowser('https://as.example/', options))).code).toBe('cancelled');
    expect(start).not.toHaveBeenCalled();
  });
});

test('a cancel ends the wait for a slow opener at once', async () => {
  const start = await opener('exec sleep 30');
  const cancel = new AbortController();
  let child: ChildProcess | undefined;
  // The second that an opener has does not pass here.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const opening = openBrowser('https://as.example/', {
    ...desktop,
    signal: cancel.signal,
    spawn: (...call) => {
      child = start(...call);
      child.once('spawn', () => cancel.abort());
      return child;
    },
  });
  expect((await failureOf(opening)).code).toBe('cancelled');
  expect([vi.getTimerCount(), child?.kill()]).toEqual([0, true]);
});

// Runs the command as a person does: in a process of its own, or in this one. Returns what it printed, and how it ended.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Interruption } from '../../cli/interruption.ts';
import { runCommandLine } from '../../cli/program.ts';
import { programFile } from '../support/programs.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Waits for the first match on standard error, and returns it. */
  printed(what: RegExp): Promise<string>;
}

/** Makes a folder for the logins of one test. */
export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'authchart-cli-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

export interface StartOptions {
  /** The arguments of Node before those of the command. */
  readonly program?: readonly string[];
  /** Further variables of its environment. Default: those of SSH, so that it opens no browser. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the command. */
export function start(folder: string, args: readonly string[], options: StartOptions = {}): Running {
  const { program = [programFile('command')], env = { SSH_CONNECTION: 'here' } } = options;
  const child = spawn(process.execPath, [...program, ...args], {
    env: { ...process.env, AUTHCHART_STORE: folder, NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (what: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = what.exec(stderr)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`never printed: ${stderr}`)));
      look();
    });
  return { child, ended, printed };
}

/** Runs the command to its end. @param input All of its standard input. */
export function run(folder: string, args: readonly string[], input: string | Buffer = ''): Promise<Ended> {
  const { child, ended } = start(folder, args);
  child.stdin.end(input);
  return ended;
}

const never: Interruption = {
  came: () => false,
  onStop: () => {},
  onEnd: () => {},
  ended: new Promise(() => {}),
};

let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line in this process, one after the other. It is faster: a process of its own takes half a second to
 * start.
 */
export function runHere(folder: string, args: readonly string[]): Promise<Ended> {
  const mine = turn.then(() => captured(folder, args));
  turn = mine.catch(() => undefined);
  return mine;
}

async function captured(folder: string, args: readonly string[]): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((channel) =>
    vi.spyOn(process[channel], 'write').mockImplementation((text) => {
      printed[channel] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    }),
  );
  vi.stubEnv('AUTHCHART_STORE', folder);
  try {
    return { code: await runCommandLine(args, never), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

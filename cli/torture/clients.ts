// Starts the client under test as the official conformance suite does, and hears what it prints and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a process of the client ended, and what it printed. */
export interface Ended {
  /** Nothing when it was killed. */
  readonly code: number | undefined;
  /** Why it was killed; nothing when it ended by itself. */
  readonly killed: 'late' | 'quiet' | 'play' | undefined;
  /** Standard output and standard error. It may hold secrets. */
  readonly output: string;
}

/** A process of the client. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Ends it at once, with all that it has started. */
  readonly kill: (why: 'late' | 'quiet' | 'play') => void;
}

/** How a client is started. */
export interface Start {
  /** The command and its arguments. The address of the server is added. */
  readonly command: readonly string[];
  readonly url: string;
  /** Its home: all that it keeps is there. */
  readonly home: string;
  readonly scenario: string;
  /** Credentials, as the official suite gives them. */
  readonly context: Readonly<Record<string, string>> | undefined;
}

/** So much of its output is kept, in characters. */
const MOST_OUTPUT = 4_000_000;

/** One word with blanks in it is split, as the official suite does. */
const wordsOf = (command: readonly string[]): readonly string[] =>
  command.length === 1 ? (command[0] ?? '').split(' ').filter((word) => word !== '') : command;

/** Starts one. A command that cannot be started ends with the code 127. */
export function startClient({ command, url, home, scenario, context }: Start): Running {
  const [program = '', ...args] = wordsOf(command);
  const child = spawn(program, [...args, url], {
    env: environment(home, scenario, context),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts is ended, too.
    detached: process.platform !== 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < MOST_OUTPUT) output += text;
    });
  let killed: Ended['killed'];
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ code: 127, killed: undefined, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? undefined, killed, output }));
  });
  return {
    ended,
    kill(why) {
      killed ??= why;
      endGroup(child);
    },
  };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function environment(home: string, scenario: string, context: Start['context']): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NO_COLOR: '1',
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData'),
    LOCALAPPDATA: join(home, 'AppData'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    MCP_CONFORMANCE_SCENARIO: scenario,
    MCP_CONFORMANCE_PROTOCOL_VERSION: '2025-11-25',
    ...(context !== undefined && { MCP_CONFORMANCE_CONTEXT: JSON.stringify({ name: scenario, ...context }) }),
  };
}

// Runs npm, as a person does in some folder, and other programs to their end.
import { spawn } from 'node:child_process';

/** How a program ended: what it printed on both channels together, in its order. */
export interface Ran {
  /** The exit code; the signal's name where a signal ended it. */
  readonly code: number | string;
  readonly printed: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** After so many milliseconds it is ended. Default: 5 minutes. */
  readonly timeout?: number;
}

/** Runs a program to its end. @throws Error where it cannot be started. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, env = process.env, timeout = 300_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 1, printed }));
  });
}

/**
 * Runs npm.
 * @returns what it printed.
 * @throws Error with what it printed, where it fails.
 */
export async function npm(cwd: string, args: readonly string[]): Promise<string> {
  // Where npm runs us it says where it is. On Windows `npm` itself is a script, which only a shell could start.
  const runner = process.env['npm_execpath'];
  const own = runner !== undefined && /npm-cli\.[cm]?js$/.test(runner) ? runner : undefined;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { code, printed } =
    own === undefined
      ? await run('npm', [...args, ...quiet], { cwd })
      : await run(process.execPath, [own, ...args, ...quiet], { cwd });
  if (code !== 0) throw new Error(`npm ${args[0]} ended with ${code}: ${printed}`);
  return printed;
}

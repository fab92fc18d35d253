// Runs test files in a Vitest of its own, for commands that end in one line of figures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface VitestRun {
  /** Files, or folders of files. */
  readonly tests: readonly string[];
  /** Where the results go, as JSON. */
  readonly report: string;
  readonly args?: readonly string[];
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it, with all processes that it has started. */
  readonly stopping: AbortSignal;
  /** What it prints is left out. */
  readonly isQuiet?: boolean;
}

/** @returns whether Vitest was content; its results are in the file. */
export async function runVitest({
  tests,
  report,
  args = [],
  env = {},
  stopping,
  isQuiet = false,
}: VitestRun): Promise<boolean> {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const child = spawn(process.execPath, [vitest, 'run', ...tests, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env, AUTHCHART_TEST_REPORT: report },
    stdio: isQuiet ? 'ignore' : 'inherit',
    // With the processes that it starts it is a group, which can be ended as a whole.
    detached: true,
  });
  const end = (): void => endGroup(child.pid);
  stopping.addEventListener('abort', end, { once: true });
  if (stopping.aborted) end();
  const [code] = await once(child, 'exit');
  end();
  return code === 0;
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

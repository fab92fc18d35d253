// Runs some tests in a process of their own, and says how each ended.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idsIn } from '../requirements/ids.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Tests that take longer than that never end, in milliseconds: without a defence a reader may go round for ever. */
const LONGEST = 100_000;

export interface Done {
  readonly title: string;
  /** Ids that the title names. */
  readonly ids: readonly string[];
  readonly status: string;
}

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * @param files below `test/`.
 * @param title a pattern of the titles that are run.
 * @param environment what the process is told besides.
 * @throws Error when no report was written, with the end of what was printed.
 */
export async function runTests(
  files: readonly string[],
  title: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly Done[]> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-hostile-'));
  const report = join(folder, 'report.json');
  try {
    const printed = await vitest(
      [...files.map((file) => `test/${file}`), '-t', title, '--reporter=json', `--outputFile=${report}`],
      environment,
    );
    const text = await readFile(report, 'utf8').catch(() => {
      throw new Error(`The tests could not be run.\n${printed.slice(-2_000)}`);
    });
    return doneIn(JSON.parse(text) as Report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file that cannot be loaded counts as one test that failed, whose title is its message. */
function doneIn({ testResults }: Report): readonly Done[] {
  return testResults.flatMap(({ assertionResults, status, name, message = '' }) =>
    assertionResults.length === 0 && status === 'failed'
      ? [{ title: `${name}: ${message}`, ids: [], status }]
      : assertionResults.map((one) => ({
          title: one.fullName,
          ids: idsIn(one.fullName),
          status: one.status,
        })),
  );
}

function vitest(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/hostile/vitest.config.ts', ...args],
    {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: whoever ends it ends the processes that it has started, too.
      detached: true,
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = 'AUTHCHART_WITHOUT' in environment ? setTimeout(end, LONGEST) : undefined;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(printed);
    });
  });
}

// Runs some tests in a Vitest of their own, and says how each ended.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idsIn } from '../requirements/ids.ts';
import { runVitest } from '../support/vitestRun.ts';

export interface Done {
  readonly title: string;
  /** Ids that the title names. */
  readonly ids: readonly string[];
  readonly status: string;
}

export interface Asked {
  /** Below `test/`. */
  readonly files: readonly string[];
  /** A pattern of the titles that are run. */
  readonly title: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the run, with all processes that it has started. */
  readonly stopping: AbortSignal;
}

interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** @throws Error when no report was written, as when the run was ended. */
export async function runTests({ files, title, env = {}, stopping }: Asked): Promise<readonly Done[]> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-hostile-'));
  const report = join(folder, 'report.json');
  try {
    await runVitest({
      tests: files.map((file) => `test/${file}`),
      report,
      args: [
        ...['--config', 'test/hostile/vitest.config.ts', '-t', title],
        ...['--reporter=json', `--outputFile=${report}`],
      ],
      env,
      stopping,
      isQuiet: true,
    });
    return doneIn(JSON.parse(await readFile(report, 'utf8')) as Report);
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

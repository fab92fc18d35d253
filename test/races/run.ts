// `npm run races`: processes that log in, renew and die at the same time, all of them. Ends with one line of figures; with 1
// when something failed, was skipped, or was not run.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runVitest } from '../support/vitestRun.ts';
import { results } from './figures.ts';
import { report } from './report.ts';

const REPORT = fileURLToPath(new URL('../../reports/races.json', import.meta.url));

/** @returns the exit code. */
async function race(folder: string, stopping: AbortSignal): Promise<number> {
  const started = performance.now();
  const file = join(folder, 'results.json');
  const isContent = await runVitest({
    tests: ['test/races'],
    report: file,
    // Each race is told when it is over.
    args: ['--reporter', 'verbose', '--reporter', 'json', `--outputFile.json=${file}`],
    env: { AUTHCHART_RACES: 'whole' },
    stopping,
  });
  if (stopping.aborted) return 1;
  const found = results.safeParse(JSON.parse(await readFile(file, 'utf8').catch(() => 'null')));
  if (!found.success) return conclude('races: FAILED: the tests came to no end.', false, {});
  const { line, ok, figures } = report(found.data, (performance.now() - started) / 1000);
  return conclude(line, ok && isContent, figures);
}

async function conclude(line: string, ok: boolean, figures: object): Promise<number> {
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ line, ok, node: process.version, ...figures }, null, 2)}\n`);
  console.info(line);
  return ok ? 0 : 1;
}

const stopping = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    stopping.abort();
    process.exitCode = code;
  });
}
const folder = await mkdtemp(join(tmpdir(), 'authchart-races-'));
try {
  const code = await race(folder, stopping.signal);
  process.exitCode ??= code;
} finally {
  await rm(folder, { recursive: true, force: true });
}

// `npm run test:services`: the homes for gateways on real servers, which it starts for itself and stops again.
// Ends with 0 when everything passed, with 1 when something failed or was skipped, and with 69 (EX_UNAVAILABLE of
// sysexits.h) when a server could not be had: then nothing was tested. A million grants take 4 GB below TMPDIR.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runVitest } from '../support/vitestRun.ts';
import { results } from './figures.ts';
import { startKeyring } from './keyring.ts';
import { report } from './report.ts';
import { type Server, startPostgres, startRedis } from './servers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REPORT = join(ROOT, 'reports/services.json');
const UNAVAILABLE = 69;

type Env = Readonly<Record<string, string>>;

interface Running {
  /** What its tests look for. */
  readonly env: Env;
  stop(): Promise<void>;
}

interface Service {
  readonly name: string;
  /** @param folder of its own, for its programs and its data. */
  start(folder: string): Promise<Running>;
  readonly tests: readonly string[];
}

const known = (variable: string, { url, stop }: Server): Running => ({ env: { [variable]: url }, stop });

const services: readonly Service[] = [
  {
    name: 'Redis',
    start: async (folder) => known('AUTHCHART_TEST_REDIS', await startRedis(folder)),
    tests: ['test/stores/redis.test.ts'],
  },
  {
    name: 'PostgreSQL',
    start: async (folder) => known('AUTHCHART_TEST_POSTGRES', await startPostgres(folder)),
    tests: ['test/stores/postgres.test.ts', 'test/services/million.test.ts'],
  },
  { name: 'Keyring', start: startKeyring, tests: ['test/stores/keychain.test.ts'] },
];
/** Of each service, and of several of them. */
const tests = [
  ...services.flatMap((service) => service.tests),
  'test/services/races.test.ts',
  'test/services/gateway.test.ts',
  'test/services/chaos.test.ts',
];

/** Starts all of them, one after the other; `running` has those that are to be stopped. */
async function startAll(folder: string, running: Running[], stopping: AbortSignal): Promise<Env> {
  for (const { name, start } of services) {
    stopping.throwIfAborted();
    console.info(`Starting ${name} …`);
    const started = openFolder(join(folder, name)).then(start);
    const one = await started.catch((error: unknown) => {
      throw new Error(`${name} could not be started. ${textOf(error)}`);
    });
    running.push(one);
  }
  return Object.assign({}, ...running.map(({ env }) => env));
}

/** What is secret lies deeper, in folders of the servers' own, which run as another user when this is root. */
async function openFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o711);
  return path;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @returns the exit code. */
async function test(folder: string, running: Running[], stopping: AbortSignal): Promise<number> {
  const started = performance.now();
  const env = await startAll(folder, running, stopping).catch(async (error: unknown) => {
    stopping.throwIfAborted();
    await conclude(`services: NOT TESTED: ${textOf(error)}`, { ok: false });
    return undefined;
  });
  if (!env) return UNAVAILABLE;
  // What tests leave behind when they are ended is in the folder, too.
  const [temporary, file] = [join(folder, 'tests'), join(folder, 'results.json')];
  await mkdir(temporary);
  const isContent = await runVitest({
    tests,
    report: file,
    // One file after the other: figures are taken, and two cores are soon busy.
    args: ['--no-file-parallelism', '--disable-console-intercept'],
    env: { ...env, TMPDIR: temporary },
    stopping,
  });
  stopping.throwIfAborted();
  const found = results.safeParse(JSON.parse(await readFile(file, 'utf8').catch(() => 'null')));
  if (!found.success) {
    await conclude('services: FAILED: the tests came to no end.', { ok: false });
    return 1;
  }
  const { line, ok, figures } = report(found.data, tests, (performance.now() - started) / 1000);
  await conclude(line, { ok: ok && isContent, node: process.version, ...figures });
  return ok && isContent ? 0 : 1;
}

async function conclude(line: string, rest: object): Promise<void> {
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ line, ...rest }, null, 2)}\n`);
  console.info(line);
}

async function main(): Promise<number> {
  const stopping = new AbortController();
  let code = 0;
  for (const [signal, number] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      code ||= number;
      stopping.abort();
    });
  }
  const folder = await openFolder(await mkdtemp(join(tmpdir(), 'authchart-services-')));
  const running: Running[] = [];
  try {
    return await test(folder, running, stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    // Vitest hides the cursor of a terminal, and could not show it again.
    console.info(process.stdout.isTTY ? '\u001B[?25hStopped.' : 'Stopped.');
    return code;
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

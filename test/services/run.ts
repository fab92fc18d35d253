// `npm run test:services`: the homes for gateways on real servers, which it starts for itself and stops again. With names
// of servers (`npm run test:services -- cluster failover`) only what concerns them.
// Ends with 0 when everything passed, with 1 when something failed or was skipped, and with 69 (EX_UNAVAILABLE of
// sysexits.h) when a server could not be had: then nothing was tested. A million grants take 4 GB below TMPDIR.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runVitest } from '../support/vitestRun.ts';
import { results } from './figures.ts';
import { startKeyring } from './keyring.ts';
import { startPooler } from './pooler.ts';
import { type RedisServers, startCluster, startSentinel } from './redisServers.ts';
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
  /** As it is called on the command line. */
  readonly word: string;
  readonly name: string;
  /** The word of a service that it stands before. */
  readonly before?: string;
  /** @param folder of its own, for its programs and its data. @param env what tests know of services that have started. */
  start(folder: string, env: Env): Promise<Running>;
  readonly tests: readonly string[];
}

const known = (variable: string, { url, stop }: Server): Running => ({ env: { [variable]: url }, stop });
const together = (variable: string, { place, stop }: RedisServers): Running => ({
  env: { [variable]: JSON.stringify(place) },
  stop,
});

const POSTGRES = 'AUTHCHART_TEST_POSTGRES';
const services: readonly Service[] = [
  {
    word: 'redis',
    name: 'Redis',
    start: async (folder) => known('AUTHCHART_TEST_REDIS', await startRedis(folder)),
    tests: ['test/stores/redis.test.ts'],
  },
  {
    word: 'postgres',
    name: 'PostgreSQL',
    start: async (folder) => known(POSTGRES, await startPostgres(folder)),
    tests: ['test/stores/postgres.test.ts', 'test/services/million.test.ts'],
  },
  { word: 'keyring', name: 'Keyring', start: startKeyring, tests: ['test/stores/keychain.test.ts'] },
  {
    word: 'cluster',
    name: 'Redis Cluster',
    start: async (folder) => together('AUTHCHART_TEST_REDIS_CLUSTER', await startCluster(folder)),
    tests: ['test/services/cluster.test.ts'],
  },
  {
    word: 'sentinel',
    name: 'Redis Sentinel',
    start: async (folder) => together('AUTHCHART_TEST_REDIS_SENTINEL', await startSentinel(folder)),
    tests: ['test/services/sentinel.test.ts'],
  },
  {
    word: 'pooler',
    name: 'PgBouncer',
    before: 'postgres',
    start: async (folder, env) =>
      known('AUTHCHART_TEST_POOLER', await startPooler(folder, env[POSTGRES] ?? '')),
    tests: ['test/services/pooler.test.ts'],
  },
  {
    // Its tests kill servers: each has its own.
    word: 'failover',
    name: 'Failovers',
    start: async (folder) => ({ env: { AUTHCHART_TEST_FAILOVER: folder }, stop: async () => {} }),
    tests: ['test/services/failover.test.ts'],
  },
  {
    word: 'chaos',
    name: 'Chaos',
    start: async () => ({ env: { AUTHCHART_TEST_CHAOS: 'here' }, stop: async () => {} }),
    tests: ['test/services/chaos.test.ts'],
  },
];
/** Of several services. */
const shared = ['test/services/races.test.ts', 'test/services/gateway.test.ts'];

/** What is tested: everything, or what was named. */
interface Choice {
  readonly services: readonly Service[];
  readonly tests: readonly string[];
  readonly isWhole: boolean;
}

/** @returns nothing when a word names no service. */
function choose(words: readonly string[]): Choice | undefined {
  if (words.some((word) => !services.some((one) => one.word === word))) return undefined;
  const isWhole = words.length === 0;
  const named = services.filter(({ word }) => isWhole || words.includes(word));
  const behind = new Set(named.map(({ before }) => before));
  const needed = services.filter((one) => named.includes(one) || behind.has(one.word));
  const tests = [...named.flatMap((one) => one.tests), ...shared];
  // Nothing is shared on servers that are killed, and nothing in a keyring.
  const isShared = named.some(({ word }) => !['failover', 'chaos', 'keyring'].includes(word));
  return { services: needed, tests: isShared ? tests : named.flatMap((one) => one.tests), isWhole };
}

/** Starts these, one after the other; `running` has those that are to be stopped. */
async function startAll(
  { services: these }: Choice,
  folder: string,
  running: Running[],
  stopping: AbortSignal,
): Promise<Env> {
  const env = (): Env => Object.assign({}, ...running.map((one) => one.env));
  for (const { name, word, start } of these) {
    stopping.throwIfAborted();
    console.info(`Starting ${name} …`);
    const started = openFolder(join(folder, word)).then((own) => start(own, env()));
    const one = await started.catch((error: unknown) => {
      throw new Error(`${name} could not be started. ${textOf(error)}`);
    });
    running.push(one);
  }
  return env();
}

/** What is secret lies deeper, in folders of the servers' own, which run as another user when this is root. */
async function openFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o711);
  return path;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @returns the exit code. */
async function test(
  choice: Choice,
  folder: string,
  running: Running[],
  stopping: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const env = await startAll(choice, folder, running, stopping).catch(async (error: unknown) => {
    stopping.throwIfAborted();
    await conclude(`services: NOT TESTED: ${textOf(error)}`, { ok: false });
    return undefined;
  });
  if (!env) return UNAVAILABLE;
  const { tests, isWhole } = choice;
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
  const { line, ok, figures } = report(found.data, tests, (performance.now() - started) / 1000, isWhole);
  await conclude(line, { ok: ok && isContent, node: process.version, ...figures });
  return ok && isContent ? 0 : 1;
}

async function conclude(line: string, rest: object): Promise<void> {
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, `${JSON.stringify({ line, ...rest }, null, 2)}\n`);
  console.info(line);
}

async function main(): Promise<number> {
  const choice = choose(process.argv.slice(2));
  if (!choice) {
    console.error(`There are these: ${services.map(({ word }) => word).join(', ')}.`);
    return 2;
  }
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
    return await test(choice, folder, running, stopping.signal);
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

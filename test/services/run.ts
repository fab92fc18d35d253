// The stores for gateways against a real Redis and a real PostgreSQL, which it starts for itself and stops again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Server, startPostgres, startRedis } from './servers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['test/stores/postgres.test.ts', 'test/stores/redis.test.ts'];

async function runTests(redis: Server, postgres: Server, signal: AbortSignal): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const env = {
    ...process.env,
    AUTHCHART_TEST_REDIS: redis.url,
    AUTHCHART_TEST_POSTGRES: postgres.url,
  };
  const child = spawn(process.execPath, [vitest, 'run', ...FILES], { cwd: ROOT, env, stdio: 'inherit' });
  const onAbort = (): boolean => child.kill();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const folder = await mkdtemp(join(tmpdir(), 'authchart-services-'));
  // What is secret in it lies in folders of the servers' own.
  await chmod(folder, 0o711);
  const servers: Server[] = [];
  try {
    console.info('Starting Redis …');
    const redis = await startRedis(folder);
    servers.push(redis);
    console.info('Starting PostgreSQL …');
    const postgres = await startPostgres(folder);
    servers.push(postgres);
    return await runTests(redis, postgres, interrupted.signal);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

// The example of a gateway, as a person runs it, on each server that replicas can share.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PRIMARY, type RedisPlace } from '../support/redisPlace.ts';
import { placeOf } from './places.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { AUTHCHART_TEST_POSTGRES: postgres, AUTHCHART_TEST_POOLER: pooler } = process.env;
const [cluster, sentinel] = [
  placeOf('AUTHCHART_TEST_REDIS_CLUSTER'),
  placeOf('AUTHCHART_TEST_REDIS_SENTINEL'),
];
const addresses = ({ nodes }: RedisPlace): string =>
  nodes.map(({ host, port }) => `${host}:${port}`).join(' ');

/** What a person sets for each. */
const homes: readonly (readonly [name: string, env: Readonly<Record<string, string>> | undefined])[] = [
  ['PostgreSQL', postgres ? { DATABASE_URL: postgres } : undefined],
  ['PgBouncer', pooler ? { DATABASE_URL: pooler, DATABASE_DIRECT_URL: postgres ?? '' } : undefined],
  [
    'Redis',
    process.env['AUTHCHART_TEST_REDIS'] ? { REDIS_URL: process.env['AUTHCHART_TEST_REDIS'] } : undefined,
  ],
  ['Redis Cluster', cluster && { REDIS_CLUSTER: addresses(cluster), REDIS_PASSWORD: cluster.password }],
  [
    'Redis Sentinel',
    sentinel && {
      REDIS_SENTINELS: addresses(sentinel),
      REDIS_SENTINEL_NAME: PRIMARY,
      REDIS_REPLICAS: '2',
      REDIS_PASSWORD: sentinel.password,
    },
  ],
];

for (const [name, home] of homes) {
  if (home === undefined)
    console.info(`Skipped: the example of a gateway on ${name}, because there is none.`);
  describe.skipIf(home === undefined)(`npm run example:gateway on ${name}`, () => {
    test('AUTHZ-10, TOK-5, A18: every claim of it holds', { timeout: 120_000 }, async () => {
      const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...home };
      const { stdout } = await run('npm', ['run', '--silent', 'example:gateway'], { cwd: ROOT, env });
      const claims = stdout.split('\n').filter((line) => /^[✓✗]/.test(line));
      expect(claims.length).toBeGreaterThan(6);
      expect(claims.filter((line) => line.startsWith('✗'))).toEqual([]);
    });
  });
}

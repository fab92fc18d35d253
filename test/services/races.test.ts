// The race for one rotating refresh token, on the homes of gateways: a real PostgreSQL and a real Redis (C03, C04).
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { migrate } from '../../stores/postgres.ts';
import type { Home } from '../races/orders.ts';
import { type Race, refreshTogether, startRace, takeOver } from '../races/race.ts';
import type {} from './figures.ts';

const postgresUrl = process.env['AUTHCHART_TEST_POSTGRES'] ?? '';
const redisUrl = process.env['AUTHCHART_TEST_REDIS'] ?? '';
const base = `authchart_${randomBytes(6).toString('hex')}`;
const [size, expiries] = [16, 50];

/** A server that holds the homes of races. */
interface Place {
  /** Its version. */
  open(): Promise<string>;
  /** A home of this name with nothing in it. */
  home(name: string): Promise<Home>;
  /** Leaves nothing there. */
  close(): Promise<void>;
}

describe.skipIf(isMissing('PostgreSQL', 'AUTHCHART_TEST_POSTGRES'))('on PostgreSQL', () => {
  const pool = new Pool({ connectionString: postgresUrl, max: 1 });
  suite('PostgreSQL', {
    async open() {
      await pool.query(`CREATE SCHEMA ${base}`);
      const { rows } = await pool.query('SHOW server_version');
      return String(rows[0]?.['server_version']).replace(/ .*/, '');
    },
    async home(name) {
      const table = `${base}.${name}`;
      await migrate({ pool, table });
      return { kind: 'postgres', url: postgresUrl, table };
    },
    async close() {
      await pool.query(`DROP SCHEMA ${base} CASCADE`);
      await pool.end();
    },
  });
});

describe.skipIf(isMissing('Redis', 'AUTHCHART_TEST_REDIS'))('on Redis', () => {
  const redis = new Redis(redisUrl, { lazyConnect: true });
  suite('Redis', {
    async open() {
      return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '';
    },
    async home(name) {
      return { kind: 'redis', url: redisUrl, prefix: `${base}:${name}:` };
    },
    async close() {
      for await (const names of redis.scanStream({ match: `${base}:*`, count: 1000 })) {
        if (names.length > 0) await redis.del(...names);
      }
      redis.disconnect();
    },
  });
});

function isMissing(name: string, variable: string): boolean {
  if (process.env[variable]) return false;
  console.info(`Skipped: the race on ${name}, because ${variable} does not name a server.`);
  return true;
}

function suite(name: string, place: Place): void {
  let server: string;
  let race: Race;
  let races = 0;
  beforeAll(async () => {
    server = `${name} ${await place.open()}`;
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    races += 1;
    race = await startRace(await place.home(`race${races}`));
  });
  afterEach(() => race.end());

  it('C03, TOK-5: many processes refresh once for each expiry', { timeout: 240_000 }, async ({ task }) => {
    const started = performance.now();
    await refreshTogether(race, { size, expiries }, (round) => {
      if (round % 10 === 0) console.info(`${name}: ${round} of ${expiries} expiries, ${size} processes`);
    });
    const { refreshes, reuses } = race.families;
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    task.meta.figures = { race: { server, processes: size, expiries, refreshes, reuses, seconds } };
  });

  it(
    'C04, TOK-5: a process that dies with the answer in its hands costs one login, and no family',
    {
      timeout: 60_000,
    },
    () => takeOver(race, 'after the answer came'),
  );
}

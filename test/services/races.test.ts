// The race for one rotating refresh token, on the homes of gateways: PostgreSQL, a pooler, Redis, Sentinel, a cluster (C03, C04).
import { randomBytes } from 'node:crypto';
import { type Cluster, Redis } from 'ioredis';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { migrate } from '../../stores/postgres.ts';
import type { Home } from '../races/orders.ts';
import { type Race, refreshTogether, startRace, takeOver } from '../races/race.ts';
import { connectRedis } from '../support/redisPlace.ts';
import type {} from './figures.ts';
import { placeOf } from './places.ts';

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

for (const [name, variable, direct] of [
  ['PostgreSQL', 'AUTHCHART_TEST_POSTGRES'],
  ['PgBouncer', 'AUTHCHART_TEST_POOLER', 'AUTHCHART_TEST_POSTGRES'],
] as const) {
  const [url = '', listenUrl] = [process.env[variable], direct && process.env[direct]];
  describe.skipIf(isMissing(name, variable))(`on ${name}`, () => {
    const schema = `${base}_${direct ? 'pooled' : 'direct'}`;
    const pool = new Pool({ connectionString: url, max: 1 });
    suite(name, {
      async open() {
        await pool.query(`CREATE SCHEMA ${schema}`);
        const { rows } = await pool.query('SHOW server_version');
        return String(rows[0]?.['server_version']).replace(/ .*/, '');
      },
      async home(of) {
        const table = `${schema}.${of}`;
        await migrate({ pool, table });
        return { kind: 'postgres', url, table, ...(listenUrl !== undefined && { direct: listenUrl }) };
      },
      async close() {
        await pool.query(`DROP SCHEMA ${schema} CASCADE`);
        await pool.end();
      },
    });
  });
}

describe.skipIf(isMissing('Redis', 'AUTHCHART_TEST_REDIS'))('on Redis', () => {
  const redis = new Redis(redisUrl, { lazyConnect: true });
  suite('Redis', {
    open: () => versionOf(redis),
    home: async (name) => ({ kind: 'redis', url: redisUrl, prefix: `${base}:${name}:` }),
    async close() {
      for await (const names of redis.scanStream({ match: `${base}:*`, count: 1000 })) {
        if (names.length > 0) await redis.del(...names);
      }
      redis.disconnect();
    },
  });
});

for (const [name, variable, replicas] of [
  ['Redis Cluster', 'AUTHCHART_TEST_REDIS_CLUSTER', 1],
  ['Redis Sentinel', 'AUTHCHART_TEST_REDIS_SENTINEL', 2],
] as const) {
  const place = placeOf(variable);
  describe.skipIf(isMissing(name, variable))(`on ${name}`, () => {
    let redis: Redis | Cluster;
    suite(name, {
      async open() {
        if (!place) throw new Error('There are no servers.');
        redis = await connectRedis(place);
        return versionOf(redis);
      },
      home: async (of) => {
        if (!place) throw new Error('There are no servers.');
        return { kind: 'redis servers', place, prefix: `${base}:${of}:`, replicas };
      },
      // What is left goes with the servers, which nobody else uses.
      close: async () => redis.disconnect(),
    });
  });
}

async function versionOf(redis: Redis | Cluster): Promise<string> {
  return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '';
}

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

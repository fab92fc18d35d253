// The store that all replicas share: PostgreSQL with DATABASE_URL, or Redis with REDIS_URL, REDIS_CLUSTER or REDIS_SENTINELS.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { AuthError, type Store } from '../../index.ts';
import { listenOn, migrate, postgresStore } from '../../stores/postgres.ts';
import { type RedisClient, type RedisOptions, redisStore } from '../../stores/redis.ts';

/** An open store. */
export interface SharedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** How long the database may take, in milliseconds. A request fails then, and the person is told to try again. */
const TIMEOUT = 5_000;

type Env = Readonly<Record<string, string | undefined>>;

/** Opens the store. @returns nothing when the environment names none. */
export async function sharedStore(env: Env): Promise<SharedStore | undefined> {
  const { DATABASE_URL: database, DATABASE_DIRECT_URL: direct, REDIS_URL: redis } = env;
  if (database) return inPostgres(database, direct || database);
  if (redis) return inRedis(redis);
  if (env['REDIS_CLUSTER']) return inCluster(env['REDIS_CLUSTER'], env);
  return env['REDIS_SENTINELS'] ? behindSentinel(env['REDIS_SENTINELS'], env) : undefined;
}

/** @param direct the same database without the pooler that may be before it: a pooler does not report changes. */
async function inPostgres(url: string, direct: string): Promise<SharedStore> {
  const pools = [url, direct].map((connectionString) => {
    const pool = new Pool({ connectionString, connectionTimeoutMillis: TIMEOUT, query_timeout: TIMEOUT });
    // A connection that breaks while nobody uses it: the pool opens another one. Without a listener the process would end.
    return pool.on('error', (error) => console.error(`A connection to PostgreSQL broke: ${codeOf(error)}`));
  }) as [Pool, Pool];
  const [pool, listening] = pools;
  await reachable(() => migrate({ pool }));
  return {
    store: postgresStore({ pool, listen: listenOn(listening) }),
    close: async () => void (await Promise.all(pools.map((one) => one.end()))),
  };
}

/** How long a replica that starts waits for the database, in milliseconds: it may start in the middle of an outage. */
const START = 60_000;

/** Does the work when the database can be reached. What is wrong meanwhile is said once. */
async function reachable(work: () => Promise<void>): Promise<void> {
  const until = Date.now() + START;
  for (let said = ''; ; await sleep(1_000)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AuthError) || Date.now() > until) throw error;
      if (error.message !== said) console.error(error.message);
      said = error.message;
    }
  }
}

async function inRedis(url: string): Promise<SharedStore> {
  const redis = new Redis(url, { commandTimeout: TIMEOUT });
  return shared(redis, redis.duplicate());
}

/** A write counts when all replicas of its master have it: a failover then loses no login. */
async function inCluster(addresses: string, env: Env): Promise<SharedStore> {
  const { REDIS_PASSWORD: password = '' } = env;
  const cluster = new Redis.Cluster(readAddresses(addresses), {
    redisOptions: { password, commandTimeout: TIMEOUT },
    // A failover takes as long as `cluster-node-timeout`, and a second or two.
    retryDelayOnFailover: 500,
    retryDelayOnClusterDown: 500,
    maxRedirections: 40,
  });
  return shared(cluster, cluster, { replicas: Number(env['REDIS_REPLICAS'] ?? 1) });
}

async function behindSentinel(addresses: string, env: Env): Promise<SharedStore> {
  const { REDIS_PASSWORD: password = '', REDIS_SENTINEL_NAME: name = 'mymaster' } = env;
  const redis = new Redis({ sentinels: readAddresses(addresses), name, password, commandTimeout: TIMEOUT });
  return shared(redis, redis.duplicate(), { replicas: Number(env['REDIS_REPLICAS'] ?? 1) });
}

interface Failing {
  on(event: 'error', listener: (error: Error) => void): unknown;
  disconnect(): void;
}

function shared(
  redis: RedisClient & Failing,
  subscriber: NonNullable<RedisOptions['subscriber']> & Failing,
  options: Pick<RedisOptions, 'replicas'> = {},
): SharedStore {
  for (const one of new Set<Failing>([redis, subscriber]))
    one.on('error', (error) => console.error(`A connection to Redis broke: ${codeOf(error)}`));
  return {
    store: redisStore({ redis, subscriber, ...options }),
    async close() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

/** Messages of drivers may hold what is secret; their codes do not. */
const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);

/** @param addresses of some nodes or sentinels, with blanks in between: `10.0.0.1:6379 10.0.0.2:6379`. */
function readAddresses(addresses: string): { host: string; port: number }[] {
  return addresses.split(' ').map((address) => {
    const { hostname, port } = new URL(`redis://${address}`);
    return { host: hostname, port: Number(port) };
  });
}

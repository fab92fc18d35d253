// The store that all replicas share: PostgreSQL with DATABASE_URL, or Redis with REDIS_URL.
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Store } from '../../index.ts';
import { listenOn, migrate, postgresStore } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';

/** An open store. */
export interface SharedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** How long the database may take, in milliseconds. A request fails then, and the person is told to try again. */
const TIMEOUT = 5_000;

/** Opens the store. @returns nothing when the environment names neither. */
export async function sharedStore(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SharedStore | undefined> {
  const { DATABASE_URL: database, REDIS_URL: redis } = env;
  if (database) return inPostgres(database);
  return redis ? inRedis(redis) : undefined;
}

async function inPostgres(connectionString: string): Promise<SharedStore> {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: TIMEOUT, query_timeout: TIMEOUT });
  // A connection that breaks while nobody uses it: the pool opens another one. Without a listener the process would end.
  pool.on('error', (error) => console.error(`A connection to PostgreSQL broke: ${codeOf(error)}`));
  await migrate({ pool });
  return { store: postgresStore({ pool, listen: listenOn(pool) }), close: () => pool.end() };
}

async function inRedis(url: string): Promise<SharedStore> {
  const redis = new Redis(url, { commandTimeout: TIMEOUT });
  const subscriber = redis.duplicate();
  for (const one of [redis, subscriber])
    one.on('error', (error) => console.error(`A connection to Redis broke: ${codeOf(error)}`));
  return {
    store: redisStore({ redis, subscriber }),
    async close() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

/** Messages of drivers may hold what is secret; their codes do not. */
const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);

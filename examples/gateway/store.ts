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

/** Opens the store. @returns nothing when the environment names neither. */
export async function sharedStore(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SharedStore | undefined> {
  const { DATABASE_URL: database, REDIS_URL: redis } = env;
  if (database) return inPostgres(database);
  return redis ? inRedis(redis) : undefined;
}

async function inPostgres(connectionString: string): Promise<SharedStore> {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  await migrate({ pool });
  return { store: postgresStore({ pool, listen: listenOn(pool) }), close: () => pool.end() };
}

async function inRedis(url: string): Promise<SharedStore> {
  const redis = new Redis(url, { commandTimeout: 5_000 });
  const subscriber = redis.duplicate();
  return {
    store: redisStore({ redis, subscriber }),
    async close() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

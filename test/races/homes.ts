// The home that the processes of a race share, as each of them opens it.
import { fileStore } from '../../adapters/node.ts';
import type { Store } from '../../index.ts';
import { listenOn, postgresStore } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';
import type { Home } from './orders.ts';

/** Connections of one process: one listens, and servers have a hundred for all. */
const CONNECTIONS = 3;

/** Drivers are loaded only where they are used: a process of a race starts often. */
export async function openHome(home: Home): Promise<Store> {
  switch (home.kind) {
    case 'file':
      return fileStore({ folder: home.folder });
    case 'postgres': {
      const { Pool } = await import('pg');
      const pool = new Pool({ connectionString: home.url, max: CONNECTIONS });
      return postgresStore({ pool, table: home.table, listen: listenOn(pool) });
    }
    case 'redis': {
      const { Redis } = await import('ioredis');
      const redis = new Redis(home.url);
      return redisStore({ redis, subscriber: redis.duplicate(), prefix: home.prefix });
    }
  }
}

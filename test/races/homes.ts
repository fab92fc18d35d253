// The home that the processes of a race share, as each of them opens it.
import { fileStore } from '../../adapters/node.ts';
import type { Store } from '../../index.ts';
import { listenOn, postgresStore } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';
import { connectRedis } from '../support/redisPlace.ts';
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
      const open = (connectionString: string) =>
        // What becomes of an idle connection is no error of anybody's.
        new Pool({ connectionString, max: CONNECTIONS }).on('error', () => {});
      const pool = open(home.url);
      const listen = listenOn(home.direct === undefined ? pool : open(home.direct));
      return postgresStore({ pool, table: home.table, listen });
    }
    case 'redis': {
      const { Redis } = await import('ioredis');
      const redis = new Redis(home.url);
      return redisStore({ redis, subscriber: redis.duplicate(), prefix: home.prefix });
    }
    case 'redis servers': {
      const redis = await connectRedis(home.place);
      const subscriber = 'nodes' in redis ? redis : redis.duplicate().on('error', () => {});
      return redisStore({ redis, subscriber, prefix: home.prefix, replicas: home.replicas });
    }
  }
}

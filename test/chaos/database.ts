// The database of a run of chaos: PostgreSQL or Redis, behind a relay. It can be paused, cut, and measured.
import { readdir, readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Store } from '../../index.ts';
import { migrate, postgresStore } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';
import { startPostgres, startRedis } from '../services/servers.ts';
import { type Relay, startRelay } from './relay.ts';

export const homes = ['postgres', 'redis'] as const;
export type Home = (typeof homes)[number];

export interface Database {
  /** For the replicas: through the relay. */
  readonly env: Readonly<Record<string, string>>;
  readonly relay: Relay;
  /** The same records, past the relay. */
  readonly store: Store;
  /** Stops all its processes, or lets them go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the connections of all clients. */
  cut(): Promise<void>;
  /** What the records take, in bytes. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

/** @param folder for its programs and its data. */
export async function startDatabase(home: Home, folder: string): Promise<Database> {
  const server = await (home === 'postgres' ? startPostgres : startRedis)(folder);
  const direct = new URL(server.url);
  const relay = await startRelay(Number(direct.port));
  const relayed = new URL(direct);
  relayed.port = String(relay.port);
  const { store, cut, bytes, close } = await (home === 'postgres' ? inPostgres : inRedis)(direct.href);
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    for (const pid of await familyOf(server.pid ?? 0)) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended meanwhile: backends do, when their client leaves.
      }
    }
  };
  return {
    env: {
      DATABASE_URL: '',
      REDIS_URL: '',
      [home === 'postgres' ? 'DATABASE_URL' : 'REDIS_URL']: relayed.href,
    },
    relay,
    store,
    cut,
    bytes,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async stop() {
      await signal('SIGCONT');
      relay.close();
      await close();
      await server.stop();
    },
  };
}

type Opened = Pick<Database, 'store' | 'cut' | 'bytes'> & { close(): Promise<unknown> };

async function inPostgres(url: string): Promise<Opened> {
  const pool = new Pool({ connectionString: url, max: 8 });
  pool.on('error', () => {});
  await migrate({ pool });
  return {
    store: postgresStore({ pool }),
    async cut() {
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()`,
      );
    },
    async bytes() {
      const { rows } = await pool.query(`SELECT pg_total_relation_size('authchart_records') AS bytes`);
      return Number(rows[0]?.['bytes']);
    },
    close: () => pool.end(),
  };
}

async function inRedis(url: string): Promise<Opened> {
  const redis = new Redis(url);
  redis.on('error', () => {});
  return {
    store: redisStore({ redis }),
    async cut() {
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    async bytes() {
      return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    },
    close: async () => redis.disconnect(),
  };
}

/** A process and its children: PostgreSQL has one for each connection. */
async function familyOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return [parent, ...pids.filter((_, index) => parents[index] === parent)];
}

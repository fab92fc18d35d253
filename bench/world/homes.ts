// The homes of gateways for the measurements: a PostgreSQL and a Redis of one's own, where their programs can be had.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { Store } from '../../index.ts';
import { areInstalled } from '../../test/services/debian.ts';
import { type Server, startPostgres, startRedis } from '../../test/services/servers.ts';

/** Their entries as they are built: what users get. */
export const { migrate, postgresStore, listenOn }: typeof import('../../stores/postgres.ts') = await import(
  new URL('../../dist/stores/postgres.js', import.meta.url).href
);
const { redisStore }: typeof import('../../stores/redis.ts') = await import(
  new URL('../../dist/stores/redis.js', import.meta.url).href
);

/** A server that runs. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** A home that is open. */
export interface OpenHome {
  readonly store: Store;
  close(): Promise<void>;
}

interface Kind {
  readonly programs: readonly string[];
  start(folder: string): Promise<Server>;
  /** As a gateway would, which hears of what others write. */
  open(url: string): Promise<OpenHome>;
}

const kinds = {
  PostgreSQL: {
    programs: ['initdb', 'postgres'],
    start: startPostgres,
    async open(connectionString) {
      const pool = new Pool({ connectionString, max: 8 });
      pool.on('error', () => {});
      await migrate({ pool });
      return { store: postgresStore({ pool, listen: listenOn(pool) }), close: () => pool.end() };
    },
  },
  Redis: {
    programs: ['redis-server'],
    start: startRedis,
    async open(url) {
      const redis = new Redis(url);
      const subscriber = redis.duplicate();
      for (const client of [redis, subscriber]) client.on('error', () => {});
      return {
        store: redisStore({ redis, subscriber }),
        close: async () => {
          for (const client of [redis, subscriber]) client.disconnect();
        },
      };
    },
  },
} satisfies Readonly<Record<string, Kind>>;

/** Those that can be had. */
export type HomeName = keyof typeof kinds;
export const homeNames: readonly HomeName[] = ['PostgreSQL', 'Redis'];

/**
 * Starts a server.
 * @param download whether its programs may be fetched from Debian where they are not installed.
 * @returns why it could not be had, as a text, where that is so.
 */
export async function startServer(name: HomeName, download: boolean): Promise<Running | string> {
  const { programs, start } = kinds[name];
  if (!download && !areInstalled(programs)) return `${programs.join(' and ')} of ${name} not installed`;
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    // A server runs as another user when this is root, and has to pass through.
    await chmod(folder, 0o711);
    const server = await start(folder);
    return {
      url: server.url,
      async stop() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    return `${name} could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Opens the home in a server that runs. */
export const openHome = (name: HomeName, { url }: Running): Promise<OpenHome> => kinds[name].open(url);

// Servers are replaced in mid-work: what is lost of what was reported as written, and whether a refresh token is sent twice (C03, C04).
import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { describe, expect, it, type TaskMeta } from 'vitest';
import { migrate } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';
import type { Crewman } from '../races/crew.ts';
import type { Home } from '../races/orders.ts';
import { DUE, type Race, startRace } from '../races/race.ts';
import { connectRedis } from '../support/redisPlace.ts';
import { type Failover, handedOver, hung, killed } from './failovers.ts';
import { startFarReplica } from './farReplica.ts';
import { startPooler } from './pooler.ts';
import { type RedisServers, startCluster, startSentinel } from './redisServers.ts';
import { startPostgres } from './servers.ts';
import { writeThrough } from './writers.ts';

const base = process.env['AUTHCHART_TEST_FAILOVER'] ?? '';
if (!base) console.info('Skipped: failovers, because AUTHCHART_TEST_FAILOVER names no folder for servers.');

const [writers, processes] = [8, 16];
const timeout = 400_000;
type Figure = NonNullable<NonNullable<TaskMeta['figures']>['failover']>;

/** How a home is guarded against losing writes. */
interface Guard {
  readonly name: string;
  readonly replicas: number;
  readonly settings: string;
}
const unguarded: Guard = { name: 'no guard', replicas: 0, settings: '' };
/** Each master of the cluster has one replica, the primary with Sentinel has two. */
const guarded: Guard = { name: 'replicas: 1', replicas: 1, settings: '' };
const allOfTwo: Guard = { name: 'replicas: 2, of 2', replicas: 2, settings: '' };
const oneOfTwo: Guard = { name: 'replicas: 1, of 2', replicas: 1, settings: '' };
/** Whether all replicas must have a write: then the one that takes over has it. */
const isSafe = ({ name }: Guard): boolean => name === guarded.name || name === allOfTwo.name;
const lagging: Guard = {
  name: 'min-replicas-to-write 1',
  replicas: 0,
  settings: 'min-replicas-to-write 1\nmin-replicas-max-lag 2',
};

/** With a folder of its own, through which the servers' user can pass. */
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(base, 'f'));
  await chmod(folder, 0o711);
  return folder;
}

const cluster = async ({ settings }: Guard) => startCluster(await newFolder(), 1, settings);
const sentinel = async ({ settings }: Guard) => startSentinel(await newFolder(), settings);
type Start = (guard: Guard) => Promise<RedisServers>;

async function writes(start: Start, failover: Failover, guard: Guard) {
  const servers = await start(guard);
  const clients = await Promise.all(Array.from({ length: writers + 1 }, () => connectRedis(servers.place)));
  try {
    const stores = clients.map((redis) => redisStore({ redis, replicas: guard.replicas }));
    const [after, ...rest] = stores;
    if (!after) throw new Error('Nobody reads.');
    return await writeThrough(rest, () => failover(servers), after);
  } finally {
    for (const client of clients) client.disconnect();
    await servers.stop();
  }
}

describe.skipIf(!base)('writes while a server is replaced', () => {
  const all: readonly (readonly [how: string, start: Start, failover: Failover, guard: Guard])[] = [
    ['Redis Cluster, CLUSTER FAILOVER', cluster, handedOver, unguarded],
    ['Redis Cluster, CLUSTER FAILOVER', cluster, handedOver, guarded],
    ['Redis Cluster, kill -9 of a master', cluster, killed, unguarded],
    ['Redis Cluster, kill -9 of a master', cluster, killed, lagging],
    ['Redis Cluster, kill -9 of a master', cluster, killed, guarded],
    ['Redis Cluster, a master hangs', cluster, hung, unguarded],
    ['Redis Cluster, a master hangs', cluster, hung, lagging],
    ['Redis Cluster, a master hangs', cluster, hung, guarded],
    ['Redis Sentinel, kill -9 of the primary', sentinel, killed, unguarded],
    ['Redis Sentinel, kill -9 of the primary', sentinel, killed, lagging],
    ['Redis Sentinel, kill -9 of the primary', sentinel, killed, oneOfTwo],
    ['Redis Sentinel, kill -9 of the primary', sentinel, killed, allOfTwo],
    ['Redis Sentinel, the primary hangs', sentinel, hung, unguarded],
    ['Redis Sentinel, the primary hangs', sentinel, hung, lagging],
    ['Redis Sentinel, the primary hangs', sentinel, hung, oneOfTwo],
    ['Redis Sentinel, the primary hangs', sentinel, hung, allOfTwo],
  ];
  const rows = all.map(([how, start, failover, guard]) => ({ how, start, failover, guard }));
  it.for(rows)('S04: $how, $guard.name', { timeout }, async ({ how, start, failover, guard }, { task }) => {
    const written = await writes(start, failover, guard);
    note(task.meta, { how, guard: guard.name, ...written });
    expect(written.acknowledged).toBeGreaterThan(1000);
    if (isSafe(guard)) expect(written.lost).toBe(0);
  });

  it.for([unguarded, guarded])(
    'S04: a machine is lost, 20 ms away, $name',
    { timeout },
    async (guard, { task }) => {
      const { primary, replica, lose, stop } = await startFarReplica(await newFolder(), 20);
      const open = (url: string) => new Redis(url, { maxRetriesPerRequest: 0 }).on('error', () => {});
      const clients = Array.from({ length: writers }, () => open(primary));
      const heir = open(replica);
      try {
        const stores = clients.map((redis) => redisStore({ redis, replicas: guard.replicas }));
        const written = await writeThrough(stores, lose, redisStore({ redis: heir }));
        const { acknowledged, lost, perSecond } = written;
        note(task.meta, {
          how: 'Redis, a machine is lost, 20 ms away',
          guard: guard.name,
          acknowledged,
          lost,
          perSecond,
        });
        if (isSafe(guard)) expect(lost).toBe(0);
        else expect(lost).toBeGreaterThan(0);
      } finally {
        for (const client of [...clients, heir]) client.disconnect();
        await stop();
      }
    },
  );
});

describe.skipIf(!base)('one rotating refresh token while servers are replaced', () => {
  const all: readonly (readonly [how: string, start: Start, failovers: readonly Failover[], guard: Guard])[] =
    [
      ['Redis Cluster', cluster, [killed, hung, handedOver, killed, hung, handedOver], guarded],
      ['Redis Cluster', cluster, [killed, hung, handedOver, killed, hung, handedOver], unguarded],
      ['Redis Sentinel', sentinel, [killed, hung, hung], allOfTwo],
      ['Redis Sentinel', sentinel, [killed, hung, hung], oneOfTwo],
      ['Redis Sentinel', sentinel, [killed, hung, hung], unguarded],
    ];
  const rows = all.map(([how, start, failovers, guard]) => ({ how, start, failovers, guard }));
  it.for(rows)(
    'C03, C04, TOK-5: $how, $guard.name',
    { timeout },
    async ({ how, start, failovers, guard }, { task }) => {
      const servers = await start(guard);
      const { place } = servers;
      const home = { kind: 'redis servers', place, prefix: 'race:', replicas: guard.replicas } as const;
      const events = failovers.map((failover) => () => failover(servers));
      try {
        const found = await refreshThrough(home, events);
        note(task.meta, { how, guard: guard.name, processes, failovers: failovers.length, ...found });
        expect(found.refreshes).toBeGreaterThanOrEqual(failovers.length);
        if (isSafe(guard)) expect(found).toMatchObject({ reuses: 0, logins: 1 });
      } finally {
        await servers.stop();
      }
    },
  );

  it('C03, C04, TOK-5: PostgreSQL crashes, and connections through a pooler are killed', { timeout }, async ({
    task,
  }) => {
    const postgres = await startPostgres(await newFolder());
    const pooler = await startPooler(await newFolder(), postgres.url);
    try {
      const pool = new Pool({ connectionString: postgres.url, max: 1 }).on('error', () => {});
      const table = 'race';
      await migrate({ pool, table });
      const kill = async (): Promise<void> => {
        for (let time = 0; time < 10; time += 1) {
          await pool.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'postgres'`,
          );
          await pause(100);
        }
      };
      const home = { kind: 'postgres', url: pooler.url, direct: postgres.url, table } as const;
      const events = [kill, postgres.crash, kill, postgres.crash];
      const found = await refreshThrough(home, events);
      await pool.end();
      const how = 'PostgreSQL behind PgBouncer, killed connections and crashes';
      note(task.meta, { how, guard: 'none needed', processes, failovers: events.length, ...found });
      expect(found).toMatchObject({ reuses: 0, logins: 1 });
    } finally {
      await pooler.stop();
      await postgres.stop();
    }
  });
});

/** All processes ask for a token again and again while it happens, and once more afterwards. */
async function refreshThrough(home: Home, events: readonly (() => Promise<void>)[]) {
  const race = await startRace(home);
  try {
    const crew = await Promise.all(Array.from({ length: processes }, () => race.join()));
    expect(await crew[0]?.tell({ do: 'login' })).toBe('ok');
    let round = 0;
    const everybody = async (): Promise<void> => {
      round += 1;
      await Promise.all(crew.map((one) => untilToken(one, round)));
    };
    await everybody();
    for (const event of events) {
      let isOver = false;
      const happening = event().finally(() => {
        isOver = true;
      });
      const asking = async (): Promise<void> => {
        do await everybody();
        while (!isOver);
      };
      await Promise.all([happening, asking()]);
    }
    await everybody();
    return figuresOf(race);
  } finally {
    await race.end();
  }
}

function figuresOf({ world, families }: Race) {
  const logins = world.requests('a', 'GET', '/authorize').length;
  return { refreshes: families.refreshes, reuses: families.reuses, logins };
}

/** Asks again while the home cannot answer, and logs in where that is what helps. */
async function untilToken(one: Crewman, round: number): Promise<void> {
  for (const start = performance.now(); ; await pause(100)) {
    const ended = await one.tell({ do: 'token', ahead: round * DUE });
    if (ended === 'ok') return;
    if (ended === 'interaction_required') await one.tell({ do: 'login' });
    // A login whose records a failover has lost is as one that somebody has ended.
    else expect(['store_failed', 'store_conflict', 'cancelled']).toContain(ended);
    expect(performance.now() - start).toBeLessThan(90_000);
  }
}

function note(meta: TaskMeta, failover: Figure): void {
  meta.figures = { failover };
  console.info(JSON.stringify(failover));
}

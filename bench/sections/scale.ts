// People log in at a steady rate while a million grants of others are in PostgreSQL, beside the same among a thousand.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Engine, Store } from '../../index.ts';
import { copySessions, grantOf } from '../../test/services/sessions.ts';
import { type Arrivals, arrivals } from '../arrivals.ts';
import { medianOf, Notes } from '../measure.ts';
import { engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';
import { listenOn, migrate, postgresStore, startServer } from '../world/homes.ts';

/** Grants of others where there are few. */
const FEW = 1_000;
/** Logins before it is measured, for each table. */
const WARM = 100;
/** Each table has so many stretches, in turn, so that what else the machine does falls on both. */
const TURNS = 3;

/** A gateway on one table. */
interface Gateway {
  readonly table: string;
  /** Of others, before anybody logs in. */
  readonly grants: number;
  readonly pool: Pool;
  readonly store: Store;
  readonly engine: Engine;
  readonly stretches: Stretch[];
}

/** One stretch of logins. */
interface Stretch {
  readonly arrivals: Arrivals;
  /** Reads of grants of others meanwhile, in milliseconds. */
  readonly reads: readonly number[];
  /** Of this process for each login, with one such read, in milliseconds. */
  readonly cpu: number;
}

/** Measures it. */
export async function scale(bench: Bench): Promise<Notes> {
  const notes = new Notes();
  const server = await startServer('PostgreSQL', true);
  if (typeof server === 'string') {
    notes.leftOut.push(server);
    return notes;
  }
  const pool = new Pool({ connectionString: server.url, max: 2 });
  pool.on('error', () => {});
  const gateways: Gateway[] = [];
  try {
    await bench.world.order({ do: 'reset' });
    const schema = `bench_${randomBytes(4).toString('hex')}`;
    await pool.query(`CREATE SCHEMA ${schema}`);
    for (const grants of [FEW, bench.size.grants]) {
      const table = `${schema}.among_${grants}`;
      gateways.push(await opened(bench, new Pool({ connectionString: server.url, max: 8 }), table, grants));
    }
    const scans = await scansOf(pool, schema);
    for (let turn = 0; turn < TURNS; turn += 1)
      for (const gateway of gateways) gateway.stretches.push(await stretch(bench, gateway, turn));
    await closed(gateways);
    tell(notes, bench.size, gateways);
    await look(notes, pool, gateways, scans, await scansOf(pool, schema));
  } finally {
    await closed(gateways);
    await pool.end();
    await server.stop();
  }
  return notes;
}

async function opened({ say, world }: Bench, pool: Pool, table: string, grants: number): Promise<Gateway> {
  pool.on('error', () => {});
  await migrate({ pool, table });
  await copySessions(pool, table, grants, (sent) => {
    if (sent % 100_000 === 0) say(`${sent} of ${grants} grants are written`);
  });
  // As the server does by itself, a little later.
  await pool.query(`VACUUM (ANALYZE) ${table}`);
  const store = postgresStore({ pool, table, listen: listenOn(pool) });
  const engine = engineFor(store);
  await arrivals(20, WARM / 20, (number) => loginOf(engine, world.resource, `warm-${number}`));
  return { table, grants, pool, store, engine, stretches: [] };
}

async function closed(gateways: readonly Gateway[]): Promise<void> {
  for (const { engine, pool } of gateways) {
    await engine.dispose();
    if (!pool.ended) await pool.end();
  }
}

const loginOf = (engine: Engine, resource: string, subject: string): Promise<unknown> =>
  engine.session({ resource, subject }).login();

async function stretch(
  { world, say, size: { rate, seconds } }: Bench,
  { engine, store, grants }: Gateway,
  turn: number,
): Promise<Stretch> {
  const reads: number[] = [];
  const used = process.cpuUsage();
  const found = await arrivals(rate, seconds / TURNS, async (number) => {
    const login = loginOf(engine, world.resource, `person-${turn}-${number}`);
    const [, other] = await Promise.all([login, readOther(store, grants, number)]);
    reads.push(other);
  });
  const { user, system } = process.cpuUsage(used);
  const { took, came } = found;
  say(`among ${grants}: ${took.length} of ${came} logged in, in ${Math.round(found.time / 1_000)} s`);
  for (const reason of found.reasons) say(reason);
  return { arrivals: found, reads, cpu: (user + system) / 1_000 / Math.max(1, took.length) };
}

/** @returns how long it takes to read the grant of somebody who was there before. */
async function readOther(store: Store, grants: number, number: number): Promise<number> {
  // Far from each other, so that each is in another page.
  const { key, text } = grantOf((number * 617_239 + 1) % grants);
  const began = performance.now();
  const found = await store.get(key);
  if (found?.text !== text) throw new Error('A grant that was there before was not read as it was written.');
  return performance.now() - began;
}

function tell(notes: Notes, { rate, seconds }: Bench['size'], gateways: readonly Gateway[]): void {
  const figure = (what: string, unit: string, of: (one: Stretch) => readonly number[]): void => {
    const values = gateways.map(({ grants, stretches }) => [
      `authchart, among ${grants.toLocaleString('en')}`,
      stretches.flatMap(of),
    ]);
    notes.figure(`${rate} people a second log in: ${what}`, unit, Object.fromEntries(values));
  };
  figure('logged in a second', 'a second', ({ arrivals: { took, time } }) => [(took.length / time) * 1_000]);
  figure('from coming to being logged in', 'ms', ({ arrivals: { took } }) => took);
  figure('under way at once, at most', 'logins', ({ arrivals: { atOnce } }) => [atOnce]);
  figure('CPU of the process for each', 'ms', ({ cpu }) => [cpu]);
  figure("a read of somebody else's grant meanwhile", 'ms', ({ reads }) => reads);
  for (const { grants, stretches } of gateways) {
    const all = stretches.map(({ arrivals: one }) => one);
    const lost = all.reduce((sum, { failed, turnedAway }) => sum + failed + turnedAway, 0);
    notes.check(`logins among ${grants} grants that failed or were turned away`, 'logins', lost, 0);
    const late = medianOf(all.map(({ time }) => time / ((seconds / TURNS) * 1_000)));
    notes.check(`time for all logins among ${grants} grants, times that in which they came`, '×', late, 1.1);
  }
}

/** How often each table was read whole, and by an index. */
type Scans = ReadonlyMap<string, { readonly whole: number; readonly byIndex: number }>;

async function scansOf(pool: Pool, schema: string): Promise<Scans> {
  // A connection that is idle tells what it did within ten seconds; one that ends, at once.
  await pause(11_000);
  const { rows } = await pool.query(
    'SELECT relname, seq_scan, idx_scan FROM pg_stat_user_tables WHERE schemaname = $1',
    [schema],
  );
  return new Map(
    rows.map((row) => [
      `${schema}.${row['relname']}`,
      { whole: Number(row['seq_scan']), byIndex: Number(row['idx_scan']) },
    ]),
  );
}

/** Sees what is in the tables afterwards, and what the server did for it. */
async function look(
  notes: Notes,
  pool: Pool,
  gateways: readonly Gateway[],
  before: Scans,
  after: Scans,
): Promise<void> {
  const byIndex: Record<string, readonly number[]> = {};
  for (const { table, grants, stretches } of gateways) {
    const logins = stretches.reduce((sum, { arrivals: { took } }) => sum + took.length, 0);
    const [then, now] = [before.get(table), after.get(table)];
    byIndex[`authchart, among ${grants.toLocaleString('en')}`] = [
      ((now?.byIndex ?? Number.NaN) - (then?.byIndex ?? Number.NaN)) / logins,
    ];
    notes.check(
      `reads of the whole table of ${grants} grants, by ${logins} logins`,
      'reads',
      (now?.whole ?? Number.NaN) - (then?.whole ?? Number.NaN),
      0,
    );
    const { rows } = await pool.query(`SELECT count(*) FILTER (WHERE key LIKE 'grant:%') AS grants,
      count(*) FILTER (WHERE key LIKE 'binding:%') AS bindings FROM ${table}`);
    for (const kind of ['grants', 'bindings']) {
      const missing = grants + WARM + logins - Number(rows[0]?.[kind]);
      notes.check(`${kind} that are missing afterwards, of ${grants + WARM + logins}`, 'records', missing, 0);
    }
  }
  notes.figure('rows and keys that are looked up by an index, for each login', 'lookups', byIndex);
}

// A million grants in a real PostgreSQL: whatever the store does with one of them, it finds by an index.
import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, postgresStore } from '../../stores/postgres.ts';
import { Records } from '../../stores/records.ts';
import { create } from '../stores/contract.ts';
import type {} from './figures.ts';
import { explaining } from './plans.ts';
import { bindingOf, copySessions, grantOf } from './sessions.ts';

const server = process.env['AUTHCHART_TEST_POSTGRES'];
if (!server) {
  console.info('Skipped: a million grants, because AUTHCHART_TEST_POSTGRES does not name a server.');
}

const GRANTS = 1_000_000;
const FEW = 1_000;
/** Pages of one read by an index: its first, its root, two levels, a leaf, and the row. */
const ONE_READ = 6;
/** Pages more, where versions of the row before were not cleaned up yet: what was explained and undone leaves some. */
const FORMER = 4;
/** Pages of one change: the read, the new row, and its place in two indexes, with room for pages that are split. */
const ONE_CHANGE = 60;

/** So many numbers below `most`, far from each other. */
const spread = (count: number, most: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index * 617_239 + 1) % most);

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
}

describe.skipIf(!server)('a million grants in PostgreSQL', () => {
  const schema = `authchart_${randomBytes(6).toString('hex')}`;
  const [many, few, written] = [`${schema}.many`, `${schema}.few`, `${schema}.written`];
  const primaryKey = 'many_pkey';
  let pool: Pool;
  let copySeconds: number;

  beforeAll(async () => {
    pool = new Pool({ connectionString: server, max: 2 });
    await pool.query(`CREATE SCHEMA ${schema}`);
    for (const table of [many, few, written]) await migrate({ pool, table });
    await copySessions(pool, few, FEW);
    const started = performance.now();
    await copySessions(pool, many, GRANTS, (sent) => {
      if (sent % (GRANTS / 10) === 0) console.info(`COPY: ${sent} of ${GRANTS} grants`);
    });
    copySeconds = Math.round((performance.now() - started) / 100) / 10;
    // As the server does by itself, a little later.
    for (const table of [many, few]) await pool.query(`VACUUM (ANALYZE) ${table}`);
  }, 900_000);
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await pool.end();
  });

  test('they came by COPY as the store would have written them', { timeout: 60_000 }, async ({ task }) => {
    const store = postgresStore({ pool, table: written });
    const numbers = spread(20, GRANTS);
    for (const { key, text } of numbers.flatMap((number) => [grantOf(number), bindingOf(number)]))
      await create(store, key, text);
    const columns = `encode(id, 'hex') AS id, key, body, length(version) AS version`;
    const { rows: theirs } = await pool.query(`SELECT ${columns} FROM ${written} ORDER BY id`);
    const { rows: copied } = await pool.query(
      `SELECT ${columns} FROM ${many} WHERE id IN (SELECT id FROM ${written}) ORDER BY id`,
    );
    expect(copied).toHaveLength(2 * numbers.length);
    expect(copied).toEqual(theirs);

    const setAside: string[] = [];
    const records = new Records(postgresStore({ pool, table: many }), (key) => setAside.push(key));
    for (const number of numbers) {
      const grant = await records.read(grantOf(number).key);
      expect(JSON.stringify(grant?.value)).toBe(grantOf(number).text);
      expect(await records.read(bindingOf(number).key)).toBeDefined();
    }
    expect(setAside).toEqual([]);

    const { rows } = await pool.query(`SELECT pg_table_size('${many}') AS table,
      pg_indexes_size('${many}') AS indexes, count(*) AS rows FROM ${many}`);
    const [tableBytes, indexBytes, count] = ['table', 'indexes', 'rows'].map((of) => Number(rows[0]?.[of]));
    expect(count).toBe(2 * GRANTS);
    task.meta.figures = {
      table: {
        grants: GRANTS,
        rows: 2 * GRANTS,
        tableBytes: tableBytes ?? 0,
        indexBytes: indexBytes ?? 0,
        copySeconds,
      },
    };
  });

  test('looking one up is one read by the primary key', async ({ task }) => {
    const watched = explaining(pool);
    const store = postgresStore({ pool: watched.client, table: many });
    const buffers: number[] = [];
    for (const number of spread(200, GRANTS)) {
      const { key, text } = grantOf(number);
      expect((await store.get(key))?.text).toBe(text);
      const [step, ...others] = watched.steps;
      expect(step).toMatchObject({ node: 'Index Scan', index: primaryKey, rows: 1 });
      expect(others).toEqual([]);
      expect(step?.buffers).toBeLessThanOrEqual(ONE_READ);
      buffers.push(step?.buffers ?? 0);
    }
    expect(await store.get(grantOf(GRANTS).key)).toBeUndefined();
    expect(watched.steps).toMatchObject([{ node: 'Index Scan', index: primaryKey, rows: 0 }]);
    const [median, most] = [medianOf(buffers), Math.max(...buffers)];
    task.meta.figures = { lookup: { lookups: buffers.length, node: 'Index Scan', median, most } };
  });

  test('writing, deleting and setting one aside touch one row, by the primary key', async ({ task }) => {
    const watched = explaining(pool);
    const store = postgresStore({ pool: watched.client, table: many });
    const statements: Record<string, number> = {};
    /** What it touched, and the rows that it found. */
    const found = (name: string): readonly unknown[] => {
      const [all, ...below] = watched.steps;
      expect(all?.node).toBe('ModifyTable');
      expect(all?.buffers).toBeLessThanOrEqual(ONE_CHANGE);
      statements[name] = all?.buffers ?? 0;
      const scans = below.filter(({ node }) => node.endsWith('Scan') && node !== 'CTE Scan');
      for (const scan of scans) expect(scan.buffers).toBeLessThanOrEqual(ONE_READ + FORMER);
      return scans.map(({ node, index, rows }) => [node, index, rows]);
    };
    const one = [['Index Scan', primaryKey, 1]];
    const none = [['Index Scan', primaryKey, 0]];
    const { key, text } = grantOf(271_828);
    const before = await store.get(key);
    const next = await store.put(key, text, before?.version);
    expect(next).toBeDefined();
    expect(found('swap')).toEqual(one);
    expect(await store.put(key, text, before?.version)).toBeUndefined();
    expect(found('lost swap')).toEqual(none);
    expect(await store.delete(key, next ?? '')).toBe(true);
    expect(found('delete')).toEqual(one);
    expect(await store.put(key, text, undefined)).toBeDefined();
    expect(found('create')).toEqual([]);
    expect(await store.put(key, text, undefined)).toBeUndefined();
    expect(found('lost create')).toEqual([]);
    await store.setAside(key, (await store.get(key))?.version ?? '');
    expect(found('set aside')).toEqual(one);
    expect(await store.get(key)).toBeUndefined();
    await create(store, key, text);
    task.meta.figures = { statements };
  });

  test('listing what one session is bound to reads the index of prefixes', async ({ task }) => {
    const watched = explaining(pool);
    const store = postgresStore({ pool: watched.client, table: many });
    const { key } = bindingOf(314_159);
    expect(await store.list(key.slice(0, key.lastIndexOf(',')))).toEqual([key]);
    expect(watched.steps.map(({ index }) => index)).toContain('many_prefix');
    expect(watched.steps.map(({ node }) => node).join()).not.toContain('Seq Scan');
    const [all] = watched.steps;
    expect(all?.buffers).toBeLessThanOrEqual(ONE_READ);
    task.meta.figures = { statements: { list: all?.buffers ?? 0 } };
  });

  test('and it takes about as long as among a thousand', { timeout: 120_000 }, async ({ task }) => {
    const homeOf = (table: string, grants: number) => {
      const times: number[] = [];
      return { store: postgresStore({ pool, table }), numbers: spread(2_000, grants), times };
    };
    const homes = [homeOf(few, FEW), homeOf(many, GRANTS)];
    // In turn, so that both meet the same weather.
    for (let turn = 0; turn < 2_000; turn += 1) {
      for (const { store, numbers, times } of homes) {
        const { key, text } = grantOf(numbers[turn] ?? 0);
        const started = performance.now();
        const found = await store.get(key);
        times.push(performance.now() - started);
        expect(found?.text).toBe(text);
      }
    }
    const rounded = (value: number): number => Math.round(1000 * value) / 1000;
    const [thousandMs = 0, millionMs = 0] = homes.map(({ times }) => rounded(medianOf(times)));
    // How long it takes is the machine's business: only told.
    task.meta.figures = { latency: { thousandMs, millionMs, ratio: rounded(millionMs / thousandMs) } };
  });
});

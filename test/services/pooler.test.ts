// The store in PostgreSQL behind a pooler in transaction mode, and connections that break in the middle of a change.
import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenOn, migrate, postgresStore } from '../../stores/postgres.ts';
import { changedContract } from '../stores/changed.ts';
import { create, storeContract } from '../stores/contract.ts';
import { tellUntilHeard, wordsOf } from '../stores/words.ts';

const { AUTHCHART_TEST_POOLER: pooler, AUTHCHART_TEST_POSTGRES: server } = process.env;
if (!pooler) console.info('Skipped: a pooler, because AUTHCHART_TEST_POOLER does not name one.');

describe.skipIf(!pooler)('PostgreSQL behind a pooler in transaction mode', () => {
  const schema = `authchart_${randomBytes(6).toString('hex')}`;
  let pool: Pool;
  let direct: Pool;
  let tables = 0;
  const fresh = async (): Promise<string> => {
    tables += 1;
    const table = `${schema}.t${tables}`;
    await migrate({ pool, table });
    return table;
  };
  const quiet = (connectionString: string | undefined, max: number): Pool =>
    new Pool({ connectionString, max }).on('error', () => {});

  beforeAll(async () => {
    pool = quiet(pooler, 20);
    direct = quiet(server, 5);
    await pool.query(`CREATE SCHEMA ${schema}`);
  });
  afterAll(async () => {
    await direct.query(`DROP SCHEMA ${schema} CASCADE`);
    await Promise.all([pool.end(), direct.end()]);
  });

  storeContract('postgresStore behind a pooler, listening directly', async () =>
    postgresStore({ pool, table: await fresh(), listen: listenOn(direct) }),
  );
  storeContract(
    'postgresStore behind a pooler, which passes no notification on',
    async () => postgresStore({ pool, table: await fresh() }),
    { watch: false },
  );
  changedContract('postgresStore behind a pooler', async () => {
    const table = await fresh();
    return [postgresStore({ pool, table, listen: listenOn(direct) }), postgresStore({ pool, table })];
  });

  test('many migrate at once', async () => {
    const table = `${schema}.many`;
    await Promise.all(Array.from({ length: 16 }, () => migrate({ pool, table })));
    await create(postgresStore({ pool, table }), 'a', 'text');
  });

  test('one who listens through the pooler knows that nothing is heard', { timeout: 60_000 }, async () => {
    const store = postgresStore({ pool, table: await fresh(), listen: listenOn(pool) });
    const told: string[] = [];
    const end = store.watch?.(
      'a',
      () => told.push('changed'),
      () => told.push('lost'),
    );
    await expect.poll(() => told).toEqual(['lost']);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    // It has listened by now, and was not believed.
    expect(told).toEqual(['lost']);
    end?.();
  });

  test('S04 a change whose connection is killed is done, once', { timeout: 120_000 }, async () => {
    const table = await fresh();
    const store = postgresStore({ pool, table, listen: listenOn(direct) });
    const words = wordsOf(store, 'watched');
    await tellUntilHeard(postgresStore({ pool, table }), 'watched', words);
    let version = await create(store, 'a', '0');
    let isOver = false;
    let killed = 0;
    const killing = (async () => {
      while (!isOver) {
        const { rowCount } = await direct.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()`,
        );
        killed += rowCount ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    let round = 0;
    while (round < 200 || killed <= 10) {
      round += 1;
      const next = await store.put('a', `${round}`, version);
      // One who is alone never loses a race, whatever the connections do.
      expect(next).toEqual(expect.any(String));
      version = next ?? '';
    }
    isOver = true;
    await killing;
    await expect.poll(() => store.get('a').catch(() => undefined)).toEqual({ version, text: `${round}` });
    words.reset();
    await tellUntilHeard(postgresStore({ pool, table }), 'watched', words);
    words.end();
  });
});

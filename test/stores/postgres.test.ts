// The store in PostgreSQL: in PGlite always, and in a real server when AUTHCHART_TEST_POSTGRES names one.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import {
  type Listen,
  listenOn,
  migrate,
  type PostgresClient,
  postgresSchema,
  postgresStore,
} from '../../stores/postgres.ts';
import type { Store } from '../../stores/store.ts';
import { changedContract } from './changed.ts';
import { create, storeContract } from './contract.ts';
import { tellUntilHeard, wordsOf } from './words.ts';

/** A server with the suite's own schema in it. */
interface World {
  readonly pool: PostgresClient;
  readonly listen: Listen;
  /** The name of a table that is not there yet. */
  readonly fresh: () => string;
}

const server = process.env['AUTHCHART_TEST_POSTGRES'];
if (!server) {
  console.info('Skipped: a real PostgreSQL, because AUTHCHART_TEST_POSTGRES does not name one.');
}

async function failureOf(operation: Promise<unknown>): Promise<AuthError> {
  const thrown = await operation.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AuthError)) throw new Error(`Expected an AuthError, got ${String(thrown)}.`);
  return thrown;
}

async function openStore({ pool, listen, fresh }: World): Promise<Store> {
  const table = fresh();
  await migrate({ pool, table });
  return postgresStore({ pool, table, listen });
}

const oddities = [
  `'; DROP TABLE "authchart_records"; --`,
  `"; DROP SCHEMA public CASCADE; --`,
  '%',
  '_',
  '$1',
  '$$',
  '\\',
  '\\u0061',
  `\\'`,
  '\u0000',
  '\u007f',
  '\ud83d',
  '\udd11',
];

describe('PGlite', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await PGlite.create();
  });
  afterAll(() => pglite.close());

  suite('PGlite', () => ({
    pool: pglite,
    listen: (channel, heard) => pglite.listen(channel, heard),
    fresh: () => `t${randomBytes(6).toString('hex')}`,
  }));

  test('a table is found under its default name', async () => {
    await migrate({ pool: pglite });
    await create(postgresStore({ pool: pglite }), 'a', 'text');
    const { rows } = await pglite.query('SELECT key, body FROM authchart_records');
    expect(rows).toEqual([{ key: 'a', body: 'text' }]);
  });
});

describe('a server that is not there', () => {
  test('S04 is a failure that says so, and nothing of the password', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    listener.close();
    await once(listener, 'close');
    const pool = new Pool({ connectionString: `postgres://me:hunter2@127.0.0.1:${port}/db` });
    const failed = await failureOf(postgresStore({ pool }).get('a'));
    expect(failed).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    expect(failed.message).toContain('ECONNREFUSED');
    expect(inspect(failed, { showHidden: true, depth: 9 })).not.toContain('hunter2');

    const deaf = postgresStore({ pool, listen: listenOn(pool) });
    deaf.watch?.('a', () => {})();
    await pool.end();
  });
});

describe('the name of a table', () => {
  const refused = ['', 'a"b', 'a;b', 'A', 'a b', '1a', 'a.b.c', '.a', 'a.', 'a\n', 'é', 'a'.repeat(31)];
  test.each(refused)('%j is refused before anything is sent', async (table) => {
    const pool: PostgresClient = { query: () => Promise.reject(new Error('Sent.')) };
    const invalid = expect.objectContaining({ code: 'config_invalid' });
    expect(() => postgresStore({ pool, table })).toThrow(invalid);
    expect(() => postgresSchema(table)).toThrow(invalid);
    expect((await failureOf(migrate({ pool, table }))).code).toBe('config_invalid');
  });

  test('may be a reserved word', () => {
    expect(postgresSchema('public.user')).toContain('CREATE TABLE IF NOT EXISTS "public"."user" (');
  });
});

describe.skipIf(!server)('a real PostgreSQL', () => {
  const schema = `authchart_${randomBytes(6).toString('hex')}`;
  const pools: Pool[] = [];
  const connect = (options: { options?: string; max?: number; user?: string; password?: string }): Pool => {
    const { user, password, ...others } = options;
    const url = new URL(server ?? '');
    if (user !== undefined) url.username = user;
    if (password !== undefined) url.password = password;
    const pool = new Pool({ connectionString: url.href, ...others });
    pools.push(pool);
    return pool;
  };
  let pool: Pool;
  beforeAll(async () => {
    pool = connect({ max: 20 });
    await pool.query(`CREATE SCHEMA ${schema}`);
  });
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`);
    await Promise.all(pools.map((one) => one.end()));
  });
  const fresh = (): string => `${schema}.t${randomBytes(6).toString('hex')}`;

  suite('PostgreSQL', () => ({ pool, listen: listenOn(pool), fresh }));

  describe('with serializable transactions', () => {
    let strict: Pool;
    beforeAll(() => {
      strict = connect({ max: 10, options: '-c default_transaction_isolation=serializable' });
    });
    suite('Serializable PostgreSQL', () => ({ pool: strict, listen: listenOn(strict), fresh }));
  });

  test('a connection that breaks while it listens, again and again: all are told, and hear again', async () => {
    const table = fresh();
    await migrate({ pool, table });
    const writer = postgresStore({ pool, table });
    const application = `authchart ${table}`;
    const listening = connect({ options: `-c application_name=${application.replace(/ /g, '\\ ')}` });
    const reader = postgresStore({ pool, table, listen: listenOn(listening) });
    const words = wordsOf(reader, 'a');
    await tellUntilHeard(writer, 'a', words);
    for (let time = 0; time < 3; time += 1) {
      words.reset();
      const { rowCount } = await pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
        [application],
      );
      expect(rowCount).toBe(1);
      await words.next;
      words.reset();
      await tellUntilHeard(writer, 'a', words);
    }
    words.end();
  });

  test('a role that may only use the tables can migrate when there is nothing to do', async () => {
    const table = fresh();
    const role = `${schema}_user`;
    const password = randomBytes(12).toString('hex');
    await migrate({ pool, table });
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    try {
      await pool.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      await pool.query(`GRANT SELECT ON ${table}, ${table}_schema TO ${role}`);
      const theirs = connect({ user: role, password });
      await migrate({ pool: theirs, table });
      const failed = await failureOf(postgresStore({ pool: theirs, table }).put('a', 'hunter2', undefined));
      expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
      expect(failed.message).toContain('(42501)');
      expect((await failureOf(migrate({ pool: theirs, table: fresh() }))).code).toBe('store_failed');
    } finally {
      await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

/** What holds in every PostgreSQL. */
function suite(name: string, world: () => World): void {
  storeContract(`postgresStore in ${name}`, () => openStore(world()));
  changedContract(`postgresStore in ${name}`, async () => {
    const { pool, listen, fresh } = world();
    const table = fresh();
    await migrate({ pool, table });
    return [postgresStore({ pool, table, listen }), postgresStore({ pool, table })];
  });

  describe('races', () => {
    test('S05 of 20 writers of one record exactly one wins each round', async () => {
      const store = await openStore(world());
      let version: string | undefined;
      for (let round = 0; round < 10; round += 1) {
        const writers = Array.from({ length: 20 }, (_, index) =>
          store.put('a', `${round}/${index}`, version),
        );
        const won = (await Promise.all(writers)).filter((one) => one !== undefined);
        expect(won).toHaveLength(1);
        version = won[0];
        expect((await store.get('a'))?.version).toBe(version);
      }
    });

    test('a writer elsewhere is heard of', async () => {
      const { pool, listen, fresh } = world();
      const table = fresh();
      await migrate({ pool, table });
      const words = wordsOf(postgresStore({ pool, table, listen }), 'a');
      await tellUntilHeard(postgresStore({ pool, table }), 'a', words);
      words.end();
    });

    test('without a way to listen it does not claim to tell', async () => {
      const { pool } = world();
      expect(postgresStore({ pool }).watch).toBeUndefined();
    });
  });

  describe('odd keys, texts, versions and prefixes', () => {
    test('are data and nothing else', async () => {
      const store = await openStore(world());
      for (const odd of oddities) await create(store, odd, `${odd} `);
      for (const odd of oddities) {
        const found = await store.get(odd);
        expect(found?.text).toBe(`${odd} `);
        expect(await store.put(odd, 'x', odd)).toBeUndefined();
        expect(await store.delete(odd, odd)).toBe(false);
        expect([...(await store.list(odd))].sort()).toEqual(
          oddities.filter((key) => key.startsWith(odd)).sort(),
        );
      }
      expect([...(await store.list(''))].sort()).toEqual([...oddities].sort());
    });

    test('keys are listed by prefixes shorter and longer than what the index holds', async () => {
      const store = await openStore(world());
      const long = 'é'.repeat(300);
      const keys = [`${long}a`, `${long}ab`, `${long}b`, 'key 🔑', 'key ~', 'kez'];
      for (const key of keys) await create(store, key, key);
      for (const prefix of ['é', long, `${long}a`, `${long}ab`, 'key ', 'key \ud83d', 'key ~', `${long}c`]) {
        const expected = keys.filter((key) => key.startsWith(prefix)).sort();
        expect([...(await store.list(prefix))].sort()).toEqual(expected);
      }
    });

    test('what is set aside is kept for a person to look at', async () => {
      const { pool, fresh } = world();
      const table = fresh();
      await migrate({ pool, table });
      const store = postgresStore({ pool, table });
      const version = await create(store, 'a', 'unreadable');
      await store.setAside('a', version);
      const { rows } = await pool.query(`SELECT key, version, body FROM ${table}_aside`);
      expect(rows).toEqual([{ key: 'a', version, body: 'unreadable' }]);
    });
  });

  describe('the schema', () => {
    test('is made once, by however many', async () => {
      const { pool, fresh } = world();
      const table = fresh();
      await Promise.all(Array.from({ length: 8 }, () => migrate({ pool, table })));
      const version = await create(postgresStore({ pool, table }), 'a', 'text');
      await migrate({ pool, table });
      await pool.query(postgresSchema(table));
      expect(await postgresStore({ pool, table }).get('a')).toEqual({ version, text: 'text' });
      expect((await pool.query(`SELECT version FROM ${table}_schema`)).rows).toEqual([{ version: 1 }]);
    });

    test('of a newer authchart is refused, and left alone', async () => {
      const { pool, fresh } = world();
      const table = fresh();
      await migrate({ pool, table });
      await pool.query(`INSERT INTO ${table}_schema VALUES (7)`);
      await pool.query(`DROP TABLE ${table}`);
      const failed = await failureOf(migrate({ pool, table }));
      expect(failed).toMatchObject({ code: 'record_newer', recovery: 'fix-config' });
      await pool.query(postgresSchema(table));
      expect((await failureOf(postgresStore({ pool, table }).get('a'))).code).toBe('store_failed');
    });
  });

  describe('failures', () => {
    test('tables that are missing: the advice is to migrate', async () => {
      const { pool, fresh } = world();
      const store = postgresStore({ pool, table: fresh() });
      const attempts = [
        store.get('a'),
        store.put('a', 'b', undefined),
        store.put('a', 'b', 'c'),
        store.delete('a', 'b'),
        store.list(''),
        store.setAside('a', 'b'),
      ];
      for (const failed of await Promise.all(attempts.map(failureOf))) {
        expect(failed).toMatchObject({ code: 'store_failed', recovery: 'fix-config', phase: 'storing' });
        expect(failed.message).toContain('(42P01): its tables are missing, run migrate');
      }
    });

    test('TOK-3 what the driver says of a row is not passed on', async () => {
      const { pool, fresh } = world();
      const table = fresh();
      await migrate({ pool, table });
      await pool.query(`ALTER TABLE ${table} ADD CHECK (body <> 'hunter2')`);
      const theirs = await pool
        .query(`INSERT INTO ${table} (id, key, version, body) VALUES ('', 'k', 'v', 'hunter2')`)
        .catch((error: unknown) => error);
      expect(inspect(theirs)).toContain('hunter2');

      const failed = await failureOf(postgresStore({ pool, table }).put('secret key', 'hunter2', undefined));
      expect(failed.message).toContain('(23514)');
      expect(failed.cause).toBeUndefined();
      expect(inspect(failed, { showHidden: true, depth: 9 })).not.toMatch(/hunter2|secret key/);
    });
  });
}

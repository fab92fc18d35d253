// Records in PostgreSQL, for gateways: one row each, every change one statement, told to others by NOTIFY.
import { randomUUID } from 'node:crypto';
import { implementation, object, optional, type Shape } from '../protocol/options.ts';
import { callback } from '../protocol/optionValues.ts';
import { type Advice, codeOf, guardedBy } from './driverFailures.ts';
import { keepAsking } from './keepAsking.ts';
import { digestOf, type Listen, Listening } from './listening.ts';
import { someName } from './options.ts';
import { pause } from './pause.ts';
import {
  DEFAULT_TABLE,
  INDEXED,
  migrateSchema,
  type Names,
  namesOf,
  type PostgresClient,
} from './postgresSchema.ts';
import { original, printable } from './printable.ts';
import type { Store } from './store.ts';

export type { Listen } from './listening.ts';
export { type PostgresClient, postgresSchema } from './postgresSchema.ts';

/** How `postgresStore` is set up. */
export interface PostgresOptions {
  /** The host's own client, with its own time limits and TLS: `pg.Pool`, PGlite. It is never closed here. */
  readonly pool: PostgresClient;
  /** `authchart_records` unless said otherwise; `schema.name` is allowed. */
  readonly table?: string;
  /**
   * How to hear of changes by other processes: `listenOn(pool)` with `pg`; with PGlite,
   * `(channel, heard) => pglite.listen(channel, heard)`. Without it, whoever waits looks now and then.
   */
  readonly listen?: Listen;
}

const postgresShape: Shape<PostgresOptions> = {
  pool: implementation({ query: callback }),
  table: optional(someName),
  listen: optional(callback),
};

/** What is used of `pg.Pool` in order to listen. */
export interface ListeningPool {
  connect(callback: (error: Error | undefined, client: ListeningClient | undefined) => void): void;
}

/** A connection of a pool, as far as listening needs it. */
export interface ListeningClient {
  query(text: string): Promise<unknown>;
  on(event: 'notification', listener: (message: Notification) => void): unknown;
  on(event: 'error' | 'end', listener: () => void): unknown;
  release(destroy: boolean): void;
}

/** What a connection that listens is told. */
export interface Notification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

const advice: Advice = {
  '42P01': ['its tables are missing, run migrate', 'fix-config'],
  '42703': ['its tables are not those of this version, run migrate', 'fix-config'],
  '3F000': ['its schema is missing, create it', 'fix-config'],
  '42501': ['give this role the right to use its tables', 'fix-config'],
  '28000': ['this role may not log in, check its settings', 'fix-config'],
  '28P01': ['the password was refused, check it', 'fix-config'],
  '3D000': ['the database does not exist, check its name', 'fix-config'],
  '25006': ['the server is read-only, connect to the primary', 'retry-later'],
  '53100': ['its disk is full, free some space', 'retry-later'],
  '53300': ['it has too many connections, try again', 'retry-later'],
};

const guarded = <T>(operation: () => Promise<T>): Promise<T> => guardedBy('PostgreSQL', advice, operation);

/**
 * A store in a table of PostgreSQL (11 or newer), shared by all processes that name the same one. Run `migrate`
 * before. Reading a record is one indexed read, however many there are; every change is one statement, so no
 * transaction is needed, and a connection pooler may stand in between. Records are stored as they are: encrypt the
 * disk, and give the table to this role alone. What is set aside is kept in `<table>_aside`.
 * @throws AuthError `config_invalid` for an option that cannot be used, as a table's name that is not allowed; operations fail with `store_failed`,
 * which holds nothing of what the driver said but its code.
 */
export function postgresStore(options: PostgresOptions): Store {
  object(postgresShape)(options, '');
  const { pool, table = DEFAULT_TABLE, listen } = options;
  const names = namesOf(table);
  const sql = statementsOf(names);
  const changes = listen && new Listening(names.channel, proven(pool, listen));
  const run = (text: string, values: string[]): ReturnType<PostgresClient['query']> =>
    guarded(() => untilSerialized(() => pool.query(text, values)));
  /** @returns whether it was done. */
  const change = async (text: string, digest: string, values: string[]): Promise<boolean> => {
    const all = [digest, names.channel, ...values];
    const { rows } = await guarded(() => untilConnected(() => untilSerialized(() => pool.query(text, all))));
    if (rows.length > 0) changes?.tell(digest);
    return rows.length > 0;
  };

  return {
    async get(key) {
      const { rows } = await run(sql.get, [digestOf(printable(key))]);
      const [row] = rows;
      return row && { version: String(row['version']), text: original(String(row['body'])) };
    },
    async put(key, text, expected) {
      const name = printable(key);
      const version = randomUUID();
      const values = [version, printable(text)];
      const isWritten =
        expected === undefined
          ? await change(sql.create, digestOf(name), [...values, name])
          : await change(sql.swap, digestOf(name), [...values, printable(expected)]);
      return isWritten ? version : undefined;
    },
    delete: (key, version) => change(sql.delete, digestOf(printable(key)), [printable(version)]),
    async list(prefix) {
      const { rows } = await run(sql.list, [printable(prefix)]);
      return rows.map((row) => original(String(row['key'])));
    },
    ...(changes && { watch: (key, changed, lost) => changes.add(digestOf(printable(key)), changed, lost) }),
    async setAside(key, version) {
      await change(sql.setAside, digestOf(printable(key)), [printable(version)]);
    },
  };
}

/**
 * Makes the tables of a `postgresStore`, or brings them up to date. Run it at every start: when there is nothing to
 * do, it only looks; and any number of processes may run it at once.
 * @throws AuthError `record_newer` when a newer authchart has made them, `store_failed`, `config_invalid`
 */
export async function migrate({
  pool,
  table = DEFAULT_TABLE,
}: Pick<PostgresOptions, 'pool' | 'table'>): Promise<void> {
  await guarded(() => untilSerialized(() => migrateSchema(pool, table)));
}

/**
 * Listens on a connection of a `pg.Pool`, which is taken while somebody watches and closed afterwards.
 * PgBouncer passes notifications on only in session mode: give a pool with a direct connection. Where nothing comes through,
 * whoever waits looks now and then, as without `listen`.
 */
export function listenOn(pool: ListeningPool): Listen {
  return async (channel, heard, lost) => {
    const client = await connect(pool);
    let state: 'starting' | 'listening' | 'over' = 'starting';
    let stopAsking = (): void => {};
    const isOver = (): boolean => state === 'over';
    const end = (): void => {
      if (!isOver()) client.release(true);
      state = 'over';
      stopAsking();
    };
    const onLoss = (): void => {
      const wasListening = state === 'listening';
      end();
      if (wasListening) lost();
    };
    client.on('error', onLoss);
    client.on('end', onLoss);
    client.on('notification', (message) => {
      if (message.channel === channel && !isOver()) heard(message.payload ?? '');
    });
    const listen = (): Promise<unknown> => client.query(`LISTEN "${channel}"`);
    try {
      await listen();
    } catch (error) {
      end();
      throw error;
    }
    // It may have ended while the answer came in.
    if (isOver()) throw new Error('The connection has ended.');
    state = 'listening';
    stopAsking = keepAsking(listen, onLoss);
    return end;
  };
}

/**
 * With the callback, which is called before anything else can happen to the connection: an error of one that nobody listens
 * to, even for a moment, ends the process. So the listener stays.
 */
function connect(pool: ListeningPool): Promise<ListeningClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      client?.on('error', () => {});
      if (client) resolve(client);
      else reject(error);
    });
  });
}

/** How long the first message may take, in milliseconds. */
const PROOF = 5000;

/** Listens once a message has come through: a pooler may take LISTEN, and pass nothing on. */
function proven(pool: PostgresClient, listen: Listen): Listen {
  return async (channel, heard, lost) => {
    const proof = randomUUID();
    const over = new AbortController();
    const end = await listen(
      channel,
      (message) => (message === proof ? over.abort() : heard(message)),
      () => {
        over.abort();
        lost();
      },
    );
    try {
      await pool.query('SELECT pg_notify($1, $2)', [channel, proof]);
      await pause(PROOF, over.signal);
      if (!over.signal.aborted) throw new Error('No notification came through.');
    } catch (error) {
      await end();
      throw error;
    }
    return end;
  };
}

/**
 * Every parameter is text, so that any driver can send it. A change that is sent twice, because the answer was lost, is
 * one that was done: a version that is there already is the one of the first sending. `$1` is the digest of the key, `$2` the channel.
 */
function statementsOf({ records, aside }: Names) {
  const id = `decode($1, 'hex')`;
  const told = `pg_notify($2, $1)`;
  return {
    get: `SELECT version, body FROM ${records} WHERE id = ${id}`,
    create: `INSERT INTO ${records} (id, version, body, key) VALUES (${id}, $3, $4, $5)
      ON CONFLICT (id) DO UPDATE SET version = excluded.version WHERE ${records}.version = excluded.version
      RETURNING ${told}`,
    swap: `UPDATE ${records} SET version = $3, body = $4, written_at = now()
      WHERE id = ${id} AND version IN ($5, $3) RETURNING ${told}`,
    delete: `DELETE FROM ${records} WHERE id = ${id} AND version = $3 RETURNING ${told}`,
    setAside: `WITH gone AS (DELETE FROM ${records} WHERE id = ${id} AND version = $3 RETURNING version, key, body)
      INSERT INTO ${aside} (version, key, body) SELECT version, key, body FROM gone RETURNING ${told}`,
    // By range, not by pattern: a key may hold anything. DEL comes after all that is printable.
    list: `SELECT key FROM ${records} WHERE left(key, ${INDEXED}) >= left($1, ${INDEXED})
      AND left(key, ${INDEXED}) <= left($1, ${INDEXED}) || chr(127) AND starts_with(key, $1)`,
  };
}

/** Runs of one statement before the server's refusal to serialize it is reported. */
const RUNS = 10;

/** A statement that lost a race under a stricter isolation than the default has changed nothing: run it again. */
async function untilSerialized<T>(statement: () => Promise<T>): Promise<T> {
  for (let left = RUNS - 1; ; left -= 1) {
    try {
      return await statement();
    } catch (error) {
      const code = codeOf(error);
      if (left === 0 || (code !== '40001' && code !== '40P01')) throw error;
    }
  }
}

/** How long a change is tried again whose connection broke, in milliseconds: as long as a server takes to start again. */
const RESTART = 5000;
/** The pauses in between, in milliseconds: each is twice as long as the one before. */
const [FIRST, LONGEST] = [50, 1000];

/**
 * A change is what must not be left in doubt: the tokens of a renewal are there only once. Reading fails at once.
 */
async function untilConnected<T>(change: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (let gap = FIRST; ; gap = Math.min(2 * gap, LONGEST)) {
    try {
      return await change();
    } catch (error) {
      if (!isBroken(error) || performance.now() - start > RESTART) throw error;
    }
    await pause(gap, new AbortController().signal);
  }
}

/** Of a connection: what the system, the server and a pooler say. `pg` says that one has ended without any code. */
function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return /^(?:57P0[123]|08...|ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code);
  return error instanceof Error && !('code' in error);
}

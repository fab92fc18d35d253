// The tables of the PostgreSQL home: their names, the statements that make them, and the migration.
import { refuse } from '../contract/errors.ts';
import { codeOf } from './driverFailures.ts';

/** A row by the names of its columns; every column that we ask for is text. */
type Row = Readonly<Record<string, unknown>>;

/** What is used of the host's driver: `pg.Pool`, PGlite, or anything with such a `query`. */
export interface PostgresClient {
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** The tables, quoted, and the channel of changes. */
export interface Names {
  readonly records: string;
  readonly aside: string;
  readonly schema: string;
  readonly prefixIndex: string;
  readonly channel: string;
}

/** The table, unless a host names another. */
export const DEFAULT_TABLE = 'authchart_records';

/** Characters of a key that the index for listing holds: a btree entry may have no more than 2704 bytes. */
export const INDEXED = 100;

/**
 * @param table `name` or `schema.name`. It cannot be a parameter of a statement: anything but small letters,
 * digits and `_`, or a part of more than 30 characters, is refused.
 * @throws AuthError `config_invalid`
 */
export function namesOf(table: string): Names {
  if (!/^(?:[a-z_][a-z0-9_]{0,29}\.)?[a-z_][a-z0-9_]{0,29}$/.test(table)) {
    const allowed = 'small letters, digits and _, at most 30 of them, after a schema and a dot if need be';
    refuse('config_invalid', 'configuring', `The name of the table for records must be ${allowed}.`);
  }
  const [name = '', ...schema] = table.split('.').reverse();
  const quoted = (of: string): string => [...schema, of].map((part) => `"${part}"`).join('.');
  return {
    records: quoted(name),
    aside: quoted(`${name}_aside`),
    schema: quoted(`${name}_schema`),
    prefixIndex: `"${name}_prefix"`,
    channel: table.replace('.', '_'),
  };
}

/** What each version adds to the one before. A version that was shipped is never edited. */
const versions: readonly ((names: Names) => string)[] = [
  // The key itself is too long for an index, so its SHA-256 is the primary key. Everything else is printable
  // ASCII, in byte order, whatever the encoding and the collation of the database.
  ({ records, aside, prefixIndex }) => `
    CREATE TABLE IF NOT EXISTS ${records} (
      id bytea PRIMARY KEY,
      key text COLLATE "C" NOT NULL,
      version text NOT NULL,
      body text NOT NULL,
      written_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX IF NOT EXISTS ${prefixIndex} ON ${records} (left(key, ${INDEXED}));
    CREATE TABLE IF NOT EXISTS ${aside} (
      version text PRIMARY KEY,
      key text COLLATE "C" NOT NULL,
      body text NOT NULL,
      set_aside_at timestamptz NOT NULL DEFAULT now()
    );`,
];

/** One for all tables of ours, so that two names of one table do not pass each other. "auth" in ASCII. */
const LOCK = 0x61757468;

/**
 * The schema as one statement, for those who run their migrations themselves. It may be run again, and by many
 * at once; it brings an older schema up to date and leaves a newer one alone.
 * @throws AuthError `config_invalid` for a name that is not allowed
 */
export function postgresSchema(table: string = DEFAULT_TABLE): string {
  const names = namesOf(table);
  const steps = versions.map(
    (statements, index) => `
  IF at < ${index + 1} THEN${statements(names)}
    INSERT INTO ${names.schema} VALUES (${index + 1}) ON CONFLICT DO NOTHING;
  END IF;`,
  );
  return `DO $authchart$
DECLARE at integer;
BEGIN
  PERFORM pg_advisory_xact_lock(${LOCK});
  CREATE TABLE IF NOT EXISTS ${names.schema} (version integer PRIMARY KEY);
  SELECT coalesce(max(version), 0) INTO at FROM ${names.schema};${steps.join('')}
END
$authchart$;
`;
}

/**
 * Makes the tables, or brings them up to date; looks only when they are. Any number of processes may do so at once.
 * @throws AuthError `record_newer` when a newer authchart has made them
 */
export async function migrateSchema(pool: PostgresClient, table: string): Promise<void> {
  const { schema } = namesOf(table);
  const before = await versionOf(pool, schema);
  // Not before it is needed: an application may lack the right to make tables.
  if (before < versions.length) await pool.query(postgresSchema(table));
  if (Math.max(before, await versionOf(pool, schema)) > versions.length) {
    const what = 'The tables for records were made by a newer version of authchart';
    refuse('record_newer', 'storing', `${what}; update this one, they were left alone.`);
  }
}

async function versionOf(pool: PostgresClient, schema: string): Promise<number> {
  try {
    const { rows } = await pool.query(`SELECT max(version)::text AS version FROM ${schema}`, []);
    return Number(rows[0]?.['version'] ?? 0);
  } catch (error) {
    if (codeOf(error) === '42P01') return 0;
    throw error;
  }
}

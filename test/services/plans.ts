// What PostgreSQL does for each statement that the store sends: the steps of its plan, and the pages that it reads.
import type { Pool } from 'pg';
import * as z from 'zod/mini';
import type { PostgresClient } from '../../stores/postgresSchema.ts';

/** One step of a plan, as it was done. */
interface Step {
  readonly node: string;
  readonly index: string | undefined;
  readonly rows: number;
  /** Pages that it took from the cache or read, with those of the steps below it. */
  readonly buffers: number;
}

const node = z.object({
  'Node Type': z.string(),
  'Index Name': z.optional(z.string()),
  'Actual Rows': z.number(),
  'Shared Hit Blocks': z.number(),
  'Shared Read Blocks': z.number(),
  get Plans() {
    return z.optional(z.array(node));
  },
});
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })]);

/** The client, and the plan of the last statement, outermost step first. */
interface Watched {
  readonly client: PostgresClient;
  steps: readonly Step[];
}

/** A client that has each statement explained, and undone, before it runs it. */
export function explaining(pool: Pool): Watched {
  const watched: Watched = {
    steps: [],
    client: {
      async query(text, values) {
        watched.steps = await stepsOf(pool, text, values);
        return pool.query(text, values);
      },
    },
  };
  return watched;
}

async function stepsOf(pool: Pool, text: string, values: string[] = []): Promise<readonly Step[]> {
  const connection = await pool.connect();
  try {
    // What is explained is done as well.
    await connection.query('BEGIN');
    const { rows } = await connection.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
    await connection.query('ROLLBACK');
    const [{ 'QUERY PLAN': plans }] = explained.parse(rows);
    return flat(plans[0].Plan);
  } finally {
    connection.release();
  }
}

function flat(one: z.infer<typeof node>): readonly Step[] {
  const step = {
    node: one['Node Type'],
    index: one['Index Name'],
    rows: one['Actual Rows'],
    buffers: one['Shared Hit Blocks'] + one['Shared Read Blocks'],
  };
  return [step, ...(one.Plans ?? []).flatMap(flat)];
}

// What tests of services find out besides passing, as they leave it with their results for the report.
import * as z from 'zod/mini';

const count = z.number();
const seconds = z.number();
const milliseconds = z.number();

const figures = z.object({
  /** A million grants in PostgreSQL, and how long their COPY took. */
  table: z.optional(
    z.object({ grants: count, rows: count, tableBytes: count, indexBytes: count, copySeconds: seconds }),
  ),
  /** What each lookup did, and pages that it touched. */
  lookup: z.optional(z.object({ lookups: count, node: z.string(), median: count, most: count })),
  /** Pages that other statements touched, by name. */
  statements: z.optional(z.record(z.string(), count)),
  /** Median times of one lookup among a thousand grants, and among a million. */
  latency: z.optional(z.object({ thousandMs: milliseconds, millionMs: milliseconds, ratio: z.number() })),
  race: z.optional(
    z.object({
      /** Its name and version. */
      server: z.string(),
      processes: count,
      expiries: count,
      refreshes: count,
      reuses: count,
      seconds,
    }),
  ),
  /** A server was replaced by another one in mid-work. */
  failover: z.optional(
    z.object({
      /** Of what, and how. */
      how: z.string(),
      /** What was done against losing writes. */
      guard: z.string(),
      /** Writes that were reported as done, and those of them that were gone afterwards. */
      acknowledged: z.optional(count),
      lost: z.optional(count),
      /** Writes that failed, and the longest time in which none was done. */
      failed: z.optional(count),
      longestMs: z.optional(milliseconds),
      /** Writes in a second before. */
      perSecond: z.optional(z.number()),
      /** Of one rotating token. */
      processes: z.optional(count),
      failovers: z.optional(count),
      refreshes: z.optional(count),
      reuses: z.optional(count),
      logins: z.optional(count),
    }),
  ),
});
export type Figures = z.infer<typeof figures>;

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** What Vitest writes as JSON, as far as it is used. */
export const results = z.object({
  success: z.boolean(),
  numPassedTests: count,
  numFailedTests: count,
  numPendingTests: count,
  testResults: z.array(
    z.object({
      /** The path of the file. */
      name: z.string(),
      assertionResults: z.array(z.object({ meta: z.object({ figures: z.optional(figures) }) })),
    }),
  ),
});
export type Results = z.infer<typeof results>;

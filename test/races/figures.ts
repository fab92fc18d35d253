// What races find out besides passing, as they leave it with their results for the report.
import * as z from 'zod/mini';

const count = z.number();

/** One login that several processes asked for at nearly the same time. */
const started = z.object({
  by: z.enum(['library', 'command']),
  processes: count,
  /** Pages that were opened in front of the person. */
  pages: count,
  /** Processes that were logged in at the end. */
  loggedIn: count,
});
export type Started = z.infer<typeof started>;

/** One rotating refresh token, and how often it was renewed, and sent again after it had been spent. */
const renewed = z.object({ processes: count, expiries: count, refreshes: count, reuses: count });

declare module 'vitest' {
  interface TaskMeta {
    started?: Started;
    renewed?: z.infer<typeof renewed>;
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
      assertionResults: z.array(
        z.object({ meta: z.object({ started: z.optional(started), renewed: z.optional(renewed) }) }),
      ),
    }),
  ),
});
export type Results = z.infer<typeof results>;

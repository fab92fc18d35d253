// A process of the pool: takes one job after the other.
import { type Job, perform } from './jobs.ts';

// Failures are half of what happens here, and their stacks would take a tenth of the time. What goes wrong tells its story.
Error.stackTraceLimit = 1;

process.on('message', (job: Job) => {
  perform(job).then(
    (result) => process.send?.(result),
    (thrown: unknown) =>
      process.send?.({ violation: String(thrown instanceof Error ? thrown.stack : thrown) }),
  );
});

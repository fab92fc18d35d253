// A process of the pool: takes one job after the other.
import { type Job, perform } from './jobs.ts';

process.on('message', (job: Job) => {
  perform(job).then(
    (result) => process.send?.(result),
    (thrown: unknown) =>
      process.send?.({ violation: String(thrown instanceof Error ? thrown.stack : thrown) }),
  );
});

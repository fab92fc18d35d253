// Does jobs in several processes at once, as many as there are cores.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Job, Result } from './jobs.ts';

/** Longest time for one job, in milliseconds. */
const JOB_TIMEOUT = 40 * 60_000;

/** @param onDone told of each result, as it comes, with the seconds that it took. */
export async function doAll(
  jobs: readonly Job[],
  onDone: (job: Job, result: Result, seconds: number) => void,
): Promise<void> {
  const queue = [...jobs];
  const program = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const workers = Math.min(availableParallelism(), queue.length);
  const work = async (): Promise<void> => {
    const worker = fork(program, {
      // Half a million charts are made and dropped: room for the young spares their collection.
      execArgv: ['--max-semi-space-size=64', '--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    try {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const started = performance.now();
        onDone(job, await ask(worker, job), Math.round((performance.now() - started) / 100) / 10);
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function ask(worker: ChildProcess, job: Job): Promise<Result> {
  const answer = new AbortController();
  const signal = AbortSignal.any([answer.signal, AbortSignal.timeout(JOB_TIMEOUT)]);
  const gone = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`The process of "${job.kind}" ended with ${code}`);
  });
  const answered = once(worker, 'message', { signal }).then(([result]) => result as Result);
  gone.catch(() => {});
  worker.send(job);
  try {
    return await Promise.race([answered, gone]);
  } finally {
    answer.abort();
  }
}

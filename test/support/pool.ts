// Does jobs in several processes at once, as many as there are cores.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** Longest time for one job, in milliseconds. */
const JOB_TIMEOUT = 40 * 60_000;

/**
 * @param program path of what each process runs: it answers each message that it gets by one.
 * @param onDone told of each result, as it comes, with the seconds that it took.
 */
export async function doAll<Job extends object, Result>(
  program: string,
  jobs: readonly Job[],
  onDone: (job: Job, result: Result, seconds: number) => void,
): Promise<void> {
  const queue = [...jobs];
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
        onDone(job, await ask<Result>(worker, job), Math.round((performance.now() - started) / 100) / 10);
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function ask<Result>(worker: ChildProcess, job: object): Promise<Result> {
  const answer = new AbortController();
  const signal = AbortSignal.any([answer.signal, AbortSignal.timeout(JOB_TIMEOUT)]);
  const gone = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`The process of ${JSON.stringify(job)} ended with ${code}`);
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

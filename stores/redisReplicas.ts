// Writes to Redis that count once replicas have them: a failover then loses nothing that was reported as written.
import { refuse } from '../contract/errors.ts';
import { codeOf } from './driverFailures.ts';
import { pause } from './pause.ts';
import type { RedisClient } from './redisClient.ts';

/** How long replicas have, in milliseconds: they are behind by less than one where all is well. */
const PATIENCE = 1000;
/** Runs of one change whose answer was lost, or which was sent to a node that does not hold its key any more. */
const RUNS = 12;
/** The pauses between runs, in milliseconds: each is twice as long as the one before. Together some 8 seconds. */
const FIRST = 20;
const LONGEST = 1000;

/** Answers that pass when a failover is over. */
const passing: Readonly<Record<string, true>> = {
  MOVED: true,
  ASK: true,
  TRYAGAIN: true,
  CLUSTERDOWN: true,
  READONLY: true,
  UNBLOCKED: true,
  LOADING: true,
  NOREPLICAS: true,
  MASTERDOWN: true,
};

/** A script with its keys and arguments, as `eval` takes them. */
export type Change = readonly [script: string, numberOfKeys: number, key: string, ...rest: string[]];

/**
 * Runs a change, and waits until so many replicas have it.
 * @returns whether it was done.
 * @throws AuthError `store_failed` where it was done, and too few replicas have it.
 */
export async function changeWithReplicas(
  redis: RedisClient,
  change: Change,
  replicas: number,
): Promise<boolean> {
  let gap = FIRST;
  for (let left = RUNS - 1; ; left -= 1) {
    const { done, confirmed, failed } = await runOnce(redis, change, replicas);
    if (!failed) {
      if (done && confirmed < replicas) refuseUnconfirmed(confirmed, replicas);
      // Of the last run alone: what was done on a primary that was replaced meanwhile is gone with it.
      return done;
    }
    if (left === 0 || !isPassing(failed)) throw failed;
    await pause(gap, new AbortController().signal);
    gap = Math.min(2 * gap, LONGEST);
    // One command alone follows a key to where it is now, and the client remembers that; several together do not.
    await redis.hmget(change[2], 'version').catch(() => undefined);
  }
}

interface Run {
  readonly done: boolean;
  readonly confirmed: number;
  readonly failed: Error | undefined;
}

/** Both on one connection: WAIT is about what was written on its own, and another one would confirm nothing. */
async function runOnce(redis: RedisClient, change: Change, replicas: number): Promise<Run> {
  const commands = [
    ['eval', ...change.map(String)],
    ['wait', String(replicas), String(PATIENCE)],
  ];
  const answers = (await redis.pipeline?.(commands).exec()) ?? [];
  const [[changeFailed, done], [waitFailed, confirmed]] = [answers[0] ?? [null, 0], answers[1] ?? [null, 0]];
  // Nothing was written: nothing has to be confirmed.
  const failed = changeFailed ?? (done === 1 ? waitFailed : undefined) ?? undefined;
  return { done: !changeFailed && done === 1, confirmed: Number(confirmed), failed };
}

/** A lost connection has no word of Redis. */
function isPassing(error: Error): boolean {
  const said = /^[A-Z]+(?= )/.exec(error.message)?.[0];
  return said === undefined || codeOf(error, passing) !== undefined;
}

function refuseUnconfirmed(confirmed: number, replicas: number): never {
  const have = `${confirmed} of ${replicas} replicas have it after ${PATIENCE / 1000} second`;
  refuse(
    'store_failed',
    'storing',
    `A record was written to Redis, but ${have}: see that its replicas are connected, and try again.`,
    { recovery: 'retry-later' },
  );
}

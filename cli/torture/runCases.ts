// Plays cases against a client, a few at once, and says what became of each.
import type { TestRequest } from '../../adapters/testing/record.ts';
import { Fault } from './case.ts';
import type { NamedCase } from './cases.ts';
import { isInside } from './network.ts';
import { atMost } from './plays.ts';
import { Stage } from './stage.ts';

/** What became of a case. */
export interface Outcome {
  readonly case: NamedCase;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped, in a sentence or two. It holds no secret. */
  readonly reason: string | undefined;
  /** All that was sent, with the names of secrets in their place. */
  readonly requests: readonly TestRequest[];
  /** How many requests there were when each process began, and how it ended. */
  readonly processes: readonly { readonly after: number; readonly end: string }[];
  /** What was said of the origins in this world. */
  readonly origins: Readonly<Record<string, string>>;
}

/** How cases are run. */
export interface RunCasesOptions {
  readonly command: readonly string[];
  /** How long a process of the client may take, in milliseconds. */
  readonly timeout: number;
  /** How many cases are played at once. */
  readonly workers: number;
  /** Whether the client keeps its login when its process ends. Default: it is tried. */
  readonly keepsLogin?: boolean;
  /** Given when the run is cancelled: nothing more is played. */
  readonly signal?: AbortSignal;
  /** Called with each outcome as it is known. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** @returns what became of each, in the order of the cases. */
export async function runCases(
  cases: readonly NamedCase[],
  options: RunCasesOptions,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const memory = once(async () => options.keepsLogin ?? keepsLogin(options));
  const open = [...cases];
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const outcome = await outcomeOf(next, options, memory);
      if (options.signal?.aborted) return;
      outcomes.set(next.id, outcome);
      options.onOutcome?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return cases.flatMap(({ id }) => outcomes.get(id) ?? []);
}

async function outcomeOf(
  one: NamedCase,
  options: RunCasesOptions,
  memory: () => Promise<boolean>,
): Promise<Outcome> {
  const nothing = { case: one, requests: [], processes: [], origins: {} };
  if (one.needs === 'network' && !isInside())
    return {
      ...nothing,
      result: 'skipped',
      reason: 'It needs a network of its own: Linux, with unshare and ip.',
    };
  if (one.needs === 'memory' && !(await memory()))
    return { ...nothing, result: 'skipped', reason: 'The client keeps no login when its process ends.' };
  const stage = await Stage.open({
    ...options,
    timeout: Math.max(options.timeout, one.patience ?? 0),
    world: one.world,
  });
  try {
    const reason = await faultOf(one, stage);
    return {
      case: one,
      result: reason === undefined ? 'passed' : 'failed',
      reason,
      requests: stage.world.requests,
      processes: stage.runs.map(({ after, ended }) => ({ after, end: endOf(ended) })),
      origins: originsOf(stage),
    };
  } finally {
    await stage.close();
  }
}

async function faultOf(one: NamedCase, stage: Stage): Promise<string | undefined> {
  try {
    await one.play(stage);
    stage.judge();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.message;
    // What the expectations of a world throw. Anything else is a fault of the suite, and has to be seen.
    if (thrown instanceof Error && thrown.constructor === Error) return thrown.message;
    throw thrown;
  }
}

function endOf(ended: Awaited<ReturnType<Stage['run']>> | undefined): string {
  if (ended === undefined) return 'still running';
  if (ended.killed === 'late') return 'killed: it took too long';
  if (ended.killed === 'quiet') return 'ended: it was waiting';
  return ended.killed === 'play' ? 'killed by this case' : `exit code ${ended.code}`;
}

const originsOf = ({ world }: Stage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...new Set(world.requests.map(({ to }) => to))]
      .filter((to) => to !== 'elsewhere')
      .map((to) => [to, new URL(world.urlOf(to)).host]),
  );

/** Whether a second process of the client needs no login. */
async function keepsLogin(options: RunCasesOptions): Promise<boolean> {
  const stage = await Stage.open(options);
  try {
    await stage.run();
    await stage.run();
    atMost(stage, 1, { step: 'authorization' }, 'logins');
    return stage.usedTool();
  } catch (thrown) {
    if (thrown instanceof Fault) return false;
    throw thrown;
  } finally {
    await stage.close();
  }
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

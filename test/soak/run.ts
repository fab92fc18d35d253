// `npm run soak`: many sessions against servers that misbehave at random; then nothing unhandled, and nothing left behind.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { medianOf } from '../../bench/measure.ts';
import { collectGarbage } from '../support/garbage.ts';
import { type Counts, live, soakEngine } from './client.ts';

const USAGE = 'usage: npm run soak -- [--seconds N] [--sessions N]';
/** The heap is measured so often, in milliseconds. */
const OFTEN = 5_000;
/** The part of the time in which memory may still grow. */
const WARM_UP = 0.3;
/** How much larger the heap may be at the end than after that. */
const MOST_GROWTH = 1.1;
/** What is waited for connections that the platform keeps for a while, in milliseconds. */
const KEPT_ALIVE = 8_000;

const unhandled: string[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)));

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Timers and sockets of this process; pipes to the terminal and to the servers are not the engine's. */
const resources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((one) => /Timeout|Immediate|TCP/.test(one));

async function soak(seconds: number, sessions: number): Promise<boolean> {
  const servers = fork(fileURLToPath(new URL('./world.ts', import.meta.url)));
  const [resource] = (await once(servers, 'message')) as [string];
  const counts: Counts = { calls: 0, logins: 0, ended: {}, foreign: [] };
  const engine = soakEngine(counts);
  const end = AbortSignal.timeout(seconds * 1000);
  const lives = Array.from({ length: sessions }, (_, number) =>
    live(engine.session({ resource, subject: `user-${number}` }), counts, end),
  );
  const heaps: number[] = [];
  while (!end.aborted) {
    await sleep(OFTEN);
    heaps.push(heap());
    console.log(
      `${heaps.length * (OFTEN / 1000)} s: ${counts.calls} calls, ${counts.logins} logins, ${Math.round((heaps.at(-1) ?? 0) / 1024)} KiB`,
    );
  }
  await Promise.all(lives);
  await engine.dispose();
  servers.disconnect();
  await sleep(KEPT_ALIVE);
  return tell(counts, heaps, resources());
}

function tell(counts: Counts, heaps: readonly number[], left: readonly string[]): boolean {
  const from = Math.floor(heaps.length * WARM_UP);
  const third = Math.max(1, Math.floor((heaps.length - from) / 3));
  const growth = medianOf(heaps.slice(-third)) / medianOf(heaps.slice(from, from + third));
  const ended = Object.entries(counts.ended).sort(([, one], [, other]) => other - one);
  console.log(ended.map(([name, times]) => `${name} ${times}`).join(', '));
  for (const one of [...new Set([...unhandled, ...counts.foreign])]) console.log(`FAIL ${one}`);
  console.log(
    `soak: ${counts.calls} calls, ${counts.logins} logins, ${unhandled.length} unhandled rejections, ${counts.foreign.length} foreign errors, heap × ${growth.toFixed(2)} after warm-up, left at the end: ${left.join(', ') || 'nothing'}`,
  );
  return unhandled.length + counts.foreign.length + left.length === 0 && growth <= MOST_GROWTH;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '600' },
      sessions: { type: 'string', default: '200' },
    },
  });
  const [seconds, sessions] = [Number(values.seconds), Number(values.sessions)];
  if (!(seconds >= 20 && sessions >= 1)) throw new Error('--seconds is at least 20, --sessions at least 1');
  process.exitCode = (await soak(seconds, sessions)) ? 0 : 1;
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  console.error(USAGE);
  process.exitCode = 1;
});

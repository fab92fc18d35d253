// What a session weighs: made, and at rest after it was used. Each measurement is a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { medianOf, Notes } from '../measure.ts';
import type { Bench } from '../run.ts';

const run = promisify(execFile);
const heap = fileURLToPath(new URL('heap.ts', import.meta.url));

async function measured(...args: readonly (string | number)[]): Promise<number> {
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    '--import',
    'tsx',
    heap,
    ...args.map(String),
  ]);
  return Number(stdout);
}

/** Measures them. */
export async function sessions({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const sizes = isQuick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
  const made: number[] = [];
  for (const many of sizes) {
    made.push(await measured('made', many));
    notes.figure(`a session that was only made, of ${many}`, 'bytes', { authchart: [made.at(-1) ?? 0] });
  }
  const [least, most] = [Math.min(...made.slice(1)), Math.max(...made.slice(1))];
  if (!isQuick)
    notes.check('growth of sessions: the most a session weighs, times the least', '×', most / least, 1.1);
  notes.check('a session that was only made', 'bytes', made.at(-1) ?? 0, 1_024);
  say('sessions that were made are weighed');
  const rested: number[] = [];
  for (let round = 0; round < (isQuick ? 1 : 5); round += 1) rested.push(await measured('rested', 2_000));
  notes.figure('a session at rest, after it was used', 'bytes', { authchart: rested });
  notes.check('a session at rest, after it was used', 'bytes', medianOf(rested), isQuick ? 1_400 : 1_024);
  say('sessions at rest are weighed');
  const calls = isQuick ? 100_000 : 1_000_000;
  await world.order({ do: 'reset' });
  const growth = await measured('calls', calls, world.resource);
  notes.figure(`what ${calls} calls with a token in hand leave behind`, 'bytes', { authchart: [growth] });
  notes.check(`what ${calls} calls with a token in hand leave behind`, 'bytes', growth, 1_000_000);
  say(`${calls} calls were made`);
  return notes;
}

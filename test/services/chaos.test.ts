// Five minutes of chaos, as `npm run chaos` does it, on each server that replicas can share.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Figures } from '../chaos/report.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const USERS = 2_000;

/** Minutes of chaos on each. It starts a server of its own, since it pauses it. */
const homes = [
  ['postgres', 3],
  ['redis', 2],
] as const;

async function chaos(...args: readonly string[]): Promise<{ code: number; stdout: string }> {
  return run('npm', ['run', '--silent', 'chaos', '--', ...args], { cwd: ROOT, maxBuffer: 64e6 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
}

/** It takes minutes, and both cores: `npm run test:services -- chaos` says so. */
const isWanted = process.env['AUTHCHART_TEST_CHAOS'] !== undefined;
if (!isWanted) console.info('Skipped: chaos, because npm run test:services was not asked for it.');

describe.skipIf(!isWanted)('npm run chaos', () => {
  for (const [home, minutes] of homes) {
    test(`TOK-5, A18: no rule is broken in ${minutes} minutes on ${home}`, { timeout: 900_000 }, async () => {
      const out = join(await mkdtemp(join(tmpdir(), 'chaos-')), 'run');
      const args = ['--minutes', String(minutes), '--users', String(USERS), '--home', home, '--out', out];
      const { code, stdout } = await chaos(...args);
      const line = stdout.trimEnd().split('\n').at(-1) ?? '';
      console.info(line);
      expect(stdout.split('\n').filter((one) => one.includes('BROKEN'))).toEqual([]);
      const found = JSON.parse(await readFile(join(out, '../chaos.json'), 'utf8')) as Figures & {
        line: string;
      };
      expect(found).toMatchObject({ line, broken: [] });
      // Something went on: users called, tokens were renewed, and everything failed in turn.
      expect(found.calls).toBeGreaterThan(USERS);
      expect(found.renewals).toBeGreaterThan(USERS / 10);
      expect(found.events).toBeGreaterThan(9 * minutes - 3 * minutes);
      expect(code).toBe(0);
    });
  }

  test('a planted fault is found, its trace can be drawn, and its run can be played again', {
    timeout: 900_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
    const planted = join(folder, 'planted');
    const few = ['--minutes', '0.5', '--users', '200', '--home', 'redis', '--plant', 'lost-spend'];
    const first = await chaos(...few, '--out', planted);
    expect(first.code).toBe(1);
    expect(first.stdout).toMatch(/^chaos: BROKEN: refresh token spent twice \d+ times;/m);
    const trace = /^The trace of a failure: authchart inspect (\S+)$/m.exec(first.stdout)?.[1] ?? '';
    const inspected = await run('npx', ['tsx', 'cli/main.ts', 'inspect', trace, '--out', folder], {
      cwd: ROOT,
    });
    expect(inspected.stdout + inspected.stderr).toContain('.sequence.svg');

    const journal = join(planted, 'run.ndjson');
    const again = await chaos('--replay', journal, '--out', join(folder, 'again'));
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(/^chaos: BROKEN: refresh token spent twice/m);
    // Times differ between two runs, and with them how often it happened; the events do not.
    expect(again.stdout).not.toMatch(/^Differs: (There were|Event)/m);
    const eventsOf = async (path: string): Promise<readonly unknown[]> =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .flatMap((line) => (line.kind === 'chaos' ? [line.event] : []));
    expect(await eventsOf(join(folder, 'again/run.ndjson'))).toEqual(await eventsOf(journal));
  });
});

// Several processes log in at once: one page, and everybody is logged in, whoever of them dies meanwhile (AUTHZ-12).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rounds } from './rounds.ts';
import { Starts, startTogether } from './starts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-starts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Everything by `npm run races`; in every test run a part that does not take long. */
const isWhole = process.env['AUTHCHART_RACES'] === 'whole';
const thinking = [0, 50, 400, 900];
const two = rounds(2, 100, thinking);
const five = rounds(5, 20, thinking);

describe('logins at once', () => {
  it.for(isWhole ? two : two.slice(2, 5))(
    'AUTHZ-12, TOK-13: two processes start at $at ms, a person takes $thinks ms, a home that $telling',
    {
      timeout: 60_000,
    },
    (round, { task }) =>
      startTogether(folder, round, (started) => {
        task.meta.started = started;
      }),
  );

  it.for(isWhole ? five : five.slice(3, 4))(
    'AUTHZ-12, TOK-13: five processes start at $at ms, a person takes $thinks ms, a home that $telling',
    {
      timeout: 60_000,
    },
    (round, { task }) =>
      startTogether(folder, round, (started) => {
        task.meta.started = started;
      }),
  );
});

describe('a process whose login others have joined', () => {
  it('AUTHZ-12, AUTHZ-10: may die: the next one takes the login over, and the page that is open finishes it', {
    timeout: 60_000,
  }, async () => {
    const starts = await Starts.begin();
    try {
      const holder = await starts.join(folder, 'tells', null);
      const heirs = [
        await starts.join(folder, 'tells', null),
        await starts.join(folder, 'cannot tell', null),
      ];
      void holder.tell({ do: 'login' });
      await expect.poll(() => starts.pages).toHaveLength(1);
      const logins = heirs.map((one) => one.tell({ do: 'login' }));
      await starts.joined(heirs);
      holder.end();
      await expect
        .poll(
          async () => {
            await starts.answer();
            return starts.world.requests('a', 'POST', '/token').length;
          },
          { timeout: 20_000, interval: 300 },
        )
        .toBe(1);
      expect(await Promise.all(logins)).toEqual(['ok', 'ok']);
      expect(starts.pages).toHaveLength(1);
    } finally {
      await starts.end();
    }
  });

  it.each(['cancel', 'logout'] as const)(
    'AUTHZ-12: may %s: all of them end alike',
    { timeout: 60_000 },
    async (end) => {
      const starts = await Starts.begin();
      try {
        const [holder, joined] = [
          await starts.join(folder, 'tells', null),
          await starts.join(folder, 'cannot tell', null),
        ];
        const login = holder.tell({ do: 'login' });
        await expect.poll(() => starts.pages).toHaveLength(1);
        const other = joined.tell({ do: 'login' });
        await starts.joined([joined]);
        void holder.tell({ do: end });
        expect(await other).toBe('cancelled');
        await login;
        expect(starts.pages).toHaveLength(1);
      } finally {
        await starts.end();
      }
    },
  );
});

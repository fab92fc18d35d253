// One rotating refresh token, many processes: spent once for each expiry, whoever dies or sleeps in between (C03, C04, C05).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {} from './figures.ts';
import { points } from './orders.ts';
import { DUE, type Race, refreshTogether, requestTimeout, startRace, takeOver } from './race.ts';

let race: Race;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-races-'));
  race = await startRace({ kind: 'file', folder });
});
afterEach(async () => {
  await race.end();
  await rm(folder, { recursive: true });
});

/** Everything by `npm run races`; in every test run a part that does not take long. */
const isWhole = process.env['AUTHCHART_RACES'] === 'whole';
const [size, expiries] = isWhole ? [16, 50] : [4, 5];
const sleepy = (['after the intent is written', 'after the answer came'] as const).slice(isWhole ? 0 : 1);
const numbered = points.map((point, index) => [index + 1, point] as const);
const deadly = isWhole ? numbered : [numbered[1], numbered[3]].filter((one) => one !== undefined);

describe('many processes', () => {
  it('C03, TOK-5: refresh once for each expiry', { timeout: 120_000 }, async ({ task }) => {
    await refreshTogether(race, { size, expiries });
    const { refreshes, reuses } = race.families;
    task.meta.renewed = { processes: size, expiries, refreshes, reuses };
  });

  it('C04, TOK-5: whose clocks are an hour apart renew more often, but spend nothing twice', {
    timeout: 60_000,
  }, async () => {
    const hour = 3_600_000;
    const crew = await Promise.all([0, hour, -hour].map((skew) => race.join({ skew })));
    expect(await crew[0]?.tell({ do: 'login' })).toBe('ok');
    for (let round = 1; round <= 4; round += 1) {
      const ended = await Promise.all(crew.map((one) => one.tell({ do: 'token', ahead: round * DUE })));
      expect(new Set(ended)).toEqual(new Set(['ok']));
    }
    expect(race.families.reuses).toBe(0);
    expect(race.world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });
});

describe('a process that dies in the middle of a refresh', () => {
  it.each(deadly)(
    'C04, TOK-5: at point %i, %s: costs one login at most, and no family',
    { timeout: 60_000 },
    (_number, point) => takeOver(race, point),
  );
});

describe('a process that dies, and is waited for by many', () => {
  it('C04, TOK-5: none of them sends what it may have sent', { timeout: 60_000 }, async () => {
    const dead = await race.join({ at: { point: 'after the answer came', do: 'die' }, requestTimeout });
    expect(await dead.tell({ do: 'login' })).toBe('ok');
    const heirs = await Promise.all(Array.from({ length: 3 }, () => race.join({ requestTimeout })));
    expect(await dead.tell({ do: 'token', ahead: DUE })).toBe('gone');
    const ended = await Promise.all(heirs.map((one) => one.tell({ do: 'token', ahead: DUE })));
    expect(new Set(ended)).toEqual(new Set(['interaction_required']));
    expect([race.families.refreshes, race.families.reuses]).toEqual([1, 0]);
  });
});

describe('a process that is suspended past its lease', () => {
  it.each(sleepy)('C05: %s: writes over nobody’s login when it wakes', { timeout: 60_000 }, async (point) => {
    const sleeper = await race.join({ at: { point, do: 'stop' }, requestTimeout });
    expect(await sleeper.tell({ do: 'login' })).toBe('ok');
    const slept = sleeper.tell({ do: 'token', ahead: DUE });
    const other = await race.join({ requestTimeout });
    expect(await other.tell({ do: 'token', ahead: DUE })).toBe('interaction_required');
    expect(await other.tell({ do: 'login' })).toBe('ok');
    sleeper.wake();
    expect(await slept).toBe('ok');
    expect(race.families.reuses).toBe(0);
    // Both use what the login brought.
    const before = race.families.refreshes;
    for (const one of [sleeper, other]) expect(await one.tell({ do: 'token', ahead: DUE })).toBe('ok');
    expect(race.families.refreshes).toBe(before);
  });
});

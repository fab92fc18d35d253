// One rotating refresh token, many processes: spent once for each expiry, whoever dies or sleeps in between (C03, C04, C05).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { Crewman } from './crew.ts';
import { Families } from './family.ts';
import { type Member, points } from './orders.ts';

let world: World;
let families: Families;
let folder: string;
let crew: Crewman[];

beforeEach(async () => {
  world = await startWorld();
  families = new Families(world);
  folder = await mkdtemp(join(tmpdir(), 'authchart-races-'));
  crew = [];
});
afterEach(async () => {
  for (const one of crew) one.end();
  await world.close();
  await rm(folder, { recursive: true });
});

async function joinIn(member: Partial<Member> = {}): Promise<Crewman> {
  const one = new Crewman({ resource: world.resource, folder, ...member });
  crew.push(one);
  expect(await one.ready).toBe('ready');
  return one;
}

/** How far ahead a token is due that was issued now, in milliseconds; and how far from one expiry to the next. */
const DUE = 400_000;
/** Everything by `npm run races`; in every test run a part that does not take long. */
const isWhole = process.env['AUTHCHART_RACES'] === 'whole';
const [SIZE, EXPIRIES] = isWhole ? [16, 50] : [6, 6];
const sleepy = (['after the intent is written', 'after the answer came'] as const).slice(isWhole ? 0 : 1);
const numbered = points.map((point, index) => [index + 1, point] as const);
const deadly = isWhole ? numbered : [numbered[1], numbered[3]].filter((one) => one !== undefined);
/** Short, so that a sibling who is dead is not waited for long. */
const requestTimeout = 500;

describe('many processes', () => {
  it('C03, TOK-5: refresh once for each expiry', { timeout: 120_000 }, async () => {
    const crew = await Promise.all(Array.from({ length: SIZE }, () => joinIn()));
    expect(await crew[0]?.tell({ do: 'login' })).toBe('ok');
    for (let round = 1; round <= EXPIRIES; round += 1) {
      const ended = await Promise.all(crew.map((one) => one.tell({ do: 'token', ahead: round * DUE })));
      expect(new Set(ended)).toEqual(new Set(['ok']));
      expect([families.refreshes, families.reuses]).toEqual([round, 0]);
    }
  });

  it('C04, TOK-5: whose clocks are an hour apart renew more often, but spend nothing twice', {
    timeout: 60_000,
  }, async () => {
    const hour = 3_600_000;
    const crew = await Promise.all([0, hour, -hour].map((skew) => joinIn({ skew })));
    expect(await crew[0]?.tell({ do: 'login' })).toBe('ok');
    for (let round = 1; round <= 4; round += 1) {
      const ended = await Promise.all(crew.map((one) => one.tell({ do: 'token', ahead: round * DUE })));
      expect(new Set(ended)).toEqual(new Set(['ok']));
    }
    expect(families.reuses).toBe(0);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });
});

describe('a process that dies in the middle of a refresh', () => {
  it.each(deadly)(
    'C04, TOK-5: at point %i, %s: costs one login at most, and no family',
    { timeout: 60_000 },
    async (_number, point) => {
      const dead = await joinIn({ at: { point, do: 'die' }, requestTimeout });
      expect(await dead.tell({ do: 'login' })).toBe('ok');
      expect(await dead.tell({ do: 'token', ahead: DUE })).toBe('gone');
      const heir = await joinIn({ requestTimeout });
      const ended = await heir.tell({ do: 'token', ahead: DUE });
      // Where the outcome was not stored, nobody knows whether the token was sent.
      const isLost = points.indexOf(point) >= 1 && points.indexOf(point) <= 3;
      expect(ended).toBe(isLost ? 'interaction_required' : 'ok');
      if (isLost) expect(await heir.tell({ do: 'login' })).toBe('ok');
      expect(await heir.tell({ do: 'token', ahead: 2 * DUE })).toBe('ok');
      expect(families.reuses).toBe(0);
      expect(world.requests('a', 'GET', '/authorize')).toHaveLength(isLost ? 2 : 1);
    },
  );
});

describe('a process that dies, and is waited for by many', () => {
  it('C04, TOK-5: none of them sends what it may have sent', { timeout: 60_000 }, async () => {
    const dead = await joinIn({ at: { point: 'after the answer came', do: 'die' }, requestTimeout });
    expect(await dead.tell({ do: 'login' })).toBe('ok');
    const heirs = await Promise.all(Array.from({ length: 3 }, () => joinIn({ requestTimeout })));
    expect(await dead.tell({ do: 'token', ahead: DUE })).toBe('gone');
    const ended = await Promise.all(heirs.map((one) => one.tell({ do: 'token', ahead: DUE })));
    expect(new Set(ended)).toEqual(new Set(['interaction_required']));
    expect([families.refreshes, families.reuses]).toEqual([1, 0]);
  });
});

describe('a process that is suspended past its lease', () => {
  it.each(sleepy)('C05: %s: writes over nobody’s login when it wakes', { timeout: 60_000 }, async (point) => {
    const sleeper = await joinIn({ at: { point, do: 'stop' }, requestTimeout });
    expect(await sleeper.tell({ do: 'login' })).toBe('ok');
    const slept = sleeper.tell({ do: 'token', ahead: DUE });
    const other = await joinIn({ requestTimeout });
    expect(await other.tell({ do: 'token', ahead: DUE })).toBe('interaction_required');
    expect(await other.tell({ do: 'login' })).toBe('ok');
    sleeper.wake();
    expect(await slept).toBe('ok');
    expect(families.reuses).toBe(0);
    // Both use what the login brought.
    const before = families.refreshes;
    for (const one of [sleeper, other]) expect(await one.tell({ do: 'token', ahead: DUE })).toBe('ok');
    expect(families.refreshes).toBe(before);
  });
});

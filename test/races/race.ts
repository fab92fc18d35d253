// A race: a world with a server that revokes on reuse, and processes that share one home.
import { expect } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { Crewman } from './crew.ts';
import { Families } from './family.ts';
import { type Home, type Member, type Point, points } from './orders.ts';

/** How far ahead a token is due that was issued now, in milliseconds; and how far from one expiry to the next. */
export const DUE = 400_000;
/** Short, so that a sibling who is dead is not waited for long; in milliseconds. */
export const requestTimeout = 500;

export interface Race {
  readonly world: World;
  readonly families: Families;
  /** Starts a process, and waits until it is ready. */
  join(member?: Partial<Member>): Promise<Crewman>;
  /** Ends all processes and the world; the home is left. */
  end(): Promise<void>;
}

export async function startRace(home: Home): Promise<Race> {
  const world = await startWorld();
  const crew: Crewman[] = [];
  return {
    world,
    families: new Families(world),
    async join(member = {}) {
      const one = new Crewman({ resource: world.resource, home, ...member });
      crew.push(one);
      expect(await one.ready).toBe('ready');
      return one;
    },
    async end() {
      for (const one of crew) one.end();
      await world.close();
    },
  };
}

/**
 * At each expiry everybody asks for a token, and there is one refresh.
 * @param onRound told of each expiry that is over.
 */
export async function refreshTogether(
  { families, join }: Race,
  { size, expiries }: { readonly size: number; readonly expiries: number },
  onRound: (round: number) => void = () => {},
): Promise<void> {
  const crew = await Promise.all(Array.from({ length: size }, () => join()));
  expect(await crew[0]?.tell({ do: 'login' })).toBe('ok');
  for (let round = 1; round <= expiries; round += 1) {
    const ended = await Promise.all(crew.map((one) => one.tell({ do: 'token', ahead: round * DUE })));
    expect(new Set(ended)).toEqual(new Set(['ok']));
    expect([families.refreshes, families.reuses]).toEqual([round, 0]);
    onRound(round);
  }
}

/** One process dies at this point of a refresh, and another takes over: it costs one login at most, and no family. */
export async function takeOver({ world, families, join }: Race, point: Point): Promise<void> {
  const dead = await join({ at: { point, do: 'die' }, requestTimeout });
  expect(await dead.tell({ do: 'login' })).toBe('ok');
  expect(await dead.tell({ do: 'token', ahead: DUE })).toBe('gone');
  const heir = await join({ requestTimeout });
  const ended = await heir.tell({ do: 'token', ahead: DUE });
  // Where the outcome was not stored, nobody knows whether the token was sent.
  const isLost = points.indexOf(point) >= 1 && points.indexOf(point) <= 3;
  expect(ended).toBe(isLost ? 'interaction_required' : 'ok');
  if (isLost) expect(await heir.tell({ do: 'login' })).toBe('ok');
  expect(await heir.tell({ do: 'token', ahead: 2 * DUE })).toBe('ok');
  expect(families.reuses).toBe(0);
  expect(world.requests('a', 'GET', '/authorize')).toHaveLength(isLost ? 2 : 1);
}

// Logins of several processes that start at nearly the same time, and the one person who has to answer them (AUTHZ-12).
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { startWorld, type World } from '../support/world.ts';
import { Crewman } from './crew.ts';
import type { Started } from './figures.ts';
import { type Opening, pagesIn } from './openings.ts';
import type { Telling } from './orders.ts';
import type { Round } from './rounds.ts';

/** One world, in which processes log in on one folder of records. */
export class Starts {
  readonly world: World;
  readonly #opened: Opening[] = [];
  readonly crew: Crewman[] = [];

  private constructor(world: World) {
    this.world = world;
  }

  static async begin(): Promise<Starts> {
    return new Starts(await startWorld());
  }

  get pages(): readonly string[] {
    return pagesIn(this.#opened);
  }

  /** Until these have joined the login of another one. */
  async joined(crew: readonly Crewman[]): Promise<void> {
    await expect.poll(() => crew.map(({ hasJoined }) => hasJoined), { timeout: 20_000 }).not.toContain(false);
  }

  /** A process with a browser, whose person answers after a while; null: when the test says so. */
  async join(folder: string, telling: Telling, thinks: number | null): Promise<Crewman> {
    const home = { kind: 'file', folder } as const;
    const one = new Crewman({ resource: this.world.resource, home, hasBrowser: true, telling });
    this.crew.push(one);
    one.onOpened = (url) => {
      this.#opened.push({ url, at: performance.now() });
      if (thinks !== null) void pause(thinks).then(() => this.answer(url));
    };
    expect(await one.ready).toBe('ready');
    return one;
  }

  /** What the person's browser does with a page. */
  async answer(url = this.pages[0] ?? ''): Promise<void> {
    await fetch(url).catch(() => undefined);
  }

  async end(): Promise<void> {
    for (const one of this.crew) one.end();
    await this.world.close();
  }
}

/**
 * Every process ends logged in, by one page and one code; nothing of the login is left.
 * @param tell told what happened, before it is judged.
 */
export async function startTogether(
  folder: string,
  { telling, at, thinks }: Round,
  tell: (started: Started) => void,
): Promise<void> {
  const starts = await Starts.begin();
  try {
    const crew = await Promise.all(at.map(() => starts.join(folder, telling, thinks)));
    const logins = crew.map(async (one, index) => {
      await pause(at[index] ?? 0);
      return one.tell({ do: 'login' });
    });
    const ended = await Promise.all(logins);
    const loggedIn = ended.filter((how) => how === 'ok').length;
    tell({ by: 'library', processes: at.length, pages: starts.pages.length, loggedIn });
    expect(ended).toEqual(at.map(() => 'ok'));
    expect(starts.pages).toHaveLength(1);
    const codes = starts.world.requests('a', 'POST', '/token').filter(({ form }) => form.has('code'));
    expect(codes).toHaveLength(1);
    expect(await Promise.all(crew.map((one) => one.tell({ do: 'call' })))).toEqual(at.map(() => '200'));
    const store = fileStore({ folder });
    expect([...(await store.list('pending:')), ...(await store.list('login:'))]).toEqual([]);
  } finally {
    await starts.end();
  }
}

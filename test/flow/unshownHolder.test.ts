// Logins that are asked for at once where no port shows who leads the person: one page, however long the person takes (C06).
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthError,
  type Engine,
  memoryStore,
  type Session,
  type Store,
  type UserAgent,
} from '../../index.ts';
import { personsTurn, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let engines: Engine[] = [];
let isKilled = false;
beforeEach(async () => {
  world = await startWorld();
  engines = [];
});
afterEach(async () => {
  isKilled = false;
  await Promise.all(engines.map((engine) => engine.dispose()));
  await world.close();
});

/** Minutes go by in a moment: every wait of an engine is a hundredth as long. */
const FASTER = 100;
const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await pause(milliseconds / FASTER, undefined, { signal }).catch(() => {});
};

const { watch: _, ...withoutWatch } = memoryStore();
const homes: readonly (readonly [string, () => Store])[] = [
  ['a home that tells of changes', memoryStore],
  ['a home that does not', () => ({ ...withoutWatch })],
];

/** Of several engines that share a store, and of people who see the pages of all of them. */
function joining(count: number, storeOf: (at: number) => Store) {
  const hosts = Array.from({ length: count }, () => testHost());
  const tests = hosts.map(({ userAgent }, at) =>
    testEngine(world.resource, {
      store: storeOf(at),
      userAgent,
      sleep,
      policy: { interaction: 'ask' },
    }),
  );
  engines.push(...tests.map(({ engine }) => engine));
  return {
    sessions: tests.map(({ session }) => session),
    engines: tests.map(({ engine }) => engine),
    pages: () => hosts.flatMap(({ presented }) => presented),
  };
}

const outcome = (login: Promise<void>): Promise<string> =>
  login.then(
    () => 'done',
    (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
  );

/** The first one begins, and the others join it. */
async function begin([first, ...others]: readonly Session[]): Promise<Promise<string>[]> {
  if (!first) throw new Error('Nobody begins.');
  const logins = [outcome(first.login())];
  await personsTurn(first);
  logins.push(...others.map((session) => outcome(session.login())));
  await Promise.all(others.map(personsTurn));
  return logins;
}

/** A store of a process that can be killed: from then on nothing comes of what it does. */
function killable({ watch, ...store }: Store): Store {
  const alive = <Of extends readonly unknown[], Result>(work: (...of: Of) => Promise<Result>) => {
    return (...of: Of): Promise<Result> => (isKilled ? new Promise(() => {}) : work(...of));
  };
  return {
    get: alive(store.get),
    put: alive(store.put),
    delete: alive(store.delete),
    list: alive(store.list),
    setAside: alive(store.setAside),
    ...(watch && { watch }),
  };
}

describe.each(homes)('on %s', (_home, open) => {
  it('C06, AUTHZ-12: a person who takes a minute sees one page', async () => {
    const store = open();
    const { sessions, engines, pages } = joining(3, () => store);
    const logins = await begin(sessions);
    await pause(60_000 / FASTER);
    expect(pages()).toHaveLength(1);
    await engines[1]?.complete(await visit(pages()[0]));
    expect(await Promise.all(logins)).toEqual(['done', 'done', 'done']);
    expect(pages()).toHaveLength(1);
  });

  it('C06, AUTHZ-12: whose holder is killed, one of those who wait shows the page again', async () => {
    const store = open();
    const { sessions, engines, pages } = joining(3, (at) => (at === 0 ? killable(store) : store));
    const [, ...logins] = await begin(sessions);
    isKilled = true;
    await expect.poll(() => pages(), { timeout: 5_000 }).toHaveLength(2);
    await pause(60_000 / FASTER);
    expect(pages()).toHaveLength(2);
    await engines[1]?.complete(await visit(pages()[1]));
    expect(await Promise.all(logins)).toEqual(['done', 'done']);
  });

  it('C06, AUTHZ-12: whose holder has left, one of those who wait shows the page again', async () => {
    const store = open();
    const { sessions, engines, pages } = joining(3, () => store);
    const [, ...logins] = await begin(sessions);
    await engines[0]?.dispose();
    await expect.poll(() => pages(), { timeout: 5_000 }).toHaveLength(2);
    await pause(60_000 / FASTER);
    expect(pages()).toHaveLength(2);
    await engines[1]?.complete(await visit(pages()[1]));
    expect(await Promise.all(logins)).toEqual(['done', 'done']);
  });
});

describe('a window that a browser blocks because nobody has clicked', () => {
  it('C06, AUTHZ-12: is not asked for by those who wait: they end as the login ends', async () => {
    const store = memoryStore();
    const pages: string[] = [];
    const present: UserAgent['present'] = async ({ url }) => {
      if (pages.length > 0) throw new Error('blocked');
      pages.push(url);
    };
    const tests = [1, 2].map(() =>
      testEngine(world.resource, {
        store,
        sleep,
        policy: { interaction: 'ask' },
        userAgent: { ...testHost().userAgent, present },
      }),
    );
    engines.push(...tests.map(({ engine }) => engine));
    const logins = await begin(tests.map(({ session }) => session));
    await pause(60_000 / FASTER);
    await tests[1]?.engine.complete(await visit(pages[0]));
    expect(await Promise.all(logins)).toEqual(['done', 'done']);
  });
});

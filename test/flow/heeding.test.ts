// What siblings do is heeded: within a second where the home tells of changes, within five where it cannot (TOK-13).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { type Engine, encryptedStore, memoryStore, type Session, type Store } from '../../index.ts';
import { callTool, personsTurn, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
let engines: Engine[] = [];
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-heeding-'));
  engines = [];
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.dispose()));
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const withoutWatch = ({ watch: _, ...store }: Store): Store => store;
/** Its notice breaks at once, and so does every later one. */
const withDroppedWatch = (store: Store): Store => ({
  ...store,
  watch(_key, _changed, lost) {
    lost?.();
    return () => {};
  },
});

type Home = readonly [name: string, within: number, open: () => () => Store];

/** A home, how soon it is heeded in milliseconds, and how each engine opens it. */
const homes: readonly Home[] = [
  ['in memory', 1_000, () => always(memoryStore())],
  ['in files', 1_000, () => () => fileStore({ folder })],
  ['in files, encrypted', 1_000, () => () => sealed(fileStore({ folder }))],
  ['in memory, without news', 5_000, () => always(withoutWatch(memoryStore()))],
  ['in files, without news', 5_000, () => () => withoutWatch(fileStore({ folder }))],
  ['in files whose notice breaks', 1_000, () => () => withDroppedWatch(fileStore({ folder }))],
];

const always = (store: Store) => (): Store => store;
const key = { id: 'one', key: new Uint8Array(32).fill(7) };
const sealed = (store: Store): Store => encryptedStore(store, { current: key });

/** Machines are slow at times: what is promised, and as much again. */
const soon = (within: number) => ({ timeout: 2 * within, interval: 25 });

function replica(store: Store, options: Parameters<typeof testEngine>[1] = {}): Session {
  const { engine, session } = testEngine(world.resource, {
    store,
    policy: { interaction: 'ask' },
    ...options,
  });
  engines.push(engine);
  // Somebody looks on, as hosts do.
  session.subscribe(() => {});
  return session;
}

describe.each(homes)('records %s', (_, within, home) => {
  it('TOK-13: a login, a renewal and a sign-out of a sibling are heard of, and cost nothing', {
    timeout: 40_000,
  }, async () => {
    const open = home();
    const [here, there] = [replica(open()), replica(open())];
    await expect.poll(() => here.snapshot.matches('idle')).toBe(true);
    await there.login();
    await expect.poll(() => here.snapshot.matches('authorized'), soon(within)).toBe(true);
    const sent = world.exchanges.length;

    const later = replica(open(), { now: () => Date.now() + 400_000 });
    const token = await later.token();
    await expect
      .poll(() => here.snapshot.context.grant?.version, soon(within))
      .toBe(later.snapshot.context.grant?.version);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(2);
    expect(await here.token()).toBe(token);

    await there.logout();
    await expect.poll(() => here.snapshot.matches('idle'), soon(within)).toBe(true);
    expect(world.exchanges.length).toBeGreaterThan(sent);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });

  it('TOK-13, AUTHZ-10: a login that is finished at another replica ends where it was begun', {
    timeout: 40_000,
  }, async () => {
    const open = home();
    const { userAgent, presented } = testHost();
    const here = replica(open(), { userAgent });
    const there = testEngine(world.resource, { store: open(), userAgent: testHost().userAgent });
    engines.push(there.engine);
    const login = here.login();
    await personsTurn(here);
    await there.engine.complete(await visit(presented[0]));
    await login;
    expect((await callTool(here, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
  });
});

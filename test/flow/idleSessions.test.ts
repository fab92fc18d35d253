// Sessions that nobody uses are put to rest, and revived from the store: what a gateway with many people lives on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthEngine, type Engine, memoryStore, type Session, type Store } from '../../index.ts';
import { callTool, failureOf, personsTurn, settled, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let clock: number;
/** How often each record is watched. */
const watched = new Map<string, number>();
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  clock = 1_800_000_000_000;
  watched.clear();
  const home = memoryStore();
  store = {
    ...home,
    watch(key, changed) {
      const end = home.watch?.(key, changed);
      watched.set(key, (watched.get(key) ?? 0) + 1);
      return () => {
        watched.set(key, (watched.get(key) ?? 0) - 1);
        end?.();
      };
    },
  };
});
afterEach(() => world.close());

const IDLE_AFTER = 60_000;
const now = (): number => clock;
const engineOf = (interaction: 'ask' | 'auto' = 'auto') =>
  testEngine(world.resource, { store, now, policy: { interaction, idleAfter: IDLE_AFTER } });
/** Whoever is awake hears of changes of their binding. */
const awake = (): number =>
  [...watched].filter(([key, count]) => key.startsWith('binding:') && count > 0).length;

/** Time passes, and somebody else is at work: that is when the others are looked at. */
async function laterOn(engine: Engine, milliseconds = IDLE_AFTER): Promise<void> {
  clock += milliseconds;
  await settled(engine.session({ resource: world.resource, subject: 'somebody else' }));
}

async function loggedIn(engine: Engine, subject: string): Promise<Session> {
  const session = engine.session({ resource: world.resource, subject });
  await session.login();
  return session;
}

describe('a session that nobody uses', () => {
  it('is put to rest, and goes on from the store without asking any server', async () => {
    const { engine } = engineOf();
    const session = await loggedIn(engine, 'one');
    const token = await session.token();
    await laterOn(engine, IDLE_AFTER - 1);
    await expect.poll(awake).toBe(2);
    await laterOn(engine);
    await expect.poll(awake).toBe(1);
    expect(session.snapshot.matches('authorized')).toBe(true);
    world.received.length = 0;
    expect(await session.token()).toBe(token);
    expect(engine.session({ resource: world.resource, subject: 'one' })).toBe(session);
    expect(world.received).toEqual([]);
    await expect.poll(awake).toBe(2);
  });

  it('renews, steps up and signs out when it was asleep', async () => {
    const { engine } = engineOf();
    const session = await loggedIn(engine, 'one');
    await laterOn(engine);
    clock += 400_000;
    expect((await callTool(session, 'any')).status).toBe(200);
    await laterOn(engine);
    world.needs = () => 'write';
    expect((await callTool(session, 'any')).status).toBe(200);
    await laterOn(engine);
    await session.logout();
    expect((await store.list('grant:')).filter((key) => key.includes('"one"'))).toEqual([]);
  });

  it('explains itself as it was, and is not woken for that', async () => {
    const { engine } = engineOf();
    const session = await loggedIn(engine, 'one');
    await laterOn(engine);
    expect(session.explain().summary).toMatch(/^Logged in/);
    await expect.poll(awake).toBe(1);
  });

  it('is put to rest by thousands', { timeout: 60_000 }, async () => {
    const { engine } = engineOf('ask');
    const people = Array.from({ length: 3000 }, (_, index) =>
      engine.session({ resource: world.resource, subject: String(index) }),
    );
    await Promise.all(people.map(settled));
    await laterOn(engine);
    await expect.poll(awake).toBe(1);
  });
});

describe('a session is not put to rest', () => {
  it('while a person is awaited', async () => {
    const { userAgent, presented } = testHost();
    const policy = { idleAfter: IDLE_AFTER } as const;
    const { engine, session } = testEngine(world.resource, { store, now, userAgent, policy });
    const login = session.login();
    await personsTurn(session);
    await laterOn(engine);
    await engine.complete(await visit(presented[0]));
    await login;
  });

  it('while somebody looks on, by a subscription or by its actor', async () => {
    const { engine } = engineOf();
    const [seen, held] = [await loggedIn(engine, 'seen'), await loggedIn(engine, 'held')];
    const snapshots: unknown[] = [];
    const end = seen.subscribe((snapshot) => snapshots.push(snapshot.value));
    expect(held.actor.getSnapshot().status).toBe('active');
    await laterOn(engine);
    await expect.poll(awake).toBe(3);
    await seen.logout();
    expect(snapshots.length).toBeGreaterThan(0);
    end();
    await laterOn(engine);
    await laterOn(engine);
    await expect.poll(awake).toBe(2);
  });

  it('in the middle of a pause that its server has asked for', async () => {
    const { engine } = engineOf();
    const session = await loggedIn(engine, 'one');
    world.script('a POST /token', () => ({ status: 503, headers: { 'retry-after': '3600' } }));
    clock += 400_000;
    await failureOf(session.token());
    await laterOn(engine);
    const asked = world.requests('a', 'POST', '/token').length;
    await failureOf(session.token());
    expect(world.requests('a', 'POST', '/token')).toHaveLength(asked);
  });
});

describe('an engine that is disposed of', () => {
  it('wakes nobody', async () => {
    const { engine } = engineOf();
    const session = await loggedIn(engine, 'one');
    await laterOn(engine);
    await engine.dispose();
    world.received.length = 0;
    await failureOf(session.token());
    expect(world.received).toEqual([]);
    await expect.poll(awake).toBe(0);
  });
});

describe('P07: idleAfter', () => {
  it.each([0, -1, Number.NaN])('is refused when it is %d', async (idleAfter) => {
    const { userAgent } = testHost();
    expect(() => createAuthEngine({ client: { name: 'idle' }, userAgent, policy: { idleAfter } })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  });
});

// The token in hand: a call with a good token reads no home and tells the chart nothing, and outlives nothing (TOK-13).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { type Engine, type EngineOptions, memoryStore, type Session, type Store } from '../../index.ts';
import { TestClock } from '../support/clock.ts';
import { callTool, failureOf, settled, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
let engines: Engine[] = [];
let reads = 0;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'authchart-hand-'));
  engines = [];
  reads = 0;
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.dispose()));
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** Counts how often a record is read; the listener for siblings reads, too, when it begins to listen. */
const counted = (store: Store): Store => ({
  ...store,
  get(key) {
    reads += 1;
    return store.get(key);
  },
});

const withoutWatch = ({ watch: _, ...store }: Store): Store => store;

/** With how often its records may be read meanwhile: the listener looks by itself where the home cannot tell. */
const homes: readonly (readonly [string, () => Store, looks: number])[] = [
  ['in memory', () => memoryStore(), 0],
  ['in files', () => fileStore({ folder }), 0],
  ['without news', () => withoutWatch(memoryStore()), 6],
];

function engineOn(store: Store, more: Partial<EngineOptions> = {}): Session {
  const { engine, session } = testEngine(world.resource, {
    store,
    policy: { interaction: 'ask' },
    ...more,
  });
  engines.push(engine);
  return session;
}

/** Logged in, and accepted by the resource: from now on nothing is to be forgiven. */
async function inUse(store: Store, more: Partial<EngineOptions> = {}): Promise<Session> {
  const session = engineOn(store, more);
  await session.login();
  for (let call = 0; call < 2; call += 1) expect((await callTool(session, 'any')).status).toBe(200);
  // The listener has begun to listen, and has looked at what was written until now.
  for (let before = -1; before !== reads; ) {
    before = reads;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return session;
}

const renewals = (): number =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.has('refresh_token')).length;
const authorizations = (): number => world.requests('a', 'GET', '/authorize').length;

describe.each(homes)('a call with a good token, on a home %s', (_name, open, looks) => {
  it('TOK-12, TOK-13: reads no record, tells the chart nothing, and sends one request', async () => {
    const session = await inUse(counted(open()));
    let snapshots = 0;
    const end = session.subscribe(() => {
      snapshots += 1;
    });
    reads = 0;
    world.received.length = 0;
    for (let call = 0; call < 50; call += 1) expect((await callTool(session, 'any')).status).toBe(200);
    end();
    expect(reads).toBeLessThanOrEqual(looks);
    expect([snapshots, world.received.length]).toEqual([0, 50]);
  });

  it('TOK-13: is the same for hosts that send themselves', async () => {
    const session = await inUse(counted(open()));
    const { authorization } = await session.authorization({ method: 'GET', url: world.resource });
    reads = 0;
    for (let call = 0; call < 20; call += 1) {
      const headers = await session.authorization({ method: 'GET', url: world.resource });
      expect(headers.authorization).toBe(authorization);
      const response = await fetch(world.resource, { headers: { ...headers } });
      expect(await session.answered(response)).toBe(false);
    }
    expect(reads).toBeLessThanOrEqual(looks);
  });

  it('TOK-5, TOK-13: that a sibling has renewed meanwhile is met by a 401, and goes on with the token of the sibling', async () => {
    const store = open();
    const session = await inUse(store);
    const sibling = engineOn(store);
    await settled(sibling);
    world.expireAccessTokens();
    const [first, second] = await Promise.all([callTool(session, 'any'), callTool(sibling, 'any')]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect([renewals(), authorizations()]).toEqual([1, 1]);
  });

  it('TOK-13: of a session that a sibling has signed out is refused, and nobody is led anywhere', async () => {
    const store = open();
    const session = await inUse(store);
    const sibling = engineOn(store);
    await sibling.logout();
    world.accessTokens.clear();
    expect((await callTool(session, 'any')).status).toBe(401);
    expect([renewals(), authorizations()]).toEqual([0, 1]);
    expect((await failureOf(session.token())).code).toBe('interaction_required');
  });
});

describe('a token in hand', () => {
  it('TOK-8: is renewed when it is due, although nothing was heard of it', async () => {
    const clock = new TestClock();
    const session = await inUse(memoryStore(), { now: clock.now, sleep: clock.sleep });
    const before = await session.token();
    clock.pass(290_000);
    expect(await session.token()).not.toBe(before);
    expect(renewals()).toBe(1);
  });

  it('TOK-8: and has neither a known end nor a refresh token is used until a 401', async () => {
    world.expiresIn = undefined;
    world.issueDirectly('a');
    const clock = new TestClock();
    const session = await inUse(counted(memoryStore()), { now: clock.now, sleep: clock.sleep });
    const before = await session.token();
    clock.pass(24 * 60 * 60_000);
    expect(await session.token()).toBe(before);
  });

  it('TOK-13: is gone when the chart is put to rest: at rest nobody hears of a sign-out', async () => {
    let now = 1_800_000_000_000;
    const store = memoryStore();
    const options = { now: () => now, policy: { interaction: 'ask', idleAfter: 60_000 } } as const;
    const session = await inUse(store, options);
    now += 61_000;
    const { engine } = { engine: engines[0] };
    await settled(engine?.session({ resource: world.resource, subject: 'other' }) ?? session);
    await engineOn(store, options).logout();
    world.received.length = 0;
    await callTool(session, 'any');
    expect(world.requests('resource')[0]?.headers['authorization']).toBeUndefined();
  });

  it('TOK-12: is proved once where there is something to forgive', async () => {
    const session = engineOn(memoryStore());
    await session.login();
    expect(session.snapshot.context.budget.authorizations).toBe(1);
    await callTool(session, 'any');
    expect(session.snapshot.context.budget.authorizations).toBe(0);
  });

  it('TOK-12: is proved where it was refused before, and is accepted after all', async () => {
    const session = await inUse(memoryStore());
    world.script('a POST /token', () => ({ status: 503 }));
    world.script('resource POST /mcp', ({ body }) =>
      body.includes('refused') ? { status: 401 } : undefined,
    );
    expect((await callTool(session, 'refused')).status).toBe(401);
    expect(session.snapshot.context.refused).not.toBeNull();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(session.snapshot.context.refused).toBeNull();
  });

  it('HOST-1: is gone with the engine', async () => {
    const session = await inUse(memoryStore());
    await engines[0]?.dispose();
    await expect(session.token()).rejects.toMatchObject({ code: 'engine_disposed' });
    world.received.length = 0;
    await callTool(session, 'any').catch(() => {});
    expect(world.received).toEqual([]);
  });

  it('EXT-5: that is bound to a key needs no record for its proofs', async () => {
    world.documents.a['dpop_signing_alg_values_supported'] = ['ES256'];
    world.script('a POST /token', ({ form }) => ({
      body: { ...world.mint('a', form.get('scope') ?? '', ''), token_type: 'DPoP' },
    }));
    world.script('resource POST /mcp', ({ headers }) =>
      headers['dpop'] ? { body: { ok: true } } : undefined,
    );
    const client = { name: 'tests', dpop: 'required' } as const;
    const session = await inUse(counted(memoryStore()), { client });
    reads = 0;
    for (let call = 0; call < 10; call += 1) expect((await callTool(session, 'any')).status).toBe(200);
    expect(reads).toBe(0);
    const proofs = world.requests('resource', 'POST', '/mcp').map(({ headers }) => headers['dpop']);
    expect(new Set(proofs).size).toBe(proofs.length);
  });
});

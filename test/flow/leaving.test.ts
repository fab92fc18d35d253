// Callers that leave: nothing is begun for one who has left before, and one who leaves is never kept by a store that hangs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Session, type Store } from '../../index.ts';
import { personsTurn, settled, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const request = (signal: AbortSignal) => ({ method: 'GET', url: world.resource, signal });
const challenge = (): Response =>
  new Response(null, {
    status: 401,
    headers: { 'www-authenticate': `Bearer resource_metadata="${world.pointer}"` },
  });

const calls: readonly (readonly [string, (session: Session, signal: AbortSignal) => Promise<unknown>])[] = [
  ['login', (session, signal) => session.login({ signal })],
  ['token', (session, signal) => session.token({ signal })],
  ['authorization', (session, signal) => session.authorization(request(signal))],
  ['fetch', (session, signal) => session.fetch(world.resource, { signal })],
  ['answered', (session, signal) => session.answered(challenge(), { signal })],
  ['logout', (session, signal) => session.logout({ signal })],
  ['cancel', (session, signal) => session.cancel({ signal })],
  ['retry', (session, signal) => session.retry({ signal })],
];

/** Reasons may be anything. */
const reasons: readonly unknown[] = ['enough', null, 0, new Error('enough')];

describe('a caller who has left already', () => {
  it.each(calls)('C09: %s begins nothing', async (_name, call) => {
    const { userAgent, presented } = testHost();
    const { session } = testEngine(world.resource, { userAgent });
    await settled(session);
    for (const reason of reasons) await expect(call(session, AbortSignal.abort(reason))).rejects.toBe(reason);
    await settled(session);
    expect(session.snapshot.matches('idle')).toBe(true);
    expect([presented, world.received]).toEqual([[], []]);
  });

  it('C09: signs nobody out, and ends no login of others', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    await expect(session.logout({ signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(await session.token()).toMatch(/^access-/);

    const other = testEngine(world.resource, { userAgent: testHost().userAgent });
    other.session.login().catch(() => {});
    await personsTurn(other.session);
    await expect(other.session.cancel({ signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(other.session.snapshot.hasTag('needsUser')).toBe(true);
    await other.engine.dispose();
  });
});

describe('a store that hangs', () => {
  it.each(calls)('C18: keeps nobody in %s who leaves', async (_name, call) => {
    let hangs = false;
    const { get, ...store }: Store = memoryStore();
    const hanging: Store = { ...store, get: (key) => (hangs ? new Promise(() => {}) : get(key)) };
    const { session } = testEngine(world.resource, { store: hanging });
    await session.login();
    hangs = true;
    const leaving = new AbortController();
    const called = call(session, leaving.signal);
    setTimeout(() => leaving.abort('enough'), 20);
    // What needs no store may have ended before.
    expect(await called.catch((reason: unknown) => reason)).not.toBeInstanceOf(Error);
  });
});

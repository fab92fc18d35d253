// A server that says "later", in many ways: each is waited for, and then it works again.
import { describe, expect, it } from 'vitest';
import { waitFor } from 'xstate';
import type { AuthSnapshot } from '../../index.ts';
import { TestClock } from '../support/clock.ts';
import { callTool, failureOf, restartedLater, textsOf } from '../support/engine.ts';
import { type Answer, startWorld } from '../support/world.ts';

const unavailable = 'server_unavailable';
const isStale = (snapshot: AuthSnapshot): boolean => snapshot.matches({ authorized: { renewal: 'stale' } });
const isDue = (snapshot: AuthSnapshot): boolean => snapshot.matches({ authorized: { renewal: 'due' } });

describe('a refresh that is answered with', () => {
  it.each<readonly [string, Answer, string]>([
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '1' } }, unavailable],
    ['503 with a page', { status: 503, body: '<h1>Soon</h1>' }, unavailable],
    ['429', { status: 429, headers: { 'retry-after': '1' } }, unavailable],
    ['408', { status: 408 }, unavailable],
    ['an error that passes', { status: 400, body: { error: 'temporarily_unavailable' } }, unavailable],
    ['a cut connection', { cut: true }, 'unreachable'],
  ])('TOK-7, T17: %s: keeps everything, waits, works again', async (_name, answer, code) => {
    const world = await startWorld();
    const clock = new TestClock();
    const { now, sleep } = clock;
    const { session, store } = await restartedLater(world.resource, { now, sleep });
    world.script('a POST /token', () => answer);
    expect((await failureOf(callTool(session, 'any'))).code).toBe(code);
    expect(isStale(session.actor.getSnapshot())).toBe(true);
    // While it is waited, nobody is bothered: neither the server nor a person.
    const sent = world.received.length;
    expect((await failureOf(callTool(session, 'any'))).recovery).toBe('retry-later');
    expect((await failureOf(session.token())).code).toBe(code);
    expect(world.received).toHaveLength(sent);
    const [refreshToken = ''] = world.refreshTokens.keys();
    expect((await textsOf(store, 'grant:')).join()).toContain(refreshToken);

    world.scripts.clear();
    const pause = (clock.next ?? 0) - now();
    expect(pause).toBeGreaterThanOrEqual(1000);
    clock.pass(pause);
    await waitFor(session.actor, isDue);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    await world.close();
  });
});

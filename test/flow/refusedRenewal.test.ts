// A renewal that a server refuses for good is not asked for again with every call: once a minute, and for another grant.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedRenewals } from '../../actors/tokens/refusedRenewals.ts';
import { failure } from '../../contract/errors.ts';
import { memoryStore } from '../../index.ts';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('TOK-6: a renewal that is refused', () => {
  it.each([
    [400, 'unauthorized_client'],
    [401, 'invalid_client'],
    [400, 'invalid_request'],
    [400, 'invalid_scope'],
    [400, 'unsupported_grant_type'],
    [403, 'access_denied'],
    [400, 'an_error_of_its_own'],
  ])('with %i %s is asked for once a minute, however many call', async (status, error) => {
    let clock = 1_000_000;
    const { engine, session } = testEngine(world.resource, {
      policy: { interaction: 'ask' },
      store: memoryStore(),
      now: () => clock,
    });
    await session.login();
    await callTool(session, 'any');
    world.script('a POST /token', ({ form }) =>
      form.get('grant_type') === 'refresh_token' ? { status, body: { error } } : undefined,
    );
    world.expireAccessTokens();
    world.received.length = 0;
    for (let call = 0; call < 10; call += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
    clock += 60_000;
    await callTool(session, 'any');
    await callTool(session, 'any');
    expect(world.requests('a', 'POST', '/token')).toHaveLength(2);
    world.scripts.clear();
    clock += 60_000;
    expect((await callTool(session, 'any')).status).toBe(200);
    await engine.dispose();
  });
});

describe('the refusals of an engine', () => {
  const refused = failure('client_refused', 'renewing', 'No.');

  it('TOK-6: are of one version of a grant, and over after a minute, also where the clock goes back', () => {
    const renewals = new RefusedRenewals();
    renewals.note('grant', '1', refused, 1_000);
    expect(renewals.of('grant', '1', 1_000)).toBe(refused);
    expect(renewals.of('grant', '1', 60_999)).toBe(refused);
    expect(renewals.of('grant', '1', 61_000)).toBeUndefined();
    expect(renewals.of('grant', '1', 999)).toBeUndefined();
    expect(renewals.of('grant', '2', 1_000)).toBeUndefined();
    expect(renewals.of('other', '1', 1_000)).toBeUndefined();
  });

  it('TOK-7: last as long as a server asks for in an outage, a minute at most; not at all where it does not say', () => {
    const renewals = new RefusedRenewals();
    const outage = (retryAfter?: number) =>
      failure('server_unavailable', 'renewing', 'Later.', retryAfter === undefined ? {} : { retryAfter });
    const lastsAt = (now: number): boolean => renewals.of('session', '1', now) !== undefined;
    renewals.note('session', '1', outage(), 0);
    expect(lastsAt(0)).toBe(false);
    renewals.note('session', '1', outage(30_000), 0);
    expect([lastsAt(29_999), lastsAt(30_000)]).toEqual([true, false]);
    renewals.note('session', '1', outage(3_600_000), 0);
    expect([lastsAt(59_999), lastsAt(60_000)]).toEqual([true, false]);
    renewals.note('session', '1', failure('unreachable', 'renewing', 'No.'), 0);
    expect(lastsAt(0)).toBe(false);
  });

  it('TOK-7: are forgotten when a person asks', () => {
    const renewals = new RefusedRenewals();
    renewals.note('session', '1', refused, 0);
    renewals.forget('session');
    expect(renewals.of('session', '1', 0)).toBeUndefined();
  });

  it('TOK-6: are a thousand at most, the latest', () => {
    const renewals = new RefusedRenewals();
    for (let at = 0; at < 1_001; at += 1) renewals.note(`grant ${at}`, '1', refused, 0);
    expect(renewals.of('grant 0', '1', 0)).toBeUndefined();
    expect(renewals.of('grant 1', '1', 0)).toBe(refused);
    renewals.note('grant 1', '2', refused, 0);
    renewals.note('one more', '1', refused, 0);
    expect(renewals.of('grant 1', '2', 0)).toBe(refused);
    expect(renewals.of('grant 2', '1', 0)).toBeUndefined();
  });
});

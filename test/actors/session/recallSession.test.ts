// What is remembered of a session when it starts: its grant, and a login that can still be finished; and waits until a time.
import { describe, expect, it } from 'vitest';
import { confirmStepUp } from '../../../actors/session/confirmStepUp.ts';
import { recallSession } from '../../../actors/session/recallSession.ts';
import { gatherChallenges, waitUntil } from '../../../actors/session/waitUntil.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { settle, store } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const issuer = server.issuer;
const never = new AbortController().signal;
const bearer = { dpopKey: undefined, tokenType: undefined };
const open = { spent: undefined, response: undefined };

async function underWay(request: object = {}) {
  const { tools, clock } = toolsFor();
  await store(tools, 'pending', { ...open, ...request });
  await store(tools, 'login', { pendingKey: of.pending.key });
  return { tools, clock, run: () => recallSession(tools)({ session }, never) };
}

describe('a session that starts', () => {
  it('has nothing where nothing is stored', async () => {
    const { tools, clock } = toolsFor();
    expect(await recallSession(tools)({ session }, never)).toEqual({
      at: clock.now(),
      strategy: 'code',
      limits: { floor: [], ceiling: null },
      binding: null,
      grant: null,
      login: null,
    });
  });

  it('TOK-3: has its grant, where it is bound', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    const version = await store(tools, 'grant', bearer);
    expect(await recallSession(tools)({ session }, never)).toMatchObject({
      binding: { issuer, kind: 'dynamic', scopes: ['read'] },
      grant: { key: of.grant.key, version },
    });
  });

  it.each([
    ['unanswered', open, false],
    ['answered', { response: 'answer' }, true],
  ])('AUTHZ-4: has the login that is under way, %s', async (_what, request, answered) => {
    const { run } = await underWay(request);
    expect((await run()).login).toEqual({
      pending: {
        key: of.pending.key,
        issuer,
        redirectUri: 'http://127.0.0.1/callback',
        expiresAt: 2e12,
        requested: ['read'],
      },
      server,
      registration: {
        key: keys.registration(issuer, 'host'),
        kind: 'dynamic',
        issuer,
        clientId: 'client',
        authMethod: 'client_secret_basic',
        redirectUris: ['http://127.0.0.1/callback'],
      },
      answered,
    });
  });

  const { authorizationEndpoint: _, ...without } = server;
  it.each<[string, object]>([
    ['code was sent', { spent: true }],
    ['time is over', { expiresAt: 1_800_000_000_000 }],
    [
      'authorization endpoint is not safe',
      { server: { ...server, authorizationEndpoint: 'http://a.example/' } },
    ],
    ['token endpoint is not safe', { server: { ...server, tokenEndpoint: 'http://a.example/' } }],
    ['authorization endpoint is not known', { server: without }],
  ])('S11: has no login whose %s', async (_what, request) => {
    const { run } = await underWay(request);
    expect((await run()).login).toBeNull();
  });

  it('S11: has no login whose request is gone', async () => {
    const { tools, run } = await underWay();
    await tools.records.forget(of.pending.key);
    expect((await run()).login).toBeNull();
  });
});

describe('a wait', () => {
  const waiting = (at: number | undefined, signal = never) => {
    const { tools, clock } = toolsFor();
    const done: number[] = [];
    void waitUntil(tools)({ at: at === undefined ? undefined : clock.now() + at } as never, signal).then(
      (one) => done.push(one.at),
    );
    return { clock, done };
  };

  it('ends at its time, and not before', async () => {
    const { clock, done } = waiting(1_000);
    await settle();
    clock.pass(999);
    await settle();
    expect(done).toEqual([]);
    clock.pass(1);
    await settle();
    expect(done).toEqual([clock.now()]);
  });

  it('ends at once where its time is now', async () => {
    const { done } = waiting(0);
    await settle();
    expect(done).toHaveLength(1);
  });

  it('that is longer than a timer can be is made of several', async () => {
    const { clock, done } = waiting(3_000_000_000);
    await settle();
    expect((clock.next ?? 0) - clock.now()).toBe(2_147_483_647);
    clock.pass(2_147_483_647);
    await settle();
    expect(done).toEqual([]);
    expect((clock.next ?? 0) - clock.now()).toBe(3_000_000_000 - 2_147_483_647);
  });

  it.each([undefined, 1_000])('ends with the signal (%s)', async (at) => {
    const leaving = new AbortController();
    const { done } = waiting(at, leaving.signal);
    await settle();
    expect(done).toEqual([]);
    leaving.abort();
    await settle();
    expect(done).toHaveLength(1);
  });

  it('STEP-5: for challenges of the same moment lasts 25 milliseconds', async () => {
    const { tools, clock } = toolsFor();
    const gathering = gatherChallenges(tools)({} as never, never);
    expect((clock.next ?? 0) - clock.now()).toBe(25);
    clock.pass(25);
    expect(await gathering).toEqual({ at: clock.now() });
  });
});

describe('a step-up', () => {
  const request = { session, scopes: ['write'], granted: ['read'] };

  it.each<[string, unknown, boolean]>([
    ['nothing', undefined, true],
    ['yes', () => true, true],
    ['no', async () => false, false],
    ['something else', () => 'yes', false],
  ])('STEP-7: is allowed, or not, where the host says %s', async (_what, confirm, isAllowed) => {
    const policy = confirm === undefined ? {} : { confirmStepUp: confirm as () => boolean };
    const { tools, clock } = toolsFor({ policy });
    expect(await confirmStepUp(tools)(request, never)).toEqual({ at: clock.now(), isAllowed });
  });

  it('STEP-7: is put to the host as it is, and a host that fails is told', async () => {
    const asked: unknown[] = [];
    const confirm = (one: unknown): never => {
      asked.push(one);
      throw new Error('of the host');
    };
    const { tools } = toolsFor({ policy: { confirmStepUp: confirm } });
    expect(await failureOf(confirmStepUp(tools)(request, never))).toMatchObject({
      code: 'config_invalid',
      phase: 'steppingUp',
      message: expect.stringContaining('its word on a step-up'),
    });
    expect(asked).toEqual([request]);
  });
});

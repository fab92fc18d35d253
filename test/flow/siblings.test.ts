// Engines that share a store and its one refresh token: one spends it, the others wait; what was broken off is not repeated.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from 'xstate';
import { type AuthSnapshot, memoryStore, type Store } from '../../index.ts';
import { keys, Records } from '../../stores/records.ts';
import {
  callTool,
  failureOf,
  meeting,
  personsTurn,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
let store: Store;
beforeEach(async () => {
  world = await startWorld();
  store = memoryStore();
});
afterEach(() => world.close());

const policy = { interaction: 'ask' } as const;
const later = { now: () => Date.now() + 400_000 };
const join = () => testEngine(world.resource, { store, policy, ...later }).session;
const refreshes = (): readonly Received[] =>
  world.requests('a', 'POST', '/token').filter((one) => one.form.get('grant_type') === 'refresh_token');

/** A login that has run out, by the clock of those who join. */
async function ranOut(): Promise<void> {
  const { engine, session } = testEngine(world.resource, { store, policy });
  await session.login();
  await engine.dispose();
}

/** What a process that is dead has left: the intent to spend the refresh token of this version of the grant. */
async function leaveIntent(of?: string): Promise<void> {
  const [key = ''] = await store.list('grant:');
  const version = of ?? (await store.get(key))?.version ?? '';
  const intent = { v: 1, holder: 'a process that is dead', version };
  await store.put(keys.spend(keys.as('grant', key)), JSON.stringify(intent), undefined);
}

describe('engines that share a store', () => {
  it('C03, TOK-5: refresh once, however many need it at the same time', async () => {
    await ranOut();
    const all = meeting(2);
    // The one that refreshes is answered when the other has begun to look.
    world.script('a POST /token', async () => {
      await all();
      return undefined;
    });
    world.script('a GET /.well-known/oauth-authorization-server', () => {
      void all();
      return undefined;
    });
    const sessions = Array.from({ length: 5 }, join);
    const tokens = await Promise.all(sessions.map((session) => session.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(refreshes()).toHaveLength(1);
    expect(await store.list('spend:')).toEqual([]);
  });

  it('C03, TOK-7: go on one after the other where the server is away, and lose nothing', async () => {
    await ranOut();
    world.script('a POST /token', () => ({ status: 503 }));
    const codes = await Promise.all([join(), join()].map(async (one) => (await failureOf(one.token())).code));
    expect(new Set(codes)).toEqual(new Set(['server_unavailable']));
    expect(await store.list('spend:')).toEqual([]);
    world.scripts.clear();
    expect((await callTool(join(), 'any')).status).toBe(200);
  });
});

describe('a login that a sibling has made', () => {
  const isAuthorized = (snapshot: AuthSnapshot): boolean => snapshot.matches('authorized');

  it('C06, AUTHZ-10: is heard of by those who have nothing', async () => {
    const idle = join();
    await waitFor(idle.actor, (snapshot) => snapshot.matches('idle'));
    const maker = testEngine(world.resource, { store, policy }).session;
    await maker.login();
    await waitFor(idle.actor, isAuthorized);
  });

  it('C06, AUTHZ-10: is heard of by the one who sent the person, when another has finished it', async () => {
    const { userAgent, presented } = testHost();
    const waiting = testEngine(world.resource, { store, policy, userAgent }).session;
    const login = waiting.login();
    await personsTurn(waiting);
    const { engine } = testEngine(world.resource, { store, policy });
    const session = await engine.complete(await visit(presented[0]));
    await login;
    expect(await waiting.token()).toBe(await session.token());
  });

  it('is not heard of by those who were stopped', async () => {
    const { engine, session } = testEngine(world.resource, { store, policy });
    await waitFor(session.actor, (snapshot) => snapshot.matches('idle'));
    await engine.dispose();
    await testEngine(world.resource, { store, policy }).session.login();
    expect(session.actor.getSnapshot().matches('authorized')).toBe(false);
  });
});

describe('a login that several begin', () => {
  const codes = (): number =>
    world.requests('a', 'POST', '/token').filter((one) => one.form.has('code')).length;
  /** @param later by how much its clock is ahead, in milliseconds. */
  const host = (interaction: 'ask' | 'auto', later = 0) => {
    const { userAgent, presented } = testHost();
    const now = () => Date.now() + later;
    return { ...testEngine(world.resource, { store, policy: { interaction }, userAgent, now }), presented };
  };

  it('C06, R13, AUTHZ-11: is shown once, when a mere request of each has begun it', async () => {
    const all = Array.from({ length: 5 }, () => host('auto'));
    const calls = all.map(({ session }) => callTool(session, 'any'));
    await Promise.all(all.map(({ session }) => personsTurn(session)));
    const presented = all.flatMap((one) => one.presented);
    expect(presented).toHaveLength(1);
    // By one that did not show it.
    const other = all.find((one) => one.presented.length === 0);
    await other?.engine.complete(await visit(presented[0]));
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(codes()).toBe(1);
    expect(await store.list('pending:')).toEqual([]);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    expect(await store.list('spend:')).toEqual([]);
  });

  it('C06, AUTHZ-12: is one page for all who ask at once', async () => {
    const all = Array.from({ length: 5 }, () => host('ask'));
    const logins = all.map(({ session }) => session.login());
    await Promise.all(all.map(({ session }) => personsTurn(session)));
    const presented = all.flatMap((one) => one.presented);
    expect(presented).toHaveLength(1);
    await all[0]?.engine.complete(await visit(presented[0]));
    await Promise.all(logins);
    expect(codes()).toBe(1);
    expect(await store.list('pending:')).toEqual([]);
  });

  it('C06, AUTHZ-11: is the same one, shown to who asks for it later', async () => {
    const [first, second] = [host('ask'), host('ask', 60_000)];
    const logins = [first.session.login()];
    await personsTurn(first.session);
    logins.push(second.session.login());
    await vi.waitFor(() => expect(second.presented).toEqual(first.presented));
    await first.engine.complete(await visit(second.presented[0]));
    await Promise.all(logins);
    expect(codes()).toBe(1);
  });

  it('C06, STEP-1: is another one for who needs more than it asks for', async () => {
    const [first, second] = [host('ask'), host('ask')];
    const narrow = first.session.login();
    await personsTurn(first.session);
    const wide = second.session.login({ scopes: ['write'] });
    await vi.waitFor(() => expect(second.presented).toHaveLength(1));
    expect(second.presented).not.toEqual(first.presented);
    expect(await store.list('pending:')).toHaveLength(1);
    // Whoever waits for the narrow one hears that it is over, and waits for the wide one.
    await second.engine.complete(await visit(second.presented[0]));
    await Promise.all([narrow, wide]);
    expect(codes()).toBe(1);
  });

  it('C06, STEP-1, AUTHZ-12: asks for what both want, where each wants something else: both are logged in', async () => {
    const [first, second] = [host('ask'), host('ask')];
    const one = first.session.login({ scopes: ['write'] });
    await personsTurn(first.session);
    const other = second.session.login({ scopes: ['admin'] });
    await vi.waitFor(() => expect(second.presented).toHaveLength(1));
    const asked = new URL(second.presented[0] ?? '').searchParams.get('scope')?.split(' ');
    expect(asked?.sort()).toEqual(['admin', 'read', 'write']);
    await second.engine.complete(await visit(second.presented[0]));
    await Promise.all([one, other]);
    expect([codes(), first.presented.length]).toEqual([1, 1]);
  });

  it('C06, AUTHZ-12: is over for all when its holder cancels it', async () => {
    const [first, second] = [host('ask'), host('ask')];
    const logins = [failureOf(first.session.login())];
    await personsTurn(first.session);
    logins.push(failureOf(second.session.login()));
    await personsTurn(second.session);
    await first.session.cancel();
    const ended = (await Promise.all(logins)).map(({ code }) => code);
    expect(ended).toEqual(['cancelled', 'cancelled']);
    expect(await store.list('pending:')).toEqual([]);
  });

  it('C06, AUTHZ-12: goes on when one that has joined it cancels', async () => {
    const [first, second] = [host('ask'), host('ask')];
    const login = first.session.login();
    await personsTurn(first.session);
    const joined = failureOf(second.session.login());
    await personsTurn(second.session);
    await second.session.cancel();
    expect((await joined).code).toBe('cancelled');
    await first.engine.complete(await visit(first.presented[0]));
    await login;
    expect(codes()).toBe(1);
  });

  it('C06, AUTHZ-12: is denied to all alike', async () => {
    const [first, second] = [host('ask'), host('ask')];
    const logins = [failureOf(first.session.login())];
    await personsTurn(first.session);
    logins.push(failureOf(second.session.login()));
    await personsTurn(second.session);
    const callback = new URL(await visit(first.presented[0]));
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    expect((await failureOf(second.engine.complete(callback))).code).toBe('access_denied');
    expect((await Promise.all(logins)).map(({ code }) => code)).toEqual(['access_denied', 'access_denied']);
    expect(first.presented.length + second.presented.length).toBe(1);
  });
});

describe('news from the store', () => {
  it('C12: leave nothing behind: neither many of them, nor a session that has ended', async () => {
    let watched = 0;
    const counted: Store = {
      ...store,
      watch(key, changed) {
        const end = store.watch?.(key, changed);
        watched += 1;
        return () => {
          watched -= 1;
          end?.();
        };
      },
    };
    const { engine, session } = testEngine(world.resource, { store: counted, policy });
    await waitFor(session.actor, (snapshot) => snapshot.matches('idle'));
    // Of nobody: what the session makes of its own is not counted.
    const key = keys.binding({ ...session.id, subject: 'nobody' });
    const { signal } = new AbortController();
    const listening = vi.spyOn(signal, 'addEventListener');
    const left = vi.spyOn(signal, 'removeEventListener');
    const records = new Records(counted);
    for (let change = 0; change < 50; change += 1) {
      const before = await store.get(key);
      const heard = records.changed(new Map([[key, before?.version]]), signal);
      await store.put(key, `{"change":${change}}`, before?.version);
      await heard;
    }
    expect(left).toHaveBeenCalledTimes(listening.mock.calls.length);
    await engine.dispose();
    await vi.waitFor(() => expect(watched).toBe(0));
    await records.changed(await records.versions([key]), AbortSignal.abort());
    expect(watched).toBe(0);
  });
});

describe('a refresh that was broken off', () => {
  it('C04, TOK-5: is not repeated: after a while a person is asked, and signs out of it later', async () => {
    await ranOut();
    const [spent = ''] = world.refreshTokens.keys();
    await leaveIntent();
    // How long the dead one is waited for goes by how long an answer may take.
    const hasty = { ...policy, requestTimeout: 500 };
    const { session } = testEngine(world.resource, { store, policy: hasty, ...later });
    expect(await failureOf(session.token())).toMatchObject({ code: 'interaction_required' });
    expect(refreshes()).toEqual([]);
    expect(await store.list('spend:')).toEqual([]);
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    // It may live on at the server: sign-out ends it there.
    expect((await textsOf(store, 'grant:')).join()).toContain(spent);
    await session.logout();
    expect(world.requests('a', 'POST', '/revoke').map(({ form }) => form.get('token'))).toContain(spent);
  });

  it('C04: of a version that has passed is only tidied up', async () => {
    await ranOut();
    await leaveIntent('an older version');
    expect((await callTool(join(), 'any')).status).toBe(200);
    expect(refreshes()).toHaveLength(1);
    expect(await store.list('spend:')).toEqual([]);
  });

  it('C09, C18: is not waited for by those who have no patience', async () => {
    await ranOut();
    await leaveIntent();
    const patience = new AbortController();
    const waited = join().token({ signal: patience.signal });
    patience.abort('enough');
    await expect(waited).rejects.toBe('enough');
    expect(refreshes()).toEqual([]);
  });

  it('C10: is not waited for by an engine that goes down', async () => {
    await ranOut();
    await leaveIntent();
    const { engine, session } = testEngine(world.resource, {
      store,
      policy: { ...policy, requestTimeout: 60_000 },
      ...later,
    });
    const waited = failureOf(session.token());
    await waitFor(session.actor, (snapshot) => snapshot.matches({ authorized: { renewal: 'renewing' } }));
    await engine.dispose();
    expect((await waited).code).toBe('interaction_required');
    expect(refreshes()).toEqual([]);
    // Whoever comes after it still knows that the token may have been sent.
    expect(await store.list('spend:')).toHaveLength(1);
  });
});

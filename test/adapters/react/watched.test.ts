// What components see of a session, without React: one subscription, the page of a login, actions that never reject.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActor } from 'xstate';
import { actionsOf } from '../../../adapters/react/actions.ts';
import { firstState } from '../../../adapters/react/state.ts';
import { type WatchedSession, watchedOf } from '../../../adapters/react/watched.ts';
import { failure } from '../../../contract/errors.ts';
import { AuthError, type EngineOptions, type Session } from '../../../index.ts';
import { callTool, personsTurn, settled, testEngine, testHost, visit } from '../../support/engine.ts';
import { startWorld, type World } from '../../support/world.ts';

let world: World;
let ends: (() => unknown)[];
beforeEach(async () => {
  world = await startWorld();
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  await world.close();
});

/** A session whose person is led nowhere: the test visits the page itself. */
function bench(options: Partial<EngineOptions> = {}) {
  const host = testHost();
  const policy = { interaction: 'ask' } as const;
  const made = testEngine(world.resource, { userAgent: host.userAgent, policy, ...options });
  ends.unshift(() => made.engine.dispose());
  const watched = watchedOf(made.session);
  return { ...made, host, watched, actions: actionsOf(watched, undefined) };
}

/** A component that is mounted; @returns how often it was told to render again. */
function mount(watched: WatchedSession) {
  const rendered = vi.fn();
  const unmount = watched.subscribe(rendered);
  ends.unshift(unmount);
  return { rendered, unmount };
}

/** Logs in as the person would. */
async function logIn({ actions, engine, session, host }: ReturnType<typeof bench>): Promise<boolean> {
  const done = actions.login();
  await personsTurnOf(session);
  await engine.complete(await visit(host.presented.at(-1)));
  return done;
}

async function personsTurnOf(session: Session): Promise<void> {
  await vi.waitFor(() => expect(session.snapshot.hasTag('needsUser')).toBe(true), 10_000);
}

describe('what a handler is called with, and is no options', () => {
  test.each([
    ['null', null],
    ['nothing', undefined],
    ['a text', 'work'],
    ['a number', 1],
    ['a list', []],
    ['a function', () => {}],
    ['the event of a click in React', { nativeEvent: {}, signal: 'not ours' }],
    ['the event of a click', new Event('click')],
  ])('%s', async (_what, given) => {
    const { actions, session } = bench();
    const login = vi.spyOn(session, 'login').mockResolvedValue();
    const logout = vi.spyOn(session, 'logout').mockResolvedValue();
    const called = { login: actions.login, logout: actions.logout } as unknown as Record<
      'login' | 'logout',
      (given: unknown) => Promise<boolean>
    >;
    expect([await called.login(given), await called.logout(given)]).toEqual([true, true]);
    expect([login.mock.lastCall?.[0] ?? {}, logout.mock.lastCall?.[0] ?? {}]).toEqual([{}, {}]);
  });
});

describe('a session that is watched', () => {
  test('is one for all who watch it', () => {
    const { session, watched } = bench();
    expect(watchedOf(session)).toBe(watched);
    expect(watchedOf(bench().session)).not.toBe(watched);
  });

  test('is not started by looking at it, and by mounting only as far as the store goes', async () => {
    const { watched, session, progress } = bench();
    expect(watched.state()).toBe(firstState);
    expect(watched.state()).toBe(firstState);
    expect(progress).toEqual([]);
    const { rendered } = mount(watched);
    await settled(session);
    expect(watched.state()).toEqual({ ...firstState, status: 'idle', isBusy: false });
    expect(rendered).toHaveBeenCalled();
    expect(world.received).toEqual([]);
  });

  test('begins as the chart does', () => {
    const { watched, session } = bench();
    mount(watched);
    expect(session.snapshot.value).toBe(firstState.status);
    expect(watched.state()).toBe(firstState);
  });

  test('is subscribed to once by any number of components, and left by the last', () => {
    const { watched, session } = bench();
    const end = vi.fn();
    const subscribe = vi.spyOn(session, 'subscribe').mockReturnValue(end);
    const [one, other] = [mount(watched), mount(watched)];
    one.unmount();
    one.unmount();
    expect([subscribe.mock.calls.length, end.mock.calls.length]).toEqual([1, 0]);
    other.unmount();
    expect(end).toHaveBeenCalledTimes(1);
    mount(watched).unmount();
    expect([subscribe.mock.calls.length, end.mock.calls.length]).toEqual([2, 2]);
  });

  test('tells a component that watches it twice until both have ended', async () => {
    const { watched, session } = bench();
    const render = vi.fn();
    watched.subscribe(render)();
    const [one, other] = [watched.subscribe(render), watched.subscribe(render)];
    one();
    await settled(session);
    expect(render).toHaveBeenCalledTimes(1);
    other();
  });

  test('holds no chart back from its rest when nobody looks on any more', async () => {
    const { watched, session, engine } = bench({ policy: { idleAfter: 1 } });
    const { unmount } = mount(watched);
    await settled(session);
    unmount();
    await new Promise((resolve) => setTimeout(resolve, 5));
    engine.session({ resource: `${world.origins.resource}/other` }).snapshot;
    // Another session is used: the one that nobody looks at is put to rest, and is shown as it was.
    expect(watched.state()).toEqual({ ...firstState, status: 'idle', isBusy: false });
  });

  test('shows what happened while no component was there', async () => {
    const made = bench();
    mount(made.watched).unmount();
    await logIn(made);
    expect(made.watched.state()).toMatchObject({ status: 'authorized', canSend: true });
  });

  test('keeps its object for as long as nothing changes that can be seen', async () => {
    const made = bench();
    const { rendered } = mount(made.watched);
    await logIn(made);
    await callTool(made.session, 'read');
    const state = made.watched.state();
    const times = rendered.mock.calls.length;
    await callTool(made.session, 'read');
    expect(made.watched.state()).toBe(state);
    expect(rendered).toHaveBeenCalledTimes(times);
  });

  test('may be of a chart that the host runs itself', async () => {
    const { engine, host } = bench();
    const actor = createActor(engine.machine, { input: { resource: world.resource } }).start();
    ends.unshift(() => actor.stop());
    const watched = watchedOf(engine.sessionOf(actor));
    mount(watched);
    const done = actionsOf(watched, undefined).login();
    await vi.waitFor(() => expect(watched.state().url).toBe(host.presented[0] ?? 'none'), 10_000);
    actor.send({ type: 'user.cancel' });
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({ url: undefined, error: { code: 'cancelled' } });

    const again = actionsOf(watched, undefined).login();
    await vi.waitFor(() => expect(watched.state().url).toBe(host.presented[1] ?? 'none'), 10_000);
    actor.stop();
    expect(await again).toBe(false);
    expect(watched.state()).toMatchObject({ url: undefined, isBusy: false, needsUser: false });
  });

  test('has nothing under way after the end of its engine', async () => {
    const { watched, engine, actions } = bench();
    mount(watched);
    await engine.dispose();
    expect(watched.state()).toMatchObject({ isBusy: false, needsUser: false, canSend: false });
    expect(await actions.login()).toBe(false);
    expect(watched.state().error).toMatchObject({ code: 'engine_disposed', recovery: 'fix-config' });
  });
});

describe('a login', () => {
  test('shows its page while the person is awaited, and drops it when it has ended', async () => {
    const made = bench();
    const { watched, actions, session, engine, host } = made;
    const seen: (string | undefined)[] = [];
    mount(watched);
    watched.subscribe(() => {
      const { url, needsUser } = watched.state();
      if (!needsUser) expect(url).toBeUndefined();
      seen.push(url);
    });
    const done = actions.login();
    expect(watched.state().isBusy).toBe(true);
    await personsTurnOf(session);
    await vi.waitFor(() => expect(watched.state().url).toBe(host.presented[0]));
    expect(watched.state()).toMatchObject({ needsUser: true, isBusy: true, canSend: false });
    await engine.complete(await visit(host.presented[0]));
    expect(await done).toBe(true);
    expect(watched.state()).toMatchObject({ url: undefined, needsUser: false, isBusy: false });
    expect(watched.state()).toMatchObject({ status: 'authorized', canSend: true, scopes: ['read'] });
    expect(seen).toContain(host.presented[0]);
  });

  test('whose person has answered while no component was there shows no page', async () => {
    const { watched, actions, engine, host } = bench();
    const { unmount } = mount(watched);
    const done = actions.login();
    await vi.waitFor(() => expect(watched.state().url).toBe(host.presented[0] ?? 'none'), 10_000);
    unmount();
    await engine.complete(await visit(host.presented[0]));
    await done;
    expect(watched.state()).toMatchObject({ canSend: true, url: undefined });
  });

  test('whose page is found when no component is there any more shows none', async () => {
    const { watched, actions, session } = bench();
    const { unmount } = mount(watched);
    let answer = (_url: string): void => {};
    const late = new Promise<string>((resolve) => {
      answer = resolve;
    });
    vi.spyOn(session, 'loginUrl').mockReturnValue(late);
    const done = actions.login();
    await personsTurnOf(session);
    unmount();
    answer('https://a.example/authorize');
    await late;
    await actions.cancel();
    await done;
    expect(watched.state().url).toBeUndefined();
  });

  test('whose page cannot be found says why', async () => {
    const { watched, actions, session } = bench();
    mount(watched);
    const failed = new AuthError(failure('store_failed', 'storing', 'The store did not answer.'));
    vi.spyOn(session, 'loginUrl').mockRejectedValue(failed);
    const done = actions.login();
    await vi.waitFor(() => expect(watched.state().error?.code).toBe('store_failed'), 10_000);
    expect(watched.state()).toMatchObject({ needsUser: true, url: undefined });
    await actions.cancel();
    await done;
  });

  test('waits for nobody any more after the end of its engine', async () => {
    const { watched, actions, engine, host } = bench();
    mount(watched);
    const done = actions.login();
    await vi.waitFor(() => expect(watched.state().url).toBe(host.presented[0] ?? 'none'), 10_000);
    await engine.dispose();
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({ url: undefined, isBusy: false, needsUser: false });
  });

  test('that is cancelled leaves no page behind, and says so', async () => {
    const { watched, actions, session } = bench();
    mount(watched);
    const done = actions.login();
    await personsTurnOf(session);
    expect(await actions.cancel()).toBe(true);
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({
      url: undefined,
      needsUser: false,
      error: { code: 'cancelled', recovery: 'ask-user' },
    });
  });

  test('that a sign-out has ended is no error', async () => {
    const { watched, actions, session } = bench();
    mount(watched);
    const done = actions.login();
    await personsTurnOf(session);
    expect(await actions.logout()).toBe(true);
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({ status: 'idle', isBusy: false, error: undefined });
  });

  test('takes the event of a click for no option, and options as they are', async () => {
    const made = bench();
    const { actions, session, engine, host, watched } = made;
    mount(watched);
    const login = vi.spyOn(session, 'login');
    const logout = vi.spyOn(session, 'logout');
    const done = actions.login({ nativeEvent: {} });
    await personsTurn(session);
    await engine.complete(await visit(host.presented[0]));
    expect(await done).toBe(true);
    expect(await actions.login({ scopes: ['read'] })).toBe(true);
    expect(await actions.logout({ nativeEvent: {} })).toBe(true);
    expect(await actions.logout({ forget: 'everything' })).toBe(true);
    expect(login.mock.calls).toEqual([[{}], [{ scopes: ['read'] }]]);
    expect(logout.mock.calls).toEqual([[undefined], [{ forget: 'everything' }]]);
    expect(watched.state()).toMatchObject({ status: 'idle', canSend: false, scopes: [], error: undefined });
  });

  test('opens its window in the click, and closes one that shows no server', async () => {
    const { watched, session } = bench();
    mount(watched);
    await settled(session);
    world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 404 }));
    const popup = { open: vi.fn(), dismiss: vi.fn() };
    const actions = actionsOf(watched, popup);
    const done = actions.login();
    expect(popup.open.mock.calls).toEqual([[world.resource]]);
    expect(await done).toBe(false);
    expect(popup.dismiss).toHaveBeenCalled();
    expect(watched.state().error?.code).toBe('server_metadata_absent');
    await actions.retry();
    await actions.stepUp();
    expect(popup.open).toHaveBeenCalledTimes(3);
  });
});

describe('an error', () => {
  test('is shown with what helps, and goes with the next try', async () => {
    const { watched, actions, session } = bench();
    mount(watched);
    let isDown = true;
    world.script('a GET /.well-known/oauth-authorization-server', () =>
      isDown ? { status: 503 } : undefined,
    );
    expect(await actions.login()).toBe(false);
    expect(watched.state()).toMatchObject({
      status: 'failed',
      error: { name: 'AuthError', code: 'server_unavailable', recovery: 'retry-later' },
    });
    isDown = false;
    const done = actions.retry();
    expect(watched.state().isBusy).toBe(true);
    await personsTurnOf(session);
    expect(watched.state().error).toBeUndefined();
    await actions.cancel();
    await done;
  });

  test('is the same object for as long as it is the same error, whatever else changes', async () => {
    const { watched, actions } = bench();
    mount(watched);
    world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 404 }));
    expect(await actions.login()).toBe(false);
    const { error, scopes } = watched.state();
    const seen: ReturnType<WatchedSession['state']>[] = [];
    watched.subscribe(() => seen.push(watched.state()));
    await actions.cancel();
    expect(seen.map(({ isBusy }) => isBusy)).toEqual([true, false]);
    expect(error?.code).toBe('server_metadata_absent');
    for (const one of seen) expect([one.error === error, one.scopes === scopes]).toEqual([true, true]);
  });

  test('that the chart does not know is shown until the next action', async () => {
    const made = bench({ policy: { scopeCeiling: ['read'] } });
    const { watched, actions } = made;
    mount(watched);
    await logIn(made);
    expect(await actions.login({ scopes: ['write'] })).toBe(false);
    expect(watched.state()).toMatchObject({
      canSend: true,
      error: { code: 'scope_not_allowed', recovery: 'fix-config' },
    });
    expect(await actions.login()).toBe(true);
    expect(watched.state().error).toBeUndefined();
    await actions.login({ scopes: ['write'] });
    expect(watched.state().error?.code).toBe('scope_not_allowed');
    await made.session.logout();
    expect(watched.state()).toMatchObject({ canSend: false, error: undefined });
  });

  test('is the newest one', async () => {
    const { watched, actions } = bench({ policy: { scopeCeiling: ['read'] } });
    mount(watched);
    world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 404 }));
    await actions.login();
    expect(watched.state().error?.code).toBe('server_metadata_absent');
    await actions.login({ scopes: ['write'] });
    expect(watched.state()).toMatchObject({ status: 'failed', error: { code: 'scope_not_allowed' } });
  });

  test('is none where the caller itself gave up waiting', async () => {
    const { watched, actions, session } = bench();
    mount(watched);
    const giveUp = new AbortController();
    const done = actions.login({ signal: giveUp.signal });
    await personsTurnOf(session);
    giveUp.abort();
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({ needsUser: true, error: undefined });
  });

  test('of what is no option of a login is shown, too', async () => {
    const { watched, actions } = bench();
    mount(watched);
    expect(await actions.login({ scope: 'read' } as object)).toBe(false);
    expect(watched.state().error).toMatchObject({ code: 'config_invalid' } satisfies Partial<AuthError>);
  });

  test('of the window of the host is shown, too', async () => {
    const { watched } = bench();
    mount(watched);
    const open = (): never => {
      throw new Error('with a secret');
    };
    expect(await actionsOf(watched, { open, dismiss() {} }).login()).toBe(false);
    expect(watched.state().error?.code).toBe('internal');
    expect(watched.state().error?.message).not.toContain('secret');
  });
});

describe('a step-up', () => {
  test('shows what is missing, asks for it, and keeps what there was', async () => {
    const made = bench();
    const { watched, actions, session, engine, host } = made;
    mount(watched);
    await logIn(made);
    world.needs = ({ body }) => (body.includes('write') ? 'write' : null);
    expect((await actions.fetch(world.resource, { method: 'POST', body: 'write' })).status).toBe(403);
    await vi.waitFor(() => expect(watched.state().missingScopes).toEqual(['write']));
    expect(watched.state()).toMatchObject({
      canSend: true,
      scopes: ['read'],
      error: { code: 'interaction_required', recovery: 'ask-user' },
    });
    const done = actions.stepUp();
    await personsTurnOf(session);
    await engine.complete(await visit(host.presented[1]));
    expect(await done).toBe(true);
    expect(watched.state()).toMatchObject({ missingScopes: [], error: undefined });
    expect([...watched.state().scopes].sort()).toEqual(['read', 'write']);
    expect((await actions.fetch(world.resource, { method: 'POST', body: 'write' })).status).toBe(200);
  });

  test('for what was granted already would be in vain: nothing is missing', async () => {
    const made = bench();
    const { watched, actions } = made;
    mount(watched);
    await logIn(made);
    const challenge = 'Bearer error="insufficient_scope", scope="read"';
    world.script('resource POST /mcp', () => ({ status: 403, headers: { 'www-authenticate': challenge } }));
    for (const body of ['one', 'one']) await actions.fetch(world.resource, { method: 'POST', body });
    await vi.waitFor(() => expect(watched.state().error?.code).toBe('scope_not_honoured'), 10_000);
    expect(watched.state()).toMatchObject({ scopes: ['read'], missingScopes: [] });
  });

  test('is not offered any more after a sign-out', async () => {
    const made = bench();
    const { watched, actions } = made;
    mount(watched);
    await logIn(made);
    world.needs = () => 'write';
    await actions.fetch(world.resource, { method: 'POST', body: 'write' });
    await vi.waitFor(() => expect(watched.state().missingScopes).toEqual(['write']), 10_000);
    await actions.logout();
    expect(watched.state()).toMatchObject({ missingScopes: [], error: undefined });
  });

  test('that the person denies can be asked for again', async () => {
    const made = bench();
    const { watched, actions, session, engine, host } = made;
    mount(watched);
    await logIn(made);
    world.needs = ({ body }) => (body.includes('write') ? 'write' : null);
    await actions.fetch(world.resource, { method: 'POST', body: 'write' });
    const done = actions.stepUp();
    await personsTurnOf(session);
    const denied = new URL(await visit(host.presented[1]));
    denied.searchParams.delete('code');
    denied.searchParams.set('error', 'access_denied');
    await engine.complete(denied).catch(() => {});
    expect(await done).toBe(false);
    expect(watched.state()).toMatchObject({ canSend: true, error: { code: 'access_denied' } });
    const again = actions.stepUp();
    await personsTurnOf(session);
    expect(new URL(host.presented[2] ?? '').searchParams.get('scope')).toBe('read write');
    await actions.cancel();
    await again;
  });
});

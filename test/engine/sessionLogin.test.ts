// The login that is asked of a session: what its chart is told and when, who joins whom, and what it ends with.
import { describe, expect, it, vi } from 'vitest';
import { failure } from '../../contract/errors.ts';
import type { AuthContext, AuthEvent } from '../../machines/context.ts';
import { keys } from '../../stores/records.ts';
import { store } from '../actors/stored.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf, testHost } from '../support/engine.ts';
import { full } from './contexts.ts';
import { awaiting, ended, exchanging, id, idle, isOver, loggedIn, sessionAt } from './sessionBench.ts';
import { at, grantOf, storeGrant } from './tokenBench.ts';

const asked = { type: 'user.login', scopes: [], again: false };
/** A chart that logs in as soon as it is told to. */
const logsIn = ({ type }: AuthEvent) => (type === 'user.login' ? loggedIn() : undefined);
const { key } = samples().pending;
const pending = { ...(full.pending as NonNullable<AuthContext['pending']>), key, requested: ['read'] };

describe('a login', () => {
  it('is asked of the chart, with its scopes, and ends when nothing is under way', async () => {
    const { session, told, go } = sessionAt(idle, { hears: () => exchanging });
    const login = session.login({ scopes: ['read'] });
    expect(await isOver(login)).toBe(false);
    expect(told).toStrictEqual([{ ...asked, scopes: ['read'] }]);
    expect(session.snapshot).toBe(exchanging);
    go(loggedIn());
    await login;
  });

  it('HOST-1: begins nothing where the engine is disposed of', async () => {
    const { session, told } = sessionAt(idle, { hears: logsIn, tools: { closing: AbortSignal.abort() } });
    expect((await failureOf(session.login())).code).toBe('engine_disposed');
    expect(told).toEqual([]);
  });

  it.each<[string, object, readonly string[], boolean]>([
    ['beyond the ceiling', { scopeCeiling: ['read'] }, ['write'], true],
    ['within the ceiling', { scopeCeiling: ['read'] }, ['read'], false],
    ['of the floor', { scopeCeiling: ['read'], scopeFloor: ['write'] }, ['write'], false],
    ['where no ceiling is set', { scopeFloor: ['read'] }, ['write'], false],
  ])('STEP-7: for scopes %s', async (_what, policy, scopes, isRefused) => {
    const { session, told } = sessionAt(idle, { hears: logsIn, tools: { policy } });
    const outcome = await session.login({ scopes }).then(
      () => 'logged in',
      ({ code }) => code,
    );
    expect(outcome).toBe(isRefused ? 'scope_not_allowed' : 'logged in');
    expect(told).toHaveLength(isRefused ? 0 : 1);
  });

  it('waits for what is in flight first, and looks at what siblings did', async () => {
    const { session, told, go, tools } = sessionAt(exchanging, {
      hears: ({ type }) => (type === 'user.login' ? loggedIn() : undefined),
    });
    await store(tools, 'binding');
    const grantVersion = await storeGrant(tools);
    const login = session.login();
    expect(await isOver(login)).toBe(false);
    expect(told).toEqual([]);
    go(idle);
    await login;
    expect(told).toEqual([{ type: 'grant.changed', grantVersion }, asked]);
  });

  it('TOK-14: asks servers anew for what they have refused', async () => {
    const { session, tools } = sessionAt(idle, { hears: logsIn });
    const at = keys.binding(id);
    tools.refusedRenewals.note(at, '7', failure('client_refused', 'renewing', 'No.'), tools.now());
    await session.login();
    expect(tools.refusedRenewals.of(at, '7', tools.now())).toBeUndefined();
  });

  it('HOST-1: closes what its user agent shows, where that can be closed', async () => {
    const dismiss = vi.fn();
    const { userAgent } = testHost();
    for (const of of [{ ...userAgent, dismiss }, userAgent])
      await sessionAt(idle, { hears: logsIn, tools: { userAgent: of } }).session.login();
    expect(dismiss).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a logout', ['logout']],
    ['a cancel', ['cancel']],
    ['both', ['cancel', 'logout']],
  ] as const)('C08: is over with %s before it was begun', async (_what, ends) => {
    const { session, told, go } = sessionAt(exchanging);
    const login = session.login();
    const over = ends.map((end) => session[end]());
    expect(await isOver(login)).toBe(false);
    go(idle);
    await Promise.all(over);
    expect((await failureOf(login)).code).toBe('cancelled');
    expect(told.map(({ type }) => type)).toEqual(ends.map((end) => `user.${end}`));
  });
});

describe('a login where a person is awaited', () => {
  const known = { grant: null, pending, presented: key };
  const shown = at({ authorizing: 'awaitingUser' }, known);
  it.each([
    ['is not shown again at once, for what it brings anyway', shown, 'read', 0, 0],
    ['is shown again after a second', shown, 'read', 1_000, 1],
    ['is another one at once, for more scopes', shown, 'write', 0, 1],
    ['is begun at once where nobody is awaited any more', at('idle', known), 'read', 0, 1],
  ])('AUTHZ-12: %s', async (_what, first, scope, later, times) => {
    const { session, told, go, tools, clock } = sessionAt(first);
    await store(tools, 'pending', { createdAt: tools.now() });
    clock.pass(later);
    const login = session.login({ scopes: [scope] });
    login.catch(() => {});
    await isOver(login);
    expect(told.filter(({ type }) => type === 'user.login')).toHaveLength(times);
    go(idle);
    await isOver(login);
  });

  it('AUTHZ-12: is shown again to whoever asks a second after somebody has asked, and once for that', async () => {
    const { session, told, go, clock } = sessionAt(idle, {
      hears: ({ type }) => (type === 'user.login' ? awaiting : undefined),
    });
    const logins = [session.login()];
    await isOver(logins[0] as Promise<void>);
    for (const later of [999, 1, 999, 1]) {
      clock.pass(later);
      logins.push(session.login());
    }
    expect(told).toStrictEqual([asked, { type: 'user.login' }, { type: 'user.login' }]);
    go(exchanging);
    clock.pass(1_000);
    logins.push(session.login());
    expect(told).toHaveLength(3);
    go(loggedIn());
    await Promise.all(logins);
    expect(told).toHaveLength(3);
  });
});

describe('logins at the same time', () => {
  it('AUTHZ-12: are one where it covers what they ask for, and one after it where they ask for more', async () => {
    const { session, told } = sessionAt(idle, { hears: logsIn });
    await Promise.all([session.login(), session.login({ scopes: ['read'] })]);
    expect(told).toEqual([asked]);
    await failureOf(Promise.all([session.login(), session.login({ scopes: ['other'] })]));
    const logins = told.filter(({ type }) => type === 'user.login');
    expect(logins).toEqual([asked, asked, { ...asked, scopes: ['other'] }]);
  });

  it('C09: are waited for by each caller for as long as its own signal says', async () => {
    const { session, go } = sessionAt(idle, {
      hears: ({ type }) => (type === 'user.login' ? awaiting : undefined),
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const logins = [first, second].map(({ signal }) => session.login({ signal }));
    logins.push(session.login());
    first.abort('first');
    second.abort('second');
    await expect(logins[0]).rejects.toBe('first');
    await expect(logins[1]).rejects.toBe('second');
    go(loggedIn());
    await logins[2];
  });
});

describe('a login ends', () => {
  const { failure: failed, refusal } = full;
  it.each([
    ['with the failure of the chart', at('idle', { failure: failed, refusal }), 'timed_out'],
    ['with the refusal of the chart', at('idle', { refusal }), 'scope_not_allowed'],
    ['as cancelled, where the chart has neither', idle, 'cancelled'],
    ['as cancelled, where its grant cannot be sent', at('idle', { refusal: null }), 'cancelled'],
    ['with the refusal, beside a grant for less', loggedIn('7', { refusal }), 'scope_not_allowed'],
    ['as cancelled, with the end of its chart', ended(idle), 'cancelled'],
  ])('C08: %s', async (_what, end, code) => {
    const { session } = sessionAt(idle, { hears: ({ type }) => (type === 'user.login' ? end : undefined) });
    expect((await failureOf(session.login({ scopes: ['other'] }))).code).toBe(code);
  });

  it.each<[string, string | null, string, boolean, string]>([
    ['well with the grant of before', '7', '7', false, 'logged in'],
    ['well with another grant, where the one of before was to be replaced', '7', '8', true, 'logged in'],
    ['well with any grant, where there was none to be replaced', null, '7', true, 'logged in'],
    ['as cancelled with the grant of before, where it was to be replaced', '7', '7', true, 'cancelled'],
  ])('TOK-14: %s', async (_what, before, after, again, expected) => {
    const first = before === null ? idle : loggedIn(before);
    const { session, told } = sessionAt(first, {
      hears: ({ type }) => (type === 'user.login' ? loggedIn(after) : undefined),
    });
    const outcome = await session.login({ again }).then(
      () => 'logged in',
      ({ code }) => code,
    );
    expect(outcome).toBe(expected);
    expect(told.at(-1)).toStrictEqual({ ...asked, again });
    expect(grantOf(after).version).toBe(after);
  });
});

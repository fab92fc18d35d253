// What else is asked of a session: what its chart is told, for how long somebody waits, and what a session at rest lets go of.
import { describe, expect, it, vi } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { makeKey } from '../../actors/network/dpopKey.ts';
import { failure } from '../../contract/errors.ts';
import { keys } from '../../stores/records.ts';
import { store } from '../actors/stored.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf } from '../support/engine.ts';
import { collectGarbage } from '../support/garbage.ts';
import { full } from './contexts.ts';
import { from } from './resourceBench.ts';
import { awaiting, ended, exchanging, id, idle, isOver, loggedIn, sessionAt } from './sessionBench.ts';
import { at, grantOf, storeGrant } from './tokenBench.ts';

/** Knows the key that was read last, as long as somebody else holds it. */
class WatchedDpop extends Dpop {
  opened: WeakRef<object> | undefined;

  override async open(grant: Parameters<Dpop['open']>[0]): ReturnType<Dpop['open']> {
    const found = await super.open(grant);
    this.opened = found?.key && new WeakRef(found.key);
    return found;
  }
}

const failed = at('idle', { grant: null, failure: full.failure });
const url = `${id.resource}mcp`;
const refusal = (): Response => from(url, { status: 401, headers: { 'www-authenticate': 'Bearer' } });

/** A session with a grant that is stored. */
async function signedIn(options?: Parameters<typeof sessionAt>[1]) {
  const made = sessionAt(idle, options);
  const grant = grantOf(await storeGrant(made.tools));
  made.go(loggedIn(grant.version));
  return { ...made, version: grant.version };
}

describe.each([
  ['logout', 'user.logout'],
  ['cancel', 'user.cancel'],
  ['retry', 'user.retry'],
] as const)('%s', (call, type) => {
  it('tells the chart, and waits until nothing is under way', async () => {
    const { session, told, go } = sessionAt(exchanging);
    const work = session[call]();
    expect(await isOver(work)).toBe(false);
    expect(told).toStrictEqual([{ type }]);
    go(idle);
    await work;
  });

  it('C09: waits no longer than the signal of its caller says', async () => {
    const { session } = sessionAt(exchanging);
    const caller = new AbortController();
    const work = session[call]({ signal: caller.signal });
    caller.abort('gone');
    await expect(work).rejects.toBe('gone');
  });

  it('HOST-1: tells the chart nothing once the engine is disposed of', async () => {
    const { session, told } = sessionAt(idle, { tools: { closing: AbortSignal.abort() } });
    expect((await failureOf(session[call]())).code).toBe('engine_disposed');
    expect(told).toEqual([]);
  });
});

describe('a sign-out', () => {
  it('TOK-10: forgets as much as it is told to', async () => {
    const { session, told } = sessionAt(idle);
    await session.logout({ forget: 'everything' });
    expect(told).toEqual([{ type: 'user.logout', forget: 'everything' }]);
  });

  it.each([
    ['what could not be forgotten', failed, 'timed_out'],
    ['that the chart has ended before', ended(idle), 'cancelled'],
    ['what could not be forgotten, also where the chart has ended', ended(failed), 'timed_out'],
  ])('TOK-10: fails with %s', async (_what, end, code) => {
    const { session } = sessionAt(idle, { hears: () => end });
    expect((await failureOf(session.logout())).code).toBe(code);
  });
});

describe('another try', () => {
  it('fails with what it ended with, and asks servers anew for what they have refused', async () => {
    const { session, tools } = sessionAt(idle, { hears: () => failed });
    const key = keys.binding(id);
    tools.refusedRenewals.note(key, '7', failure('client_refused', 'renewing', 'No.'), tools.now());
    expect((await failureOf(session.retry())).code).toBe('timed_out');
    expect(tools.refusedRenewals.of(key, '7', tools.now())).toBeUndefined();
  });
});

describe('a host that sends its requests itself', () => {
  it('HOST-1: gets the token, and the headers for a request', async () => {
    const { session } = await signedIn();
    expect(await session.token()).toBe('access');
    expect(await session.authorization({ method: 'GET', url })).toEqual({ authorization: 'Bearer access' });
  });

  it('HOST-1: tells the chart of an answer, and of nothing that is none', async () => {
    const { session, told, version } = await signedIn();
    await session.token();
    expect((await failureOf(session.answered({} as Response))).code).toBe('config_invalid');
    expect(told).toEqual([]);
    expect(await session.answered(refusal())).toBe(false);
    expect(told).toMatchObject([{ type: 'challenge.received', grantVersion: version }]);
  });

  it('HOST-1: is known by the token that it was given, whoever used the session first at the same time', async () => {
    const { session, told, version } = await signedIn();
    await Promise.all([session.token(), session.holdings()]);
    await session.answered(refusal());
    expect(told).toMatchObject([{ grantVersion: version }]);
  });

  it('HOST-1: shows the page of a login, once it is the turn of its person', async () => {
    const { key, value } = samples().pending;
    const pending = { ...(full.pending as NonNullable<typeof full.pending>), key };
    const shown = at({ authorizing: 'awaitingUser' }, { grant: null, pending });
    const { session, tools, go } = sessionAt(idle, {
      hears: ({ type }) => (type === 'user.login' ? exchanging : undefined),
    });
    await store(tools, 'pending');
    expect(await session.loginUrl()).toBeUndefined();
    const login = session.login();
    const page = session.loginUrl();
    await isOver(page);
    go(shown);
    expect(await page).toBe(value.url);
    go(loggedIn());
    await login;
  });

  it('BIND-1: is told which server holds what', async () => {
    const { session, tools } = sessionAt(idle);
    await store(tools, 'binding');
    expect(await session.holdings()).toMatchObject([{ issuer: 'https://as.example' }]);
  });
});

describe('the fetch of a session', () => {
  it('is one function, before and after its first use, and sends the token', async () => {
    const { session, sent } = await signedIn();
    const { fetch } = session;
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(200);
    expect(session.fetch).toBe(fetch);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(Array(2).fill('Bearer access'));
  });

  it('L04: is told to those who look on', async () => {
    const { session, observer } = await signedIn();
    await session.fetch(url);
    expect(observer.history).toMatchObject([{ kind: 'request', purpose: 'resource', status: 200 }]);
    expect(session.explain().steps).toHaveLength(1);
  });
});

describe('whoever needs a token', () => {
  it.each<[string, typeof idle, 'ask' | 'auto', boolean]>([
    ['waits while something is under way', exchanging, 'ask', false],
    ['does not wait where nothing is', idle, 'ask', true],
    ['does not wait for a person whom nobody here has sent anywhere', awaiting, 'ask', true],
    ['waits for a person whom a request may send somewhere', awaiting, 'auto', false],
  ])('AUTHZ-11: %s', async (_what, first, interaction, expected) => {
    const { session, go } = sessionAt(first, { interaction });
    const quiet = session.quiet();
    expect(await isOver(quiet)).toBe(expected);
    go(idle);
    await quiet;
  });

  it('AUTHZ-11: waits for a person where somebody has asked for the login', async () => {
    const { session, go } = sessionAt(idle, {
      hears: ({ type }) => (type === 'user.login' ? awaiting : undefined),
    });
    const login = session.login();
    await isOver(login);
    const quiet = session.quiet();
    expect(await isOver(quiet)).toBe(false);
    go(loggedIn());
    await Promise.all([login, quiet]);
  });

  it('waits with a session that is used for as long as the session does', async () => {
    const { session, go, told } = await signedIn({ hears: () => exchanging });
    await session.token();
    const answered = session.answered(refusal());
    expect(await isOver(answered)).toBe(false);
    expect(told).toHaveLength(1);
    go(loggedIn('another'));
    expect(await answered).toBe(true);
  });

  it('C09: waits no longer than the signal of its caller says', async () => {
    const { session } = sessionAt(exchanging);
    const gone = AbortSignal.abort('gone');
    await expect(session.quiet(gone)).rejects.toBe('gone');
    await expect(session.settled(gone)).rejects.toBe('gone');
  });
});

describe('a session and its chart', () => {
  it('C12: wakes it, stops it, and gives it to the host', () => {
    const { session, chart } = sessionAt(idle);
    expect([session.wake(), session.snapshot, session.actor]).toEqual([idle, idle, chart.actor]);
    session.stop();
    expect([chart.wake.mock.calls.length, chart.stop.mock.calls.length]).toEqual([1, 1]);
  });

  it('C13: tells a listener of each snapshot; one that throws is a defect of the host', () => {
    const onDefect = vi.fn();
    const { session, chart } = sessionAt(idle, { tools: { onDefect } });
    expect(() => session.subscribe(5 as never)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    const end = session.subscribe(() => {
      throw new Error('mine');
    });
    expect(end).toBe(chart.subscribe.mock.results[0]?.value);
    chart.subscribe.mock.calls[0]?.[0](idle);
    expect(onDefect).toHaveBeenCalledTimes(1);
  });

  it('C12: rests when its chart does', async () => {
    const { session, chart } = await signedIn();
    const { fetch } = session;
    await fetch(url);
    chart.rest.mockReturnValueOnce(false);
    expect(session.rest(5)).toBe(false);
    expect(session.fetch).toBe(fetch);
    expect(session.rest(6)).toBe(true);
    expect(chart.rest.mock.calls).toEqual([[5], [6]]);
    expect((await session.fetch(url)).status).toBe(200);
  });

  it('C12: does not rest while somebody logs in, though nothing is under way yet', async () => {
    const { session, chart } = sessionAt(idle, { hears: () => loggedIn() });
    const login = session.login();
    expect(session.rest(0)).toBe(false);
    expect(chart.rest).not.toHaveBeenCalled();
    await login;
    expect(session.rest(0)).toBe(true);
  });

  it('C12: keeps no token and no key in memory while it rests', async () => {
    const dpop = new WatchedDpop('preferred', Date.now);
    const { session, tools, go } = sessionAt(idle, { tools: { dpop } });
    go(loggedIn(await store(tools, 'grant', { dpopKey: await makeKey() })));
    await session.fetch(url);
    const fetchOfBefore = new WeakRef(session.fetch);
    const isKept = (): readonly boolean[] => {
      collectGarbage();
      return [dpop.opened, fetchOfBefore].map((one) => one?.deref() !== undefined);
    };
    expect(isKept()).toEqual([true, true]);
    session.rest(0);
    await expect.poll(isKept).toEqual([false, false]);
    expect((await session.fetch(url)).status).toBe(200);
  });
});

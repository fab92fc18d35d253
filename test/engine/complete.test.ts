// The response of a login: which login it belongs to, whose browser may bring it, and what its session is told.
import { beforeEach, describe, expect, it } from 'vitest';
import { digest } from '../../actors/tools/digest.ts';
import type { Tools } from '../../actors/tools/tools.ts';
import { complete } from '../../engine/complete.ts';
import { anySubject, type CompleteOptions } from '../../engine/engineSurface.ts';
import type { EngineSession } from '../../engine/session.ts';
import type { AuthSnapshot } from '../../engine/sessionChart.ts';
import type { Sessions } from '../../engine/sessions.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext, AuthEvent } from '../../machines/context.ts';
import { type Key, keys, type PendingRecord } from '../../stores/records.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';

const { response: _, spent: __, ...sample } = samples().pending.value;
const place = 'http://127.0.0.1/callback';
const callback = `${place}?state=state&code=code`;

let tools: Tools;
let now: number;
let key: Key<'pending'>;
beforeEach(async () => {
  now = 1_800_000_000_000;
  tools = toolsFor({ now: () => now }).tools;
  key = keys.pending(await digest(sample.state));
});

const store = (change: Partial<PendingRecord> = {}): Promise<unknown> =>
  tools.records.write(key, { ...sample, ...change }, undefined);
const stored = async (): Promise<PendingRecord | undefined> => (await tools.records.read(key))?.value;

const at = (value: string | object, context: Partial<AuthContext> = {}): AuthSnapshot =>
  authMachine.resolveState({
    value: value as never,
    context: { ...full, failure: null, refusal: null, ...context },
  }) as AuthSnapshot;
const loggedIn = at({ authorized: { renewal: 'fresh', stepUp: 'settled' } });

/** Sessions of which the one whose login it is hears of the response. @param hears what it does then; @param end where it is after that. */
function sessionsWith(hears: (round: number) => unknown = () => {}, end: AuthSnapshot = loggedIn) {
  const told: ('woken' | AuthEvent)[] = [];
  let work: unknown;
  const session = {
    wake: () => void told.push('woken'),
    tell: (event: AuthEvent) => {
      told.push(event);
      work = hears(told.length - 1);
    },
    lookAgain: async () => {},
    settledUnlessAsked: async () => {
      await work;
      return end;
    },
  };
  const opened: unknown[] = [];
  const open = (id: unknown) => {
    opened.push(id);
    return session;
  };
  return { told, opened, session, sessions: { open } as unknown as Sessions };
}

/** The session has used the response up. */
const finish = (): Promise<unknown> => tools.records.forget(key);

const completed = (
  { sessions }: { readonly sessions: Sessions },
  url: string | URL = callback,
  options: CompleteOptions = { subject: sample.session.subject },
): Promise<EngineSession> => complete(tools, sessions, url, options);

describe('the response of a login', () => {
  it('AUTHZ-10: is kept with its request, and its session is woken and told of it, once', async () => {
    await store();
    let kept: string | undefined;
    const bench = sessionsWith(async () => {
      kept = (await stored())?.response;
      await finish();
    });
    expect(await completed(bench, new URL(callback))).toBe(bench.session);
    expect(kept).toBe(callback);
    expect(bench.opened).toEqual([sample.session]);
    expect(bench.told).toEqual(['woken', { type: 'response.received', pendingKey: key }]);
  });

  it('AUTHZ-10: is told again where the session was at work on something else, and is awaited', async () => {
    await store();
    const bench = sessionsWith((round) => (round === 2 ? finish() : undefined));
    expect(await completed(bench)).toBe(bench.session);
    const event = { type: 'response.received', pendingKey: key };
    expect(bench.told).toEqual(['woken', event, event]);
    expect(await stored()).toBeUndefined();
  });

  it.each<[string, Partial<PendingRecord> | undefined]>([
    ['spent', { response: callback, spent: true }],
    ['dropped, as not the right one', {}],
  ])('AUTHZ-10: is not told again where it was %s', async (_what, change) => {
    await store();
    const bench = sessionsWith(async () => {
      await finish();
      await store(change);
    });
    await completed(bench);
    expect(bench.told).toHaveLength(2);
  });

  it.each<[string, string | object, Partial<AuthContext>, string]>([
    [
      'the failure that the login ended with',
      { failed: 'coolingDown' },
      { failure: full.failure },
      'timed_out',
    ],
    ['the refusal of a step-up', loggedIn.value as object, { refusal: full.refusal }, 'scope_not_allowed'],
    ['the refusal of a login', 'idle', { refusal: full.refusal }, 'scope_not_allowed'],
    ['the failure first', 'idle', { failure: full.failure, refusal: full.refusal }, 'timed_out'],
    ['that it was finished before', 'idle', {}, 'response_not_ours'],
  ])('AUTHZ-13: is answered with %s', async (_what, value, context, code) => {
    await store();
    const failure = await failureOf(completed(sessionsWith(finish, at(value, context))));
    expect(failure.code).toBe(code);
    if (code === 'response_not_ours') expect(failure.phase).toBe('authorizing');
  });
});

describe('a response is refused, and its login goes on as it was,', () => {
  const refused = async (
    url: string,
    options?: CompleteOptions,
    more: { readonly told?: string; readonly isGone?: boolean } = {},
  ): Promise<void> => {
    const before = await stored();
    const bench = sessionsWith();
    const failure = await failureOf(completed(bench, url, options));
    expect(failure).toMatchObject({ code: 'response_not_ours', phase: 'authorizing' });
    expect(failure.message).toContain(more.told ?? '');
    expect(bench.opened).toEqual([]);
    expect(await stored()).toEqual(more.isGone ? undefined : before);
  };

  it.each([
    ['another path', 'http://127.0.0.1/other?state=state&code=code'],
    ['another host', 'http://127.0.0.2/callback?state=state&code=code'],
    ['another port', 'http://127.0.0.1:81/callback?state=state&code=code'],
    ['another protocol', 'https://127.0.0.1/callback?state=state&code=code'],
    ['no address', '?state=state&code=code'],
  ])('RFC 6749 §4.1.2: at %s than its redirect URI', async (_where, url) => {
    await store();
    await refused(url, undefined, { told: place });
  });

  it('RFC 6749 §4.1.2: where its login has a redirect URI that is none', async () => {
    await store({ redirectUri: 'nowhere' });
    await refused(callback);
  });

  it.each([
    ['no state', `${place}?code=code`],
    ['an unknown state', `${place}?state=another&code=code`],
  ])('AUTHZ-3: with %s', async (_what, url) => {
    await store();
    await refused(url, undefined, { told: 'of this subject' });
  });

  it.each<[string, CompleteOptions, string]>([
    ['another person', { subject: 'eve' }, 'of this subject'],
    ['nobody in particular', {}, 'without a subject'],
    ['nobody', { subject: '' }, 'without a subject'],
  ])('RFC 9700 §4.7: from the browser of %s', async (_whose, options, told) => {
    await store();
    await refused(callback, options, { told });
  });

  it('AUTHZ-13: when the time of its login is over, which is forgotten then', async () => {
    await store({ expiresAt: now });
    await refused(callback, undefined, { isGone: true });
  });
});

describe('a response is taken', () => {
  it.each<[string, string, CompleteOptions]>([
    ['of a login without a subject, from nobody in particular', '', {}],
    ['of any login, where the host says so', 'ada', { subject: anySubject }],
  ])('RFC 9700 §4.7: %s', async (_what, subject, options) => {
    await store({ session: { ...sample.session, subject }, expiresAt: now + 1 });
    const bench = sessionsWith(finish);
    expect(await completed(bench, callback, options)).toBe(bench.session);
  });
});

describe('a response is not looked for', () => {
  it.each<[string, unknown, unknown, string]>([
    ['what is no URL', 5, {}, 'config_invalid'],
    ['options that nobody knows', callback, { patience: 5 }, 'config_invalid'],
  ])('HOST-2: with %s', async (_what, url, options, code) => {
    await store();
    const bench = sessionsWith(finish);
    const work = complete(tools, bench.sessions, url as string, options as CompleteOptions);
    expect((await failureOf(work)).code).toBe(code);
  });

  it('HOST-1: by an engine that is disposed of', async () => {
    ({ tools } = toolsFor({ closing: AbortSignal.abort() }));
    await store();
    expect((await failureOf(completed(sessionsWith(finish)))).code).toBe('engine_disposed');
  });
});

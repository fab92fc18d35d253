// What is sent on the way of a login without a person, and what each answer leads to.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type HeadlessOptions, headlessUserAgent } from '../../../actors/userAgents/headless.ts';
import type { AuthorizationRequest } from '../../../actors/userAgents/userAgent.ts';
import { failureOf } from './scriptedServer.ts';

const redirectUri = 'http://127.0.0.1/callback';
const signal = new AbortController().signal;
const session = { resource: 'https://resource.example/mcp', subject: '', label: '' };
const base = { session, redirectUri, state: 's1', issuer: 'https://as.example', signal };

describe('each request', () => {
  interface Sent {
    readonly url: string;
    readonly init: RequestInit;
  }

  /** A user agent whose requests get these answers, the last one again and again, and what it has sent. */
  function answered(answers: readonly (() => Response | Promise<Response>)[], options: HeadlessOptions = {}) {
    const sent: Sent[] = [];
    const left = [...answers];
    const send = (async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return (left.length > 1 ? left.shift() : left[0])?.();
    }) as typeof fetch;
    const agent = headlessUserAgent({ fetch: send, ...options });
    const present = (more: Partial<AuthorizationRequest> = {}): Promise<void> =>
      agent.present({ ...base, url: 'https://as.example/a', ...more });
    return { agent, sent, present };
  }

  const to =
    (location: string, more: ResponseInit = {}, body: BodyInit | null = null) =>
    (): Response =>
      new Response(body, { status: 302, ...more, headers: { location, ...more.headers } });
  const home = to(`${redirectUri}?code=c&state=s1`);

  test('follows nothing by itself, takes anything, and has a cookie only where there is one', async () => {
    const cookie = { 'set-cookie': 'sid=1; Path=/' };
    const { sent, present } = answered([to('/b', { headers: cookie }), home]);
    await present();
    expect(sent.map(({ url }) => url)).toEqual(['https://as.example/a', 'https://as.example/b']);
    expect(sent.map(({ init }) => init.redirect)).toEqual(['manual', 'manual']);
    expect(sent.map(({ init }) => init.headers)).toStrictEqual([
      { accept: '*/*' },
      { accept: '*/*', cookie: 'sid=1' },
    ]);
  });

  test('goes on where a cookie is for another site', async () => {
    const foreign = { 'set-cookie': 'sid=1; Domain=other.example' };
    const { sent, present } = answered([to('/b', { headers: foreign }), home]);
    await present();
    expect(sent[1]?.init.headers).not.toHaveProperty('cookie');
  });

  test('has its body let go of', async () => {
    const cancel = vi.fn();
    const { present } = answered([to('/b', {}, new ReadableStream({ cancel })), home]);
    await present();
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test.each([
    [{}, 21],
    [{ maxHops: 20 }, 21],
    [{ maxHops: 1 }, 2],
    [{ maxHops: 0 }, 1],
  ])('with %o is one of %i at most', async (options, count) => {
    const { sent, present } = answered([to('/again')], options);
    const error = await failureOf(present());
    expect(error).toMatchObject({
      code: 'redirect_refused',
      phase: 'authorizing',
      issuer: base.issuer,
    });
    expect(sent).toHaveLength(count);
    const last = answered([...Array<typeof home>(count - 1).fill(to('/again')), home], options);
    await last.present();
    expect(last.sent).toHaveLength(count);
  });

  test.each([
    [200, '/b'],
    [300, '/b'],
    [304, '/b'],
    [306, '/b'],
    [401, '/b'],
    [302, undefined],
  ])('that is answered %i with the location %s needs a person', async (status, location) => {
    const headers: Record<string, string> = location === undefined ? {} : { location };
    const { sent, present } = answered([() => new Response(null, { status, headers })]);
    const error = await failureOf(present());
    expect(error).toMatchObject({
      code: 'user_agent_failed',
      phase: 'authorizing',
      issuer: base.issuer,
      status,
      recovery: 'ask-user',
    });
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['no network', new TypeError('fetch failed'), 'unreachable'],
    [
      'no certificate to trust',
      new TypeError('fetch failed', { cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } }),
      'certificate_untrusted',
    ],
    ['what is no error', 'secret', 'unreachable'],
  ])('that meets %s says so', async (_what, thrown, code) => {
    const { present } = answered([() => Promise.reject(thrown)]);
    const error = await failureOf(present());
    expect(error).toMatchObject({ code, phase: 'authorizing', issuer: base.issuer });
    expect(error.message).not.toContain('secret');
  });

  test('A08: an answer with another state is refused in the name of the server', async () => {
    const { present } = answered([to(`${redirectUri}?code=c&state=other`)]);
    expect(await failureOf(present())).toMatchObject({
      code: 'response_not_ours',
      phase: 'authorizing',
      issuer: base.issuer,
    });
  });

  test('C09: is not sent where the signal was given before, or after dispose', async () => {
    const { agent, sent, present } = answered([home]);
    expect((await failureOf(present({ signal: AbortSignal.abort() }))).code).toBe('cancelled');
    expect((await failureOf(agent.reserve([], AbortSignal.abort()))).code).toBe('cancelled');
    await agent.dispose();
    expect((await failureOf(present())).code).toBe('cancelled');
    expect((await failureOf(agent.reserve([], signal))).code).toBe('cancelled');
    expect((await failureOf(agent.receive(base))).code).toBe('cancelled');
    expect(sent).toEqual([]);
  });

  test('has ten seconds with all the others, and leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const quick = answered([home]);
    await quick.present();
    expect(vi.getTimerCount()).toBe(0);
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const silent = ((_url: string, { signal: given }: RequestInit) => {
      begun();
      return new Promise((_resolve, reject) => {
        given?.addEventListener('abort', () => reject(given.reason));
      });
    }) as typeof fetch;
    let code: string | undefined;
    const failed = failureOf(answered([], { fetch: silent }).present()).then((error) => {
      code = error.code;
    });
    await isBegun;
    await vi.advanceTimersByTimeAsync(9_999);
    expect(code).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(code).toBe('timed_out');
  });
});

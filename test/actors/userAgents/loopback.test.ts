// The listener on loopback: whom it answers, what it takes, when it opens and closes.
import { createHook } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type LoopbackOptions, loopbackUserAgent } from '../../../actors/userAgents/loopback.ts';
import type { AuthorizationRequest, UserAgent } from '../../../actors/userAgents/userAgent.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { ask, failureOf, listens, scriptedServer } from './scriptedServer.ts';

const issuer = 'https://as.example';
const never = new AbortController().signal;
const agents: UserAgent[] = [];
const sockets = new Set<number>();
const hook = createHook({
  init: (id, type) => void (type === 'TCPSERVERWRAP' && sockets.add(id)),
  destroy: (id) => void sockets.delete(id),
}).enable();

const session = { resource: 'https://resource.example/mcp', subject: '', label: '' };

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.dispose();
  expect(await listeners()).toBe(0);
});
afterAll(() => void hook.disable());

/** How many listening sockets this process has, idle ones included. */
async function listeners(): Promise<number> {
  // A closed handle is reported a few turns of the event loop later.
  for (let turn = 0; turn < 10 && sockets.size > 0; turn += 1) await setImmediate();
  return sockets.size;
}

function makeAgent(options: LoopbackOptions = {}): UserAgent {
  const agent = loopbackUserAgent({ open: async () => {}, ...options });
  agents.push(agent);
  return agent;
}

/** A login that is presented: the request to receive with. */
async function start(agent: UserAgent, state = 'right', signal = never): Promise<AuthorizationRequest> {
  const redirectUri = await agent.reserve([], signal);
  const request = { session, url: 'https://as.example/authorize', redirectUri, state, issuer, signal };
  await agent.present(request);
  return request;
}

const portOf = (uri: string) => Number(new URL(uri).port);
const otherAddress = Object.values(networkInterfaces())
  .flat()
  .find((it) => it?.family === 'IPv4' && !it.internal)?.address;

describe('the name localhost (REG-12)', () => {
  const named = (uri: string) => uri.replace('127.0.0.1', 'localhost');
  const asks = (uri: string, host: string) =>
    ask(`${uri}?code=mine&state=right`, { headers: { host: `${host}:${portOf(uri)}` } });

  test('is that of our own redirect URIs, and of 127.0.0.1 only', async () => {
    const agent = makeAgent({ path: '/back' });
    expect(agent.atLocalhost?.('http://127.0.0.1:8000/back')).toBe('http://localhost:8000/back');
    expect(agent.atLocalhost?.('http://localhost:8000/back')).toBe('http://localhost:8000/back');
    for (const other of [
      'http://127.0.0.1:8000/callback',
      'http://127.0.0.1/back',
      'https://app.example/back',
      'x',
    ])
      expect(agent.atLocalhost?.(other)).toBeUndefined();
    const inIPv6 = makeAgent({ host: '::1' });
    expect(inIPv6.atLocalhost?.('http://[::1]:8000/callback')).toBeUndefined();
    expect(await inIPv6.hold?.('http://localhost:8000/callback', never)).toBe(false);
    expect(await listeners()).toBe(0);
  });

  test('A22 is answered to from the moment that a request goes out with it', async () => {
    const agent = makeAgent();
    const { redirectUri } = await start(agent, 'other');
    const name = named(redirectUri);
    expect((await asks(redirectUri, 'localhost')).status).toBe(403);
    const request = {
      session,
      url: 'https://as.example/',
      redirectUri: name,
      state: 'right',
      issuer,
      signal: never,
    };
    await agent.present(request);
    const waiting = agent.receive(request);
    expect((await asks(redirectUri, 'evil.example')).status).toBe(403);
    expect((await asks(redirectUri, 'localhost')).status).toBe(303);
    expect(await waiting).toBe(`${name}?code=mine&state=right`);
  });

  test.each(['reserve', 'hold'] as const)('is taken up again with %s, and given back', async (how) => {
    const first = makeAgent();
    const name = named(await first.reserve([], never));
    await first.dispose();
    const agent = makeAgent();
    if (how === 'reserve') expect(await agent.reserve(['https://app.example/', name], never)).toBe(name);
    else expect(await agent.hold?.(name, never)).toBe(true);
    expect((await asks(named(name).replace('localhost', '127.0.0.1'), 'localhost')).status).toBe(303);
    await agent.release(name);
    expect(await listeners()).toBe(0);
  });

  test('shares a listener that is open, and is released by either name', async () => {
    const agent = makeAgent();
    const literal = await agent.reserve([], never);
    expect(await agent.reserve([named(literal)], never)).toBe(named(literal));
    await agent.release(named(literal));
    expect(await listens('127.0.0.1', portOf(literal))).toBe(true);
    await agent.release(named(literal));
    expect(await listens('127.0.0.1', portOf(literal))).toBe(false);
  });

  test('R14 of another port is not taken where one port is fixed', async () => {
    const first = makeAgent();
    const [port, other] = [
      portOf(await first.reserve([], never)),
      portOf(await makeAgent().reserve([], never)),
    ];
    await first.dispose();
    const agent = makeAgent({ port });
    const wanted = [`http://localhost:${other}/callback`, `http://localhost:${port}/callback`];
    expect(await agent.reserve(wanted.slice(0, 1), never)).toBe(`http://127.0.0.1:${port}/callback`);
    expect(await agent.reserve(wanted, never)).toBe(`http://localhost:${port}/callback`);
  });
});

test('a whole login in a browser that follows the server', async () => {
  await using server = await scriptedServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const location = `${query.get('redirect_uri')}?code=a%2fB+c&state=${query.get('state')}&iss=x`;
    response.writeHead(302, { location }).end();
  });
  let page: Promise<Response> | undefined;
  const agent = makeAgent({
    open: async (url) => {
      page = fetch(url);
    },
  });
  const redirectUri = await agent.reserve([], never);
  const url = `${server.origin}/authorize?redirect_uri=${encodeURIComponent(redirectUri)}&state=right`;
  const request = { session, url, redirectUri, state: 'right', issuer, signal: never };
  await agent.present(request);
  expect(await agent.receive(request)).toBe(`${redirectUri}?code=a%2fB+c&state=right&iss=x`);
  await agent.release(redirectUri);
  // A26: the browser ends at an address without the code, and has its page although the listener is closed.
  const shown = await page;
  expect(shown?.url).toBe(new URL('/done', redirectUri).href);
  expect(await shown?.text()).toContain('You can close this window');
  expect(await listens('127.0.0.1', portOf(redirectUri))).toBe(false);
});

describe('the page', () => {
  test('A25 A26 is static, reflects nothing, allows nothing, claims nothing', async () => {
    const { redirectUri } = await start(makeAgent());
    const replies = [
      await ask(`${redirectUri}?state=right&code=MARK&error_description=<script>MARK`),
      await ask(new URL('/done', redirectUri).href),
      await ask(new URL('/MARK', redirectUri).href),
    ];
    expect(replies.map((reply) => reply.status)).toEqual([303, 200, 404]);
    expect(replies[0]?.headers.location).toBe('/done');
    for (const { headers, body } of replies) {
      expect(JSON.stringify(headers) + body).not.toContain('MARK');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        connection: 'close',
      });
    }
    const body = replies[1]?.body ?? '';
    expect(body).not.toMatch(/<script|href=|src=|success|signed in|authorized/i);
    expect(Buffer.byteLength(body)).toBeLessThan(2048);
  });

  test('A08 A17 is the same for a response that nobody waits for', async () => {
    const { redirectUri } = await start(makeAgent());
    const replies = [];
    for (const query of ['?state=wrong', '?state=right&code=c', '?state=right&code=c', '']) {
      const { status, headers, body } = await ask(redirectUri + query);
      replies.push(JSON.stringify([status, headers.location, body]));
    }
    expect(new Set(replies).size).toBe(1);
  });
});

describe('what disturbs nothing', () => {
  test.each([
    ['A08 A10 another state', '?code=evil&state=wrong', {}, 303],
    ['A08 no state', '?code=evil', {}, 303],
    ['A09 an error without state', '?error=access_denied', {}, 303],
    ['A10 an error with another state', '?error=access_denied&state=wrong', {}, 303],
    ['A14 the state twice', '?code=evil&state=right&state=right', {}, 303],
    ['the state with something after it', '?code=evil&state=right%20', {}, 303],
    ['no query', '', {}, 303],
    ['A20 POST', '?code=evil&state=right', { method: 'POST' }, 404],
    ['A20 HEAD', '?code=evil&state=right', { method: 'HEAD' }, 404],
    ['A20 OPTIONS', '?code=evil&state=right', { method: 'OPTIONS' }, 404],
    ['A20 the favicon', '', { target: '/favicon.ico' }, 404],
    ['A20 robots.txt', '', { target: '/robots.txt?code=evil&state=right' }, 404],
    ['A20 the root', '', { target: '/?code=evil&state=right' }, 404],
    ['A20 a longer path', '', { target: '/callback/?code=evil&state=right' }, 404],
    ['A20 an encoded path', '', { target: '/%63allback?code=evil&state=right' }, 404],
    ['A20 a path with dots', '', { target: '/x/../callback?code=evil&state=right' }, 404],
    ['A20 a target in absolute form', '', { target: 'http://127.0.0.1/callback?code=evil&state=right' }, 404],
    ['A22 a rebound name', '?code=evil&state=right', { headers: { host: 'evil.example' } }, 403],
    ['A22 the name localhost', '?code=evil&state=right', { headers: { host: 'localhost' } }, 403],
    ['A22 an IPv6 address', '?code=evil&state=right', { headers: { host: '[::1]' } }, 403],
    ['A22 no port', '?code=evil&state=right', { headers: { host: '127.0.0.1' } }, 403],
    ['A22 another port', '?code=evil&state=right', { headers: { host: '127.0.0.1:1' } }, 403],
    ['A22 two names', '?code=evil&state=right', { headers: { host: 'evil.example, 127.0.0.1' } }, 403],
    ['A04 a URL above 16 KiB', `?code=${'a'.repeat(17_000)}&state=right`, {}, 414],
    ['A04 a URL of 100 KB', `?code=${'a'.repeat(100_000)}&state=right`, {}, 431],
  ])('%s', async (_what, query, options, status) => {
    const agent = makeAgent();
    const request = await start(agent);
    const waiting = agent.receive(request);
    expect((await ask(request.redirectUri + query, options)).status).toBe(status);
    await ask(`${request.redirectUri}?code=mine&state=right`);
    expect(await waiting).toBe(`${request.redirectUri}?code=mine&state=right`);
  });

  test('a connection that sends no HTTP, or nothing', async () => {
    const agent = makeAgent();
    const request = await start(agent);
    const place = { host: '127.0.0.1', port: portOf(request.redirectUri) };
    const [silent, garbled] = [connect(place), connect(place)];
    garbled.end('\0\0\0\r\n\r\n');
    garbled.resume();
    await once(garbled, 'close');
    await ask(`${request.redirectUri}?code=mine&state=right`);
    expect(await agent.receive(request)).toContain('code=mine');
    const closed = once(
      silent.on('error', () => {}),
      'close',
    );
    await agent.dispose();
    await closed;
  });

  test('A17 a second response to the same state', async () => {
    const agent = makeAgent();
    const request = await start(agent);
    await ask(`${request.redirectUri}?code=first&state=right`);
    await ask(`${request.redirectUri}?code=second&state=right`);
    expect(await agent.receive(request)).toContain('code=first');
  });

  test('A19 A33 a response after the cancel', async () => {
    const agent = makeAgent();
    const cancel = new AbortController();
    const request = await start(agent, 'right', cancel.signal);
    const other = await start(agent, 'other');
    const waiting = failureOf(agent.receive(request));
    cancel.abort();
    expect((await waiting).code).toBe('cancelled');
    await agent.release(request.redirectUri);
    expect((await ask(`${request.redirectUri}?code=late&state=right`)).status).toBe(303);
    await ask(`${other.redirectUri}?code=mine&state=other`);
    expect(await agent.receive(other)).toContain('code=mine');
  });
});

describe('the address', () => {
  test('A21 is loopback alone', async () => {
    const port = portOf(await makeAgent().reserve([], never));
    expect(await listens('127.0.0.1', port)).toBe(true);
    expect(await listens('127.0.0.2', port)).toBe(false);
    if (otherAddress !== undefined) expect(await listens(otherAddress, port)).toBe(false);
  });

  test('may be ::1', async () => {
    const agent = makeAgent({ host: '::1', path: '/back' });
    const request = await start(agent);
    expect(request.redirectUri).toMatch(/^http:\/\/\[::1\]:\d+\/back$/);
    await ask(`${request.redirectUri}?state=right`);
    expect(await agent.receive(request)).toBe(`${request.redirectUri}?state=right`);
    expect(await listens('127.0.0.1', portOf(request.redirectUri))).toBe(false);
  });

  test('is the wanted one while its port is free, else another', async () => {
    const first = await makeAgent().reserve([], never);
    const second = makeAgent();
    // A23: taken by the first agent.
    const other = await second.reserve([first], never);
    expect(other).not.toBe(first);
    await agents[0]?.dispose();
    expect(await second.reserve(['nonsense', 'https://app.example/callback', first], never)).toBe(first);
  });

  test.each([
    ['another path', (uri: string) => uri.replace('/callback', '/other')],
    ['another spelling of localhost', (uri: string) => uri.replace('127.0.0.1', 'localhost.')],
    ['a name under localhost', (uri: string) => uri.replace('127.0.0.1', 'a.localhost')],
    ['another loopback address', (uri: string) => uri.replace('127.0.0.1', '127.0.0.2')],
    ['with a query', (uri: string) => `${uri}?a=b`],
    ['not as we write it', (uri: string) => uri.replace('http:', 'HTTP:')],
    ['without a port', () => 'http://127.0.0.1/callback'],
  ])('is not a wanted one that is not ours: %s', async (_what, change) => {
    const agent = makeAgent();
    const free = await agent.reserve([], never);
    await agent.release(free);
    const wanted = change(free);
    expect(await agent.reserve([wanted], never)).not.toBe(wanted);
  });

  test('A23 a fixed port that is taken is an error', async () => {
    const taken = await makeAgent().reserve([], never);
    const error = await failureOf(makeAgent({ port: portOf(taken) }).reserve([], never));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    await agents[0]?.dispose();
    expect(await agents[1]?.reserve(['http://127.0.0.1:1/callback'], never)).toBe(taken);
  });

  test.each([
    [{ path: 'callback' }],
    [{ path: '//evil.example' }],
    [{ path: '/a?b' }],
    [{ path: '/a#' }],
    [{ path: '/a/../b' }],
    [{ path: '/done' }],
    [{ path: '' }],
    [{ port: 0 }],
    [{ port: 80 }],
    [{ port: 65536 }],
    [{ port: 1.5 }],
  ])('cannot be %o', (options) => {
    expect(() => loopbackUserAgent(options)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});

describe('one listener for several logins', () => {
  test('A32 each gets its own answer, in any order', async () => {
    const agent = makeAgent();
    const requests = await Promise.all(['one', 'two', 'three'].map((state) => start(agent, state)));
    expect(new Set(requests.map((request) => request.redirectUri)).size).toBe(1);
    const waits = requests.map((request) => agent.receive(request));
    for (const state of ['three', 'one', 'two']) {
      await ask(`${requests[0]?.redirectUri}?code=for-${state}&state=${state}`);
    }
    expect((await Promise.all(waits)).map((url) => /for-\w+/.exec(url)?.[0])).toEqual([
      'for-one',
      'for-two',
      'for-three',
    ]);
  });

  test('stays while one login is between reserve and present, closes after the last', async () => {
    const agent = makeAgent();
    const first = await start(agent, 'first');
    const uri = await agent.reserve([], never);
    await ask(`${uri}?state=first`);
    await agent.receive(first);
    await ask(new URL('/done', uri).href);
    await agent.release(uri);
    expect(await listens('127.0.0.1', portOf(uri))).toBe(true);
    await agent.release(uri);
    expect(await listens('127.0.0.1', portOf(uri))).toBe(false);
    await agent.release(uri);
  });

  test('opens its port again for a login whose listener was released too early', async () => {
    const agent = makeAgent();
    const redirectUri = await agent.reserve([], never);
    await agent.release(redirectUri);
    const request = {
      session,
      url: 'https://as.example/',
      redirectUri,
      state: 'right',
      issuer,
      signal: never,
    };
    await agent.present(request);
    await ask(`${redirectUri}?state=right`);
    expect(await agent.receive(request)).toBe(`${redirectUri}?state=right`);
  });
});

describe('A35 after a restart', () => {
  test('receive alone listens where the earlier process did', async () => {
    const redirectUri = await makeAgent().reserve([], never);
    await agents[0]?.dispose();
    const agent = makeAgent();
    const waiting = agent.receive({ session, redirectUri, state: 'right', issuer, signal: never });
    // The port is bound in the same turn as this reserve waits for.
    expect(await agent.reserve([redirectUri], never)).toBe(redirectUri);
    await ask(`${redirectUri}?code=c&state=right`);
    expect(await waiting).toBe(`${redirectUri}?code=c&state=right`);
  });

  test.each([
    ['the port belongs to another process', async () => makeAgent().reserve([], never)],
    ['the redirect URI is not ours', async () => 'https://app.example/callback'],
  ])('waits for the signal when %s', async (_what, place) => {
    const redirectUri = await place();
    const cancel = new AbortController();
    const agent = makeAgent();
    const waiting = failureOf(
      agent.receive({ session, redirectUri, state: 'right', issuer, signal: cancel.signal }),
    );
    await agent.reserve([], never);
    cancel.abort();
    expect((await waiting).code).toBe('cancelled');
  });
});

describe('hold: a redirect URI of a login that another process presented', () => {
  const requestAt = (redirectUri: string, state = 'right', signal = never): AuthorizationRequest => ({
    session,
    url: 'https://as.example/authorize',
    redirectUri,
    state,
    issuer,
    signal,
  });

  /** The redirect URI of a process that has ended. */
  async function leftBehind(options: LoopbackOptions = {}): Promise<string> {
    const earlier = makeAgent(options);
    const redirectUri = await earlier.reserve([], never);
    await earlier.dispose();
    return redirectUri;
  }

  test('A35 binds exactly that port when it is free, and receives there', async () => {
    const redirectUri = await leftBehind();
    const agent = makeAgent();
    expect(await agent.hold?.(redirectUri, never)).toBe(true);
    expect(await listens('127.0.0.1', portOf(redirectUri))).toBe(true);
    const waiting = agent.receive(requestAt(redirectUri));
    await ask(`${redirectUri}?code=c&state=right`);
    expect(await waiting).toBe(`${redirectUri}?code=c&state=right`);
    await ask(new URL('/done', redirectUri).href);
    await agent.release(redirectUri);
    expect(await listens('127.0.0.1', portOf(redirectUri))).toBe(false);
  });

  test.each(['receive', 'present'] as const)(
    'A35 keeps a response that comes before %s: the person has the page open',
    async (first) => {
      const { redirectUri, ...rest } = await start(makeAgent());
      await agents[0]?.dispose();
      const agent = makeAgent();
      expect(await agent.hold?.(redirectUri, never)).toBe(true);
      const response = `${redirectUri}?code=one&state=${rest.state}`;
      for (const url of [`${redirectUri}?code=foreign&state=other`, response]) await fetch(url);
      const request = { ...rest, redirectUri };
      if (first === 'present') await agent.present(request);
      expect(await agent.receive(request)).toBe(response);
      await agent.release(redirectUri);
      expect(await listeners()).toBe(0);
    },
  );

  test('is true for a port that is bound here already', async () => {
    const agent = makeAgent();
    const first = await start(agent, 'first');
    expect(await agent.hold?.(first.redirectUri, never)).toBe(true);
    const waits = [agent.receive(first), agent.receive(requestAt(first.redirectUri, 'second'))];
    await ask(`${first.redirectUri}?code=b&state=second`);
    await ask(`${first.redirectUri}?code=a&state=first`);
    expect((await Promise.all(waits)).map((url) => new URL(url).searchParams.get('code'))).toEqual([
      'a',
      'b',
    ]);
  });

  test('A23 is false while another process holds the port, and true after it has ended', async () => {
    const holder = makeAgent();
    const redirectUri = await holder.reserve([], never);
    const agent = makeAgent();
    expect(await agent.hold?.(redirectUri, never)).toBe(false);
    await holder.dispose();
    expect(await agent.hold?.(redirectUri, never)).toBe(true);
  });

  test.each([
    ['another path', (uri: string) => uri.replace('/callback', '/other')],
    ['another spelling of localhost', (uri: string) => uri.replace('127.0.0.1', 'localhost.')],
    ['a name under localhost', (uri: string) => uri.replace('127.0.0.1', 'a.localhost')],
    ['another loopback address', (uri: string) => uri.replace('127.0.0.1', '127.0.0.2')],
    ['with a query', (uri: string) => `${uri}?a=b`],
    ['without a port', () => 'http://127.0.0.1/callback'],
    ['on the web', () => 'https://app.example/callback'],
    ['not a URL', () => 'nonsense'],
  ])('is false for a redirect URI that is not ours, and nothing is bound: %s', async (_what, change) => {
    const free = await leftBehind();
    expect(await makeAgent().hold?.(change(free), never)).toBe(false);
    expect(await listeners()).toBe(0);
  });

  test('tries no other port, a fixed one neither', async () => {
    const holder = makeAgent();
    const taken = await holder.reserve([], never);
    const fixed = portOf(await leftBehind());
    expect(await makeAgent({ port: fixed }).hold?.(taken, never)).toBe(false);
    expect(await listens('127.0.0.1', fixed)).toBe(false);
  });

  type Step = 'hold' | 'present' | 'receive' | 'cancel';
  test.each<readonly [readonly Step[]]>([
    [['hold']],
    [['hold', 'present']],
    [['hold', 'receive']],
    [['hold', 'present', 'receive']],
    [['hold', 'receive', 'present']],
    [['hold', 'present', 'present', 'receive']],
    [['present', 'hold', 'receive']],
    [['present', 'hold', 'present', 'receive']],
    [['hold', 'receive', 'cancel']],
    [['hold', 'present', 'cancel']],
  ])('counts like reserve for release: the port is free again after %j', async (steps) => {
    const redirectUri = await leftBehind();
    const agent = makeAgent();
    const cancel = new AbortController();
    const request = requestAt(redirectUri, 'right', cancel.signal);
    let waiting: Promise<unknown> = Promise.resolve();
    for (const step of steps) {
      if (step === 'hold') expect(await agent.hold?.(redirectUri, never)).toBe(true);
      else if (step === 'present') await agent.present(request);
      else if (step === 'receive') waiting = agent.receive(request).catch(() => {});
      else cancel.abort();
    }
    if (!cancel.signal.aborted) {
      await ask(`${redirectUri}?state=right`);
      await ask(new URL('/done', redirectUri).href);
    }
    if (steps.includes('receive')) await waiting;
    else cancel.abort();
    await agent.release(redirectUri);
    expect(await listens('127.0.0.1', portOf(redirectUri))).toBe(false);
  });

  test('a login that ends does not let go of what another one holds', async () => {
    const agent = makeAgent();
    const first = await start(agent, 'first');
    expect(await agent.hold?.(first.redirectUri, never)).toBe(true);
    await agent.present(first);
    await ask(`${first.redirectUri}?state=first`);
    await agent.receive(first);
    await ask(new URL('/done', first.redirectUri).href);
    await agent.release(first.redirectUri);
    expect(await listens('127.0.0.1', portOf(first.redirectUri))).toBe(true);
    await agent.release(first.redirectUri);
    expect(await listens('127.0.0.1', portOf(first.redirectUri))).toBe(false);
  });

  test('A33 a signal before, during it, or a dispose: cancelled, and nothing stays bound', async () => {
    const redirectUri = await leftBehind();
    const agent = makeAgent();
    expect((await failureOf(holding(agent, redirectUri, AbortSignal.abort()))).code).toBe('cancelled');
    const cancel = new AbortController();
    const cancelled = failureOf(holding(agent, redirectUri, cancel.signal));
    cancel.abort();
    expect((await cancelled).code).toBe('cancelled');
    expect(await listeners()).toBe(0);
    const disposed = failureOf(holding(agent, redirectUri, never));
    await agent.dispose();
    expect((await disposed).code).toBe('cancelled');
    expect((await failureOf(holding(agent, redirectUri, never))).code).toBe('cancelled');
    expect(await listeners()).toBe(0);
  });

  const holding = (agent: UserAgent, redirectUri: string, signal: AbortSignal): Promise<unknown> =>
    agent.hold?.(redirectUri, signal) ?? Promise.resolve();
});

describe('present, for a redirect URI that another process holds', () => {
  test.each([
    ['its port is taken', async () => makeAgent().reserve([], never)],
    ['it is not ours', async () => 'https://app.example/callback'],
  ])('opens the browser and listens nowhere: %s', async (_what, place) => {
    const redirectUri = await place();
    const before = await listeners();
    const opened: string[] = [];
    const agent = makeAgent({ open: async (url) => void opened.push(url) });
    const url = 'https://as.example/authorize';
    await agent.present({ session, url, redirectUri, state: 'right', issuer, signal: never });
    expect(opened).toEqual([url]);
    await agent.release(redirectUri);
    expect(await listeners()).toBe(before);
  });

  test('A35 the holder gets the response', async () => {
    const holder = makeAgent();
    const request = await start(holder);
    const waiting = holder.receive(request);
    await makeAgent().present(request);
    await ask(`${request.redirectUri}?code=c&state=right`);
    expect(await waiting).toContain('code=c');
  });
});

describe('opening the browser', () => {
  const unable = new AuthError(failure('user_agent_failed', 'authorizing', 'No browser.'));

  test('A07 a failure is the outcome without `show`', async () => {
    const agent = makeAgent({ open: () => Promise.reject(unable) });
    expect(await failureOf(start(agent))).toBe(unable);
  });

  test('what a host’s own `open` throws stays out of the error', async () => {
    const agent = makeAgent({ open: () => Promise.reject(new Error('https://as.example/?state=secret')) });
    const error = await failureOf(start(agent));
    expect([error.code, error.message.includes('secret')]).toEqual(['user_agent_failed', false]);
  });

  test('A07 the URL is shown instead, and the login goes on', async () => {
    const shown: string[] = [];
    const show = (url: string, from: string) => void shown.push(`${from} ${url}`);
    const agent = makeAgent({ open: () => Promise.reject(unable), show });
    const request = await start(agent);
    expect(shown).toEqual([`${issuer} https://as.example/authorize`]);
    await ask(`${request.redirectUri}?state=right`);
    expect(await agent.receive(request)).toContain('state=right');
  });

  test('A01 a URL that may not be opened is neither opened nor shown', async () => {
    const calls: string[] = [];
    const agent = makeAgent({
      open: async () => void calls.push('open'),
      show: () => void calls.push('show'),
    });
    const redirectUri = await agent.reserve([], never);
    const request = {
      session,
      url: 'javascript:alert(1)',
      redirectUri,
      state: 'right',
      issuer,
      signal: never,
    };
    expect((await failureOf(agent.present(request))).code).toBe('address_refused');
    expect(calls).toEqual([]);
  });

  test('a response that comes while the browser is still being opened is kept', async () => {
    const agent = makeAgent({ open: async () => void (await ask(`${await uri}?state=right`)) });
    const uri = agent.reserve([], never);
    const request = {
      session,
      url: 'https://as.example/',
      redirectUri: await uri,
      state: 'right',
      issuer,
      signal: never,
    };
    await agent.present(request);
    expect(await agent.receive(request)).toBe(`${await uri}?state=right`);
  });

  test('a cancel ends it, even when `open` does not listen to the signal, and nothing is shown', async () => {
    const cancel = new AbortController();
    const shown: string[] = [];
    const agent = makeAgent({
      open: () => {
        cancel.abort();
        return new Promise<void>(() => {});
      },
      show: (url) => void shown.push(url),
    });
    expect((await failureOf(start(agent, 'right', cancel.signal))).code).toBe('cancelled');
    expect(shown).toEqual([]);
  });
});

describe('the end', () => {
  test('a signal that was given before: nothing is bound', async () => {
    const agent = makeAgent();
    expect((await failureOf(agent.reserve([], AbortSignal.abort()))).code).toBe('cancelled');
    expect(await listeners()).toBe(0);
  });

  test('A33 a signal that is given during reserve: the port is let go', async () => {
    const agent = makeAgent();
    const cancel = new AbortController();
    const reserving = failureOf(agent.reserve([], cancel.signal));
    cancel.abort();
    expect((await reserving).code).toBe('cancelled');
    expect(await listeners()).toBe(0);
  });

  test('a dispose at any point of reserve: the port is let go', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const agent = makeAgent();
      const reserving = agent.reserve([], never).catch((thrown: unknown) => thrown);
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      await agent.dispose();
      expect(await reserving).toMatchObject({ code: 'cancelled' });
      expect(await listeners()).toBe(0);
    }
  });

  test('dispose ends every wait and closes the port, once and again', async () => {
    const agent = makeAgent();
    const request = await start(agent);
    const waiting = failureOf(agent.receive(request));
    await agent.dispose();
    await agent.dispose();
    expect((await waiting).code).toBe('cancelled');
    expect(await listens('127.0.0.1', portOf(request.redirectUri))).toBe(false);
    expect((await failureOf(agent.reserve([], never))).code).toBe('cancelled');
    await agent.release(request.redirectUri);
  });

  test('release does not wait for ever for a browser that does not fetch its page', async () => {
    const agent = makeAgent();
    const request = await start(agent);
    await ask(`${request.redirectUri}?state=right`);
    await agent.receive(request);
    await agent.release(request.redirectUri);
    expect(await listens('127.0.0.1', portOf(request.redirectUri))).toBe(false);
  });

  test.each([
    ['reserve does not keep the process alive', '', 0],
    ['nor do present and an open connection', 'await agent.present(request); await connection();', 0],
    ['receive does, until its signal', 'await agent.receive(request).catch(() => process.exit(7));', 7],
  ])('%s', async (_what, code, expected) => {
    const script = `
      import { connect } from 'node:net';
      import { once } from 'node:events';
      import { loopbackUserAgent } from './actors/userAgents/loopback.ts';
      const agent = loopbackUserAgent({ open: async () => {} });
      const stop = new AbortController();
      const redirectUri = await agent.reserve([], stop.signal);
      const request = { url: 'https://as.example/', redirectUri, state: 's', issuer: 'i', signal: stop.signal };
      const connection = async () => {
        const socket = connect(new URL(redirectUri).port, '127.0.0.1');
        await once(socket, 'connect');
        socket.unref();
      };
      setTimeout(() => stop.abort(), 100).unref();
      ${code}
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect((await once(child, 'exit'))[0]).toBe(expected);
  });
});

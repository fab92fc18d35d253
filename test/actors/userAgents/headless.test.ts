// Walks the redirects of a real server, and stops where it has to.
import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { headlessUserAgent } from '../../../actors/userAgents/headless.ts';
import { failureOf, scriptedServer } from './scriptedServer.ts';

const redirectUri = 'http://127.0.0.1/callback';
const signal = new AbortController().signal;
const session = { resource: 'https://resource.example/mcp', subject: '', label: '' };
const base = { session, redirectUri, state: 's1', issuer: 'https://as.example', signal };

/** A server that answers each path with a redirect, or with a page where there is none. */
function redirecting(table: Readonly<Record<string, string>>, status = 302) {
  return scriptedServer((request, response) => {
    const location = table[request.url ?? ''];
    if (location === undefined) response.end('<form>sign in</form>');
    else response.writeHead(status, { location }).end('ignored');
  });
}

test('is named', () => {
  expect(headlessUserAgent().name).toBe('headless');
});

describe('reserve', () => {
  test.each([
    ['the default', {}, [], redirectUri],
    ['what was set', { redirectUri: 'https://a.example/cb' }, [], 'https://a.example/cb'],
    [
      'what a registration has',
      { redirectUri: 'https://a.example/cb' },
      ['https://b.example/cb', 'x:'],
      'https://b.example/cb',
    ],
  ])('%s', async (_what, options, wanted, expected) => {
    expect(await headlessUserAgent(options).reserve(wanted, signal)).toBe(expected);
  });
});

test('REG-12: has the name localhost for its own redirect URI only', () => {
  expect(headlessUserAgent().atLocalhost?.(redirectUri)).toBe('http://localhost/callback');
  expect(headlessUserAgent().atLocalhost?.('http://127.0.0.1:1/callback')).toBeUndefined();
  expect(headlessUserAgent({ redirectUri }).atLocalhost).toBeUndefined();
});

test('follows redirects with cookies, and gives the answer as it was written', async () => {
  await using server = await scriptedServer((request, response) => {
    const { cookie = '', accept } = request.headers;
    if (request.url === '/authorize') {
      response.writeHead(302, {
        location: '/login',
        'set-cookie': ['sid=1; Path=/; HttpOnly', 'a=b; Path=/x', '=;;bad'],
      });
    } else if (request.url === '/login' && cookie === 'sid=1' && accept === '*/*') {
      response.writeHead(303, { location: `${redirectUri}?code=a%2fB&state=s1#x` });
    }
    response.end();
  });
  const agent = headlessUserAgent();
  await agent.present({ ...base, url: `${server.origin}/authorize` });
  expect(await agent.receive(base)).toBe(`${redirectUri}?code=a%2fB&state=s1`);
  expect(server.log).toEqual(['GET /authorize', 'GET /login']);
});

test.each([301, 302, 303, 307, 308])('status %i is a redirect', async (status) => {
  await using server = await redirecting({ '/a': `${redirectUri}?code=c&state=s1` }, status);
  const agent = headlessUserAgent();
  await agent.present({ ...base, url: `${server.origin}/a` });
  expect(await agent.receive(base)).toBe(`${redirectUri}?code=c&state=s1`);
});

test.each([
  ['in full', (uri: string) => `${uri}?code=c&state=s1`],
  ['relative', () => '/callback?code=c&state=s1'],
  ['with a space in it', (uri: string) => `${uri}?code=c&state=s1&x=a b`],
])('never requests the redirect URI, written %s', async (_what, write) => {
  await using server = await scriptedServer((request, response) => {
    const own = `http://${request.headers.host}/callback`;
    response.writeHead(302, { location: write(own) }).end();
  });
  const agent = headlessUserAgent();
  const request = { ...base, redirectUri: `${server.origin}/callback` };
  await agent.present({ ...request, url: `${server.origin}/authorize` });
  expect(await agent.receive(request)).toContain('/callback?code=c&state=s1');
  expect(server.log).toEqual(['GET /authorize']);
});

test('two logins at once each get their own answer, whichever is received first', async () => {
  await using server = await scriptedServer((request, response) => {
    const state = new URL(request.url ?? '', 'http://x').searchParams.get('state');
    response.writeHead(302, { location: `${redirectUri}?code=for-${state}&state=${state}` }).end();
  });
  const agent = headlessUserAgent();
  const [one, two] = [
    { ...base, state: 'one' },
    { ...base, state: 'two' },
  ];
  const early = agent.receive(two);
  await agent.present({ ...one, url: `${server.origin}/?state=one` });
  await agent.present({ ...two, url: `${server.origin}/?state=two` });
  await agent.release(redirectUri);
  expect(await early).toContain('for-two');
  expect(await agent.receive(one)).toContain('for-one');
});

describe('stops', () => {
  test('at a page: says status and origin, and nothing of the URL', async () => {
    await using server = await redirecting({ '/a?secret': '/login?secret' });
    const error = await failureOf(headlessUserAgent().present({ ...base, url: `${server.origin}/a?secret` }));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing', status: 200 });
    expect(error.message).toContain(server.origin);
    expect(JSON.stringify(error.toFailure())).not.toContain('secret');
  });

  test.each([
    ['A01 a hop to file:', 'file:///etc/passwd', 'address_refused'],
    ['A01 a hop to javascript:', 'javascript:alert(1)', 'address_refused'],
    ['A01 a hop to http elsewhere', 'http://as.example/', 'address_refused'],
    ['a location that is no URL', 'http://[', 'address_refused'],
    ['A04 a location of 20 KB', `/${'a'.repeat(15_000)}?${'"'.repeat(1000)}`, 'address_refused'],
    ['A08 an answer with another state', `${redirectUri}?code=c&state=other`, 'response_not_ours'],
    ['A08 an answer without state', `${redirectUri}?code=c`, 'response_not_ours'],
  ])('at %s', async (_what, location, code) => {
    await using server = await redirecting({ '/a': location });
    const error = await failureOf(headlessUserAgent().present({ ...base, url: `${server.origin}/a` }));
    expect([error.code, server.log]).toEqual([code, ['GET /a']]);
  });

  test('after too many hops', async () => {
    await using server = await redirecting({ '/a': '/a' });
    const agent = headlessUserAgent({ maxHops: 3 });
    expect((await failureOf(agent.present({ ...base, url: `${server.origin}/a` }))).code).toBe(
      'redirect_refused',
    );
    expect(server.log).toHaveLength(4);
  });

  test('where nobody listens', async () => {
    const gone = await redirecting({});
    await gone[Symbol.asyncDispose]();
    expect((await failureOf(headlessUserAgent().present({ ...base, url: gone.origin }))).code).toBe(
      'unreachable',
    );
  });

  test.each(['signal', 'dispose'])('with %s, while the server is silent', async (way) => {
    const cancel = new AbortController();
    const agent = headlessUserAgent();
    let left: Promise<unknown> = Promise.resolve();
    await using server = await scriptedServer((request) => {
      left = once(request.socket, 'close');
      if (way === 'signal') cancel.abort();
      else void agent.dispose();
    });
    const error = await failureOf(agent.present({ ...base, signal: cancel.signal, url: server.origin }));
    expect(error.code).toBe('cancelled');
    await left;
  });

  test('after ten seconds of a silent server', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    await using server = await scriptedServer(() => void vi.advanceTimersByTime(10_000));
    const error = await failureOf(headlessUserAgent().present({ ...base, url: server.origin }));
    expect([error.code, error.recovery, error.issuer]).toEqual(['timed_out', 'retry-later', base.issuer]);
  });

  test('receive, by the signal: a response that nobody fetched does not come', async () => {
    const cancel = new AbortController();
    const waiting = failureOf(headlessUserAgent().receive({ ...base, signal: cancel.signal }));
    cancel.abort();
    expect((await waiting).code).toBe('cancelled');
  });
});

test('goes through the fetch that it was given', async () => {
  const seen: string[] = [];
  await using server = await redirecting({ '/a': `${redirectUri}?code=c&state=s1` });
  const agent = headlessUserAgent({
    fetch: (input, init) => {
      seen.push(String(input));
      return fetch(input, init);
    },
  });
  await agent.present({ ...base, url: `${server.origin}/a` });
  expect(seen).toEqual([`${server.origin}/a`]);
});

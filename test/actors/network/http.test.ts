// The door to the network against real servers on loopback, most of them hostile.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as oauth from 'oauth4webapi';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DoorRequest, ExchangeFacts } from '../../../actors/network/door.ts';
import { fetchThrough } from '../../../actors/network/fetchThrough.ts';
import { createDoor, type DoorOptions } from '../../../actors/network/http.ts';
import { AuthError, type Failure } from '../../../contract/errors.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(url: string, more: Partial<DoorRequest> = {}): DoorRequest {
  const signal = new AbortController().signal;
  return {
    purpose: 'server-metadata',
    method: 'GET',
    url,
    resource: 'http://127.0.0.1/mcp',
    signal,
    ...more,
  };
}

/** What the door threw, as data; fails where it did not throw, or threw anything but AuthError. */
async function failureOf(request: DoorRequest, options: DoorOptions = {}): Promise<Failure> {
  const thrown: unknown = await createDoor({ deadlineMs: 5000, ...options })(request).catch((error) => error);
  if (!(thrown instanceof AuthError)) throw new Error(`not an AuthError: ${String(thrown)}`);
  return thrown.toFailure();
}

/** A listener that counts, for requests that must never come. */
function counted(listener: RequestListener): { listener: RequestListener; urls: string[] } {
  const urls: string[] = [];
  return {
    urls,
    listener: (request, response) => {
      urls.push(request.url ?? '');
      listener(request, response);
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

describe('an answer', () => {
  test('comes whole, with its media type in lower case and its address', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(404, { 'Content-Type': 'Application/JSON ; charset=utf-8', 'x-a': 'b' });
      response.end('{"ü":"🎉"}');
    });
    const answer = await createDoor()(get(`${origin}/x?y=z`));
    expect(answer).toMatchObject({
      status: 404,
      mediaType: 'application/json',
      text: '{"ü":"🎉"}',
      url: `${origin}/x?y=z`,
    });
    expect(answer.headers.get('x-a')).toBe('b');
  });

  test('without body and type is empty text', async () => {
    const origin = await serve((_, response) => void response.writeHead(204).end());
    expect(await createDoor()(get(origin))).toMatchObject({ status: 204, mediaType: '', text: '' });
  });

  test('of a POST: headers, body and user agent arrive as they were given', async () => {
    let seen: Record<string, unknown> = {};
    const origin = await serve(async (request, response) => {
      const { method, headers } = request;
      seen = { method, ...headers, text: await textOf(request) };
      response.end('ok');
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/plain' };
    const door = createDoor({ userAgent: 'authchart/test' });
    await door(get(origin, { purpose: 'token', method: 'POST', body: 'a=b&c=%20', headers }));
    expect(seen).toMatchObject({
      ...headers,
      method: 'POST',
      text: 'a=b&c=%20',
      'user-agent': 'authchart/test',
      'content-length': '9',
    });
    await door(get(origin));
    expect(seen).toMatchObject({ method: 'GET', accept: 'application/json' });
  });

  test('leaves its connection open for the next', async () => {
    const sockets = new Set<unknown>();
    const origin = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const door = createDoor();
    for (let i = 0; i < 10; i += 1) await door(get(origin));
    // The platform opens a second one when the next request is quicker than its own housekeeping.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('D34: of 503 is not tried again', async () => {
    const { listener, urls } = counted(
      (_, response) => void response.writeHead(503, { 'retry-after': '1' }).end(),
    );
    const answer = await createDoor()(get(await serve(listener)));
    expect([answer.status, answer.headers.get('retry-after'), urls.length]).toEqual([503, '1', 1]);
  });

  test('of exactly the cap is read', async () => {
    const origin = await serve((_, response) => void response.end('a'.repeat(1000)));
    expect((await createDoor({ maxBytes: 1000 })(get(origin))).text).toHaveLength(1000);
  });

  test('may split a character between two chunks', async () => {
    const bytes = Buffer.from('"🎉"');
    const origin = await serve((_, response) => {
      response.write(bytes.subarray(0, 3), () => response.end(bytes.subarray(3)));
    });
    expect((await createDoor()(get(origin))).text).toBe('"🎉"');
  });
});

describe('an address', () => {
  test.each([
    ['D01: of a cloud metadata service', 'http://169.254.169.254/latest', 'http://127.0.0.1/mcp'],
    ['D06: on loopback for a remote resource', 'http://127.0.0.1:1/', 'https://mcp.example/'],
    ['D07: by plain http', 'http://as.example/', 'https://mcp.example/'],
    ['D36: with a user', 'https://honest.example@evil.example/', 'https://mcp.example/'],
    ['that is none', '/token', 'https://mcp.example/'],
  ])('%s is refused before anything is sent', async (_, url, resource) => {
    let calls = 0;
    const facts: ExchangeFacts[] = [];
    const fetch = async () => {
      calls += 1;
      return new Response('{}');
    };
    const failure = await failureOf(get(url, { resource }), { fetch, onExchange: (one) => facts.push(one) });
    expect(failure).toMatchObject({ code: 'address_refused', phase: 'discovering', recovery: 'none' });
    expect(failure.message).not.toContain('honest');
    expect([calls, facts]).toEqual([0, []]);
  });
});

describe('a redirect', () => {
  const redirect =
    (to: string, status = 302): RequestListener =>
    (_, response) =>
      void response.writeHead(status, { location: to }).end('moved');

  test.each([301, 302, 303, 307, 308])('of metadata on one origin is followed: %i', async (status) => {
    const facts: ExchangeFacts[] = [];
    const origin = await serve((request, response) => {
      if (request.url === '/a?q=1') redirect('b?q=2', status)(request, response);
      else response.end('there');
    });
    const door = createDoor({ onExchange: (one) => facts.push(one) });
    expect(await door(get(`${origin}/a?q=1`))).toMatchObject({ text: 'there', url: `${origin}/b?q=2` });
    const fact = { purpose: 'server-metadata', method: 'GET' };
    expect(facts).toEqual([
      { ...fact, url: `${origin}/a`, status },
      { ...fact, url: `${origin}/b`, status: 200 },
    ]);
  });

  test('D10: 3 hops are followed, a fourth is not, nor a loop', async () => {
    const { listener, urls } = counted((request, response) => {
      const n = Number(request.url?.slice(1));
      if (n === 0) response.end('there');
      else redirect(`/${n - 1}`)(request, response);
    });
    const origin = await serve(listener);
    expect((await createDoor()(get(`${origin}/3`))).text).toBe('there');
    urls.length = 0;
    const failure = await failureOf(get(`${origin}/4`));
    expect(failure).toMatchObject({ code: 'redirect_refused', status: 302 });
    expect(urls).toEqual(['/4', '/3', '/2', '/1']);

    const loop = counted(redirect('/'));
    expect((await failureOf(get(await serve(loop.listener)))).code).toBe('redirect_refused');
    expect(loop.urls).toHaveLength(4);
  });

  test('D08: to another origin is not followed', async () => {
    const { listener, urls } = counted((_, response) => void response.end('{}'));
    const other = await serve(listener);
    const origin = await serve(redirect(`${other}/x`));
    const failure = await failureOf(get(origin, { purpose: 'resource-metadata' }));
    expect(failure).toMatchObject({ code: 'redirect_refused', phase: 'discovering', recovery: 'none' });
    expect(urls).toEqual([]);
  });

  test.each([
    ['D09: to a cloud metadata service', 'http://169.254.169.254/'],
    ['to another origin without a scheme', '//evil.example/'],
    ['to another origin by backslashes', '\\\\evil.example\\'],
    ['to another scheme', 'file:///etc/passwd'],
    ['to another host name of this machine', 'http://localhost/'],
    ['with a user', 'http://user@127.0.0.1/'],
    ['to no URL', 'http://['],
  ])('%s is not followed', async (_, to) => {
    const { listener, urls } = counted(redirect(to));
    expect((await failureOf(get(await serve(listener)))).code).toBe('redirect_refused');
    expect(urls).toHaveLength(1);
  });

  test('D09: from https to http is not followed', async () => {
    const fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'http://as.example/' } });
    expect((await failureOf(get('https://as.example/'), { fetch })).code).toBe('redirect_refused');
  });

  test('to the same origin with a user is judged like any address', async () => {
    const seen = counted((request, response) => {
      redirect(`http://user@${request.headers.host}/x`)(request, response);
    });
    const failure = await failureOf(get(await serve(seen.listener)));
    expect([failure.code, seen.urls.length]).toEqual(['redirect_refused', 1]);
    expect(failure.message).toContain('user');
  });

  test('without a place to go is not an answer', async () => {
    const origin = await serve((_, response) => void response.writeHead(302).end());
    expect((await failureOf(get(origin))).code).toBe('redirect_refused');
  });

  test.each([
    ['registration', 'registering'],
    ['token', 'authorizing'],
    ['revocation', 'signingOut'],
  ] as const)('of %s is not followed, so that no secret travels on', async (purpose, phase) => {
    const { listener, urls } = counted(redirect('/elsewhere', 307));
    const request = get(await serve(listener), { purpose, method: 'POST', body: 'code=fake' });
    expect(await failureOf(request)).toMatchObject({ code: 'redirect_refused', phase });
    expect(urls).toEqual(['/']);
  });

  test('that a browser hides is refused', async () => {
    const hidden = Object.defineProperties(Response.error(), { type: { value: 'opaqueredirect' } });
    const facts: ExchangeFacts[] = [];
    const failure = await failureOf(get('https://as.example/'), {
      fetch: async () => hidden,
      onExchange: (one) => facts.push(one),
    });
    expect(failure.code).toBe('redirect_refused');
    expect(facts).toEqual([{ purpose: 'server-metadata', method: 'GET', url: 'https://as.example/' }]);
  });
});

describe('a body', () => {
  test('D11: without end is cut at the cap, and its connection closed', async () => {
    const closed: Promise<unknown>[] = [];
    const origin = await serve((_, response) => {
      closed.push(once(response, 'close'));
      const pump = () => {
        while (!response.destroyed && response.write('a'.repeat(16_384)));
      };
      response.on('drain', pump);
      pump();
    });
    const failure = await failureOf(get(origin, { purpose: 'resource-metadata' }));
    expect(failure).toMatchObject({
      code: 'response_too_large',
      phase: 'discovering',
      status: 200,
      recovery: 'none',
    });
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  test('D14: that unpacks beyond the cap is cut by its unpacked length', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    expect(bomb.length).toBeLessThan(100_000);
    expect((await failureOf(get(origin), { maxBytes: 100_000 })).code).toBe('response_too_large');
  });

  test('that is packed is counted unpacked, and read', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    });
    expect((await createDoor()(get(origin))).text).toBe('{"a":1}');
  });

  test.each([
    ['a byte that is none', [0x22, 0xff, 0x22]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character cut off at the end', [0x22, 0xf0, 0x9f]],
    ['an overlong slash', [0xc0, 0xaf]],
  ])('D21: of invalid UTF-8 is refused: %s', async (_, bytes) => {
    const origin = await serve((_request, response) => void response.end(Buffer.from(bytes)));
    expect(await failureOf(get(origin))).toMatchObject({ code: 'response_invalid', status: 200 });
  });

  test('that breaks off is no answer', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('abc', () => response.destroy());
    });
    const { code, message } = await failureOf(get(origin));
    expect(code).toBe('unreachable');
    expect(message).toMatch(
      /closed the connection before its answer was whole \(UND_ERR_SOCKET\); try again/,
    );
  });

  test('that is not compressed as it says is told as such, and not as a network that is down', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"a":1}');
    });
    expect(await failureOf(get(origin))).toMatchObject({
      code: 'unreachable',
      message: `${new URL(origin).host} sent an answer that is not compressed as it says (Z_DATA_ERROR); tell its operator.`,
    });
  });
});

describe('time', () => {
  test('D12: a byte now and then does not extend the deadline; the connection is closed', async () => {
    const closed: Promise<unknown>[] = [];
    const origin = await serve((_, response) => {
      const drip = setInterval(() => response.write(' '), 10);
      closed.push(once(response, 'close').finally(() => clearInterval(drip)));
    });
    const failure = await failureOf(get(origin, { purpose: 'token', method: 'POST' }), { deadlineMs: 150 });
    expect(failure).toMatchObject({ code: 'timed_out', phase: 'authorizing', recovery: 'retry-later' });
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  test('D13: no answer at all', async () => {
    const facts: ExchangeFacts[] = [];
    let closed: Promise<unknown> | undefined;
    const origin = await serve((_, response) => {
      closed = once(response, 'close');
    });
    const failure = await failureOf(get(`${origin}/a?code=fake`), {
      deadlineMs: 100,
      onExchange: (one) => facts.push(one),
    });
    expect(failure.code).toBe('timed_out');
    await closed;
    expect(facts).toEqual([{ purpose: 'server-metadata', method: 'GET', url: `${origin}/a` }]);
  });

  test('one deadline covers all hops', async () => {
    const origin = await serve((request, response) => {
      const n = Number(request.url?.slice(1)) + 1;
      setTimeout(() => response.writeHead(302, { location: `/${n}` }).end(), 60);
    });
    expect((await failureOf(get(`${origin}/0`), { deadlineMs: 150 })).code).toBe('timed_out');
  });

  test('a fetch that does not listen to its signal ends with the deadline too', async () => {
    const fetch = () => new Promise<Response>(() => {});
    expect((await failureOf(get('https://as.example/'), { fetch, deadlineMs: 50 })).code).toBe('timed_out');
  });

  test('the timer does not outlive the request, so that it keeps no process alive', async () => {
    const origin = await serve((_, response) => void response.end());
    const set = vi.spyOn(globalThis, 'setTimeout');
    const clear = vi.spyOn(globalThis, 'clearTimeout');
    try {
      await createDoor({ deadlineMs: 987_654 })(get(origin));
      const timer = set.mock.results[set.mock.calls.findIndex(([, delay]) => delay === 987_654)];
      expect(timer).toBeDefined();
      expect(clear).toHaveBeenCalledWith(timer?.value);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('aborting while waiting for an answer', async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const origin = await serve((_, response) => {
      closed = once(response, 'close');
      abort.abort(new Error('fake-secret'));
    });
    const failure = await failureOf(get(origin, { purpose: 'registration', signal: abort.signal }));
    expect(failure).toMatchObject({ code: 'cancelled', phase: 'registering' });
    expect(JSON.stringify(failure)).not.toContain('fake-secret');
    await closed;
  });

  test('aborting while the body comes in', async () => {
    const abort = new AbortController();
    const origin = await serve((_, response) => void response.write('{'));
    const request = get(origin, { signal: abort.signal });
    const failure = await failureOf(request, { onExchange: () => setImmediate(() => abort.abort()) });
    expect(failure.code).toBe('cancelled');
  });

  test('a signal that was aborted before sends nothing', async () => {
    const { listener, urls } = counted((_, response) => void response.end());
    const request = get(await serve(listener), { signal: AbortSignal.abort() });
    expect((await failureOf(request)).code).toBe('cancelled');
    expect(urls).toEqual([]);
  });
});

describe('a failure of the network', () => {
  test('names the host and a code: a port where nobody listens', async () => {
    const origin = await serve(() => {});
    const server = servers.pop();
    server?.close();
    if (server) await once(server, 'close');
    const failure = await failureOf(
      get(`${origin}/token?code=fake-secret`, { purpose: 'revocation', method: 'POST' }),
    );
    expect(failure).toMatchObject({ code: 'unreachable', phase: 'signingOut', recovery: 'retry-later' });
    expect(failure.message).toContain(`${new URL(origin).host} could not be reached (ECONNREFUSED)`);
    expect(failure.message).not.toContain('fake-secret');
  });

  test.each([
    ['a message', new TypeError('fake-secret')],
    ['a code with more in it', new TypeError('x', { cause: { code: 'E fake-secret' } })],
    ['a code in small letters', new TypeError('x', { cause: { code: 'fake-secret' } })],
    ['a cause that is text', new TypeError('x', { cause: 'fake-secret' })],
    ['a text', 'fake-secret'],
    ['nothing', undefined],
  ])('L01: keeps nothing else of what was thrown: %s', async (_, thrown) => {
    const fetch = async () => Promise.reject(thrown);
    const error: unknown = await createDoor({ fetch })(get('https://as.example/x')).catch((one) => one);
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('as.example could not be reached;'),
    });
    expect((error as AuthError).cause).toBeUndefined();
    expect(`${JSON.stringify(error)} ${String((error as AuthError).message)}`).not.toContain('fake-secret');
  });

  test('a status outside HTTP is refused', async () => {
    const origin = await serve((_, response) => void response.writeHead(799).end());
    expect((await failureOf(get(origin))).code).toBe('response_invalid');
  });
});

test('P01: the global fetch is taken when the door is made', async () => {
  const origin = await serve((_, response) => void response.end('ours'));
  const door = createDoor();
  const original = globalThis.fetch;
  globalThis.fetch = async () => new Response('theirs');
  try {
    expect((await door(get(origin))).text).toBe('ours');
  } finally {
    globalThis.fetch = original;
  }
});

test('an onlooker that throws changes nothing', async () => {
  const origin = await serve((_, response) => void response.end('ok'));
  const onExchange = () => {
    throw new Error('onlooker');
  };
  expect((await createDoor({ onExchange })(get(origin))).text).toBe('ok');
});

describe('fetchThrough', () => {
  const of = (origin: string) => ({
    purpose: 'revocation' as const,
    resource: origin,
    signal: new AbortController().signal,
  });

  test('carries a request of oauth4webapi, form body and all', async () => {
    let seen: Record<string, unknown> = {};
    const origin = await serve(async (request, response) => {
      seen = { url: request.url, type: request.headers['content-type'], text: await textOf(request) };
      response.end();
    });
    const as = { issuer: origin, revocation_endpoint: `${origin}/revoke` };
    const response = await oauth.revocationRequest(as, { client_id: 'me' }, oauth.None(), 'fake-token', {
      [oauth.customFetch]: fetchThrough(createDoor(), of(origin)),
      [oauth.allowInsecureRequests]: true,
    });
    await oauth.processRevocationResponse(response);
    expect(seen).toMatchObject({ url: '/revoke', type: expect.stringContaining('x-www-form-urlencoded') });
    expect(Object.fromEntries(new URLSearchParams(String(seen['text'])))).toMatchObject({
      client_id: 'me',
      token: 'fake-token',
    });
  });

  test('answers with the status, the headers, and the unpacked text', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(400, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
      response.end(gzipSync('{"error":"x"}'));
    });
    const response = await fetchThrough(createDoor(), of(origin))(origin, { method: 'POST', headers: {} });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(await response.json()).toEqual({ error: 'x' });
  });

  test.each([204, 205, 304])('answers without a body where %i has none', async (status) => {
    const origin = await serve((_, response) => void response.writeHead(status).end());
    const response = await fetchThrough(createDoor(), of(origin))(origin, { method: 'GET', headers: {} });
    expect([response.status, response.body]).toEqual([status, null]);
  });

  test('ends with either signal', async () => {
    const origin = await serve(() => {});
    const signal = AbortSignal.timeout(30);
    const through = fetchThrough(createDoor(), of(origin));
    await expect(through(origin, { method: 'GET', headers: {}, signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

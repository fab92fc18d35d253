// The listener itself: whom it answers and how, how long it waits for pages, and what it leaves open.
import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, Server as NetServer } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { longestUrl } from '../../../actors/userAgents/addresses.ts';
import {
  type CallbackServer,
  listenForCallbacks,
  localhostUriAt,
  redirectUriAt,
} from '../../../actors/userAgents/callbackServer.ts';
import { ask, listens } from './scriptedServer.ts';

const place = { host: '127.0.0.1', path: '/callback' } as const;
const servers: CallbackServer[] = [];
afterEach(() => {
  for (const one of servers.splice(0)) one.close();
});

async function open(take: (query: string, uri: string) => boolean = () => true): Promise<CallbackServer> {
  const server = await listenForCallbacks({ ...place, port: 0 }, take);
  servers.push(server);
  return server;
}

const portOf = ({ redirectUri }: CallbackServer): number => Number(new URL(redirectUri).port);

test('A25: the page is shown with its own style, and nothing else', async () => {
  const { redirectUri } = await open();
  const { headers, body } = await ask(new URL('/done', redirectUri).href);
  const style = /<style>([^<]+)<\/style>/.exec(body)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  expect(style).toContain('color-scheme: light dark');
  expect(body).toContain('<h1>You can close this window</h1>');
});

describe('a redirect URI', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:8000/back', 'http://localhost:8000/back'],
    ['::1', 'http://[::1]:8000/back', undefined],
  ] as const)('RFC 8252 §7.3, §8.3: of %s', (host, literal, byName) => {
    const at = { host, port: 8000, path: '/back' };
    expect([redirectUriAt(at), localhostUriAt(at)]).toEqual([literal, byName]);
  });
});

describe('a request', () => {
  const taken: string[] = [];
  const opened = async (): Promise<CallbackServer> => {
    taken.length = 0;
    return open((query, uri) => taken.push(`${uri} ${query}`) > 0);
  };

  test('A26: of the callback path is taken with its query, and sent on to a page without it', async () => {
    const { redirectUri } = await opened();
    for (const query of ['?code=a%2fb&state=c', '?', '']) {
      const { status, headers, body } = await ask(redirectUri + query, { target: `/callback${query}` });
      expect([status, headers.location, headers['content-length'], body]).toEqual([303, '/done', '0', '']);
    }
    expect(taken).toEqual([`${redirectUri} ?code=a%2fb&state=c`, `${redirectUri} ?`, `${redirectUri} `]);
  });

  test('A25: of the page gets HTML, and is not taken', async () => {
    const { redirectUri } = await opened();
    const { status, headers, body } = await ask(new URL('/done', redirectUri).href);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(taken).toEqual([]);
  });

  test.each([
    ['A20: of another path', { target: '/other?state=a' }, 404],
    ['A20: of a longer path', { target: '/callbacks?state=a' }, 404],
    ['A20: of the page with a query', { target: '/done?a' }, 404],
    ['A20: that is a POST of the callback path', { method: 'POST' }, 404],
    ['A20: that is a POST of the page', { method: 'POST', target: '/done' }, 404],
    ['A22: with the name of another', { headers: { host: 'evil.example' } }, 403],
    [
      'A22: of the page with the name of another',
      { target: '/done', headers: { host: 'evil.example' } },
      403,
    ],
    ['A04: with a target that is too long', { target: `/callback?${'a'.repeat(longestUrl - 9)}` }, 414],
  ])('%s is refused with no more than a status', async (_what, options, status) => {
    const { redirectUri } = await opened();
    const answer = await ask(redirectUri, options);
    expect([answer.status, answer.headers['content-length'], answer.body]).toEqual([status, '0', '']);
    expect(answer.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    expect(taken).toEqual([]);
  });

  test('A04: may be as long as the longest URL, beside long headers', async () => {
    const { redirectUri } = await opened();
    const target = `/callback?${'a'.repeat(longestUrl - 10)}`;
    const headers = { host: new URL(redirectUri).host, cookie: 'c'.repeat(longestUrl - 1_000) };
    expect((await ask(redirectUri, { target, headers })).status).toBe(303);
    expect(taken).toHaveLength(1);
    const longer = { ...headers, cookie: 'c'.repeat(2 * longestUrl) };
    expect((await ask(redirectUri, { target: '/callback', headers: longer })).status).toBe(431);
  });

  test('A22: with the name localhost is taken from the moment that the name is answered to', async () => {
    const server = await opened();
    const byName = `localhost:${portOf(server)}`;
    const at = (host: string) => ask(server.redirectUri, { headers: { host } });
    expect((await at(byName)).status).toBe(403);
    server.answerAtLocalhost();
    expect((await at(byName)).status).toBe(303);
    expect((await at(`127.0.0.1:${portOf(server)}`)).status).toBe(303);
    expect((await at('localhost')).status).toBe(403);
    expect(taken).toEqual([`http://${byName}/callback `, `${server.redirectUri} `]);
  });
});

describe('the port', () => {
  test('A23: that is taken is an error, and one that is free is bound as it is asked for', async () => {
    const first = await open();
    const again = { ...place, port: portOf(first) };
    await expect(listenForCallbacks(again, () => true)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    first.close();
    expect(await listens('127.0.0.1', again.port)).toBe(false);
    const second = await listenForCallbacks(again, () => true);
    servers.push(second);
    expect(second.redirectUri).toBe(first.redirectUri);
  });

  /** The server of `node:http` behind a listener. */
  async function serverOf({ redirectUri }: CallbackServer): Promise<Server> {
    let found: Server | undefined;
    const hear = (message: unknown): void => {
      found = (message as { readonly server: Server }).server;
    };
    subscribe('http.server.request.start', hear);
    await ask(redirectUri);
    unsubscribe('http.server.request.start', hear);
    return found ?? expect.unreachable();
  }

  test('is bound by this process alone, also where it is a worker of a cluster', async () => {
    const listen = vi.spyOn(NetServer.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    await open();
    expect(listen.mock.calls).toEqual([[{ host: '127.0.0.1', port: 0, exclusive: true }]]);
  });

  test('of ::1 has no name', async () => {
    const server = await listenForCallbacks({ host: '::1', path: '/callback', port: 0 }, () => true);
    servers.push(server);
    server.answerAtLocalhost();
    expect((await ask(server.redirectUri)).status).toBe(303);
  });

  test('stays open where a connection cannot be accepted', async () => {
    const listener = await open();
    const server = await serverOf(listener);
    server.emit('error', Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
    expect((await ask(listener.redirectUri)).status).toBe(303);
  });

  test('gives a request ten seconds to come', async () => {
    expect((await serverOf(await open())).requestTimeout).toBe(10_000);
  });

  test('A33: is closed with every connection, open ones too', async () => {
    const server = await open();
    const socket = connect(portOf(server), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(
      socket.on('error', () => {}),
      'close',
    );
    // The listener has accepted the connection when it answers another one.
    await ask(server.redirectUri);
    server.close();
    await closed;
    expect(await listens('127.0.0.1', portOf(server))).toBe(false);
  });

  test('A33: and its connections do not keep the process alive', async () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((one) => one.startsWith('TCP')).length;
    const before = count();
    const server = await open();
    const socket = connect(portOf(server), '127.0.0.1').unref();
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    await vi.waitFor(async () => {
      await ask(server.redirectUri);
      expect(count()).toBeLessThanOrEqual(before);
    });
  });
});

describe('the pages of a listener', () => {
  const hasEnded = async (work: Promise<void>): Promise<boolean> =>
    Promise.race([
      work.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100)),
    ]);
  const redirected = (server: CallbackServer, state: string) =>
    fetch(`${server.redirectUri}?code=a&state=${state}`, { redirect: 'manual' });
  const pageOf = async (server: CallbackServer): Promise<void> => {
    await (await fetch(new URL('/done', server.redirectUri))).text();
  };

  test('are waited for: one for each response that somebody waited for', async () => {
    const server = await open(() => true);
    expect(await hasEnded(server.pagesDelivered())).toBe(true);
    await redirected(server, 'one');
    await redirected(server, 'two');
    const delivered = server.pagesDelivered();
    await pageOf(server);
    expect(await hasEnded(delivered)).toBe(false);
    await pageOf(server);
    expect(await hasEnded(delivered)).toBe(true);
  });

  test('that nobody asked for count for nothing', async () => {
    const server = await open(() => true);
    await pageOf(server);
    await pageOf(server);
    await redirected(server, 'one');
    const delivered = server.pagesDelivered();
    expect(await hasEnded(delivered)).toBe(false);
    await pageOf(server);
    expect(await hasEnded(delivered)).toBe(true);
    const silent = await open(() => false);
    await redirected(silent, 'one');
    expect(await hasEnded(silent.pagesDelivered())).toBe(true);
  });

  test('end with the listener', async () => {
    const server = await open(() => true);
    await redirected(server, 'one');
    const delivered = server.pagesDelivered();
    server.close();
    expect(await hasEnded(delivered)).toBe(true);
  });

  test('are waited for one second at most, and not waited for again', async () => {
    const server = await open();
    await redirected(server, 'one');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let isOver = false;
    const delivered = server.pagesDelivered().then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await delivered;
    await server.pagesDelivered();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leave no timer behind when they are delivered', async () => {
    const server = await open();
    await redirected(server, 'one');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const delivered = server.pagesDelivered();
    expect(vi.getTimerCount()).toBe(1);
    server.close();
    await delivered;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('A33 keep the process alive only while somebody waits', async () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;
    const before = count();
    const server = await open(() => true);
    expect(count()).toBe(before);
    server.keepAlive(true);
    expect(count()).toBe(before + 1);
    server.keepAlive(false);
    expect(count()).toBe(before);
  });
});

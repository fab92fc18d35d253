// How long the listener of a login stays open, and for whom: counted from its reservation to its release.
import { afterEach, describe, expect, test } from 'vitest';
import { pageAddress } from '../../../actors/userAgents/addresses.ts';
import { createListeners } from '../../../actors/userAgents/callbackListeners.ts';
import { type CallbackServer, listenForCallbacks } from '../../../actors/userAgents/callbackServer.ts';

const place = { host: '127.0.0.1', path: '/callback' } as const;
const never = new AbortController().signal;

type Listeners = ReturnType<typeof createListeners>;

const made: Listeners[] = [];
const servers: CallbackServer[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.closeAll();
  for (const one of servers.splice(0)) one.close();
});

function listenersOf(): Listeners {
  const listeners = createListeners({ ...place, port: undefined, closing: never });
  made.push(listeners);
  return listeners;
}

const isOpen = (uri: string): Promise<boolean> =>
  fetch(uri, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );

/** A browser that comes back with a response, and fetches its page. */
async function comesBack(uri: string, state: string): Promise<string> {
  const response = await fetch(`${uri}?code=a&state=${state}`);
  await response.text();
  return `${uri}?code=a&state=${state}`;
}

/** A listener that is open for a login that is being taken over. */
async function takenOver(listeners: Listeners, uri: string) {
  return (await listeners.takeOver(uri)) ?? expect.unreachable();
}

describe('a listener', () => {
  test('A32 is closed after the one login that needed it', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    const listener = (await listeners.at(uri)) ?? expect.unreachable();
    listeners.expect(listener, 'one', never);
    const url = await comesBack(uri, 'one');
    expect(await listeners.receive(listener, 'one', never)).toBe(url);
    expect(await isOpen(uri)).toBe(true);
    await listeners.release(uri);
    expect(await isOpen(uri)).toBe(false);
  });

  test('A32 stays open while another login is reserved, waits, or has an answer that nobody has taken', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    expect(await listeners.choose([])).toBe(uri);
    const listener = (await listeners.at(uri)) ?? expect.unreachable();
    listeners.expect(listener, 'one', never);
    await comesBack(uri, 'one');
    await listeners.receive(listener, 'one', never);
    await listeners.release(uri);
    expect(await isOpen(uri), 'reserved').toBe(true);
    listeners.expect(listener, 'two', never);
    await listeners.release(uri);
    expect(await isOpen(uri), 'expected').toBe(true);
    const url = await comesBack(uri, 'two');
    await listeners.release(uri);
    expect(await isOpen(uri), 'answered').toBe(true);
    expect(await listeners.receive(listener, 'two', never)).toBe(url);
    await listeners.release(uri);
    expect(await isOpen(uri)).toBe(false);
  });

  test('A35 counts each login that is taken over, and each that is let go', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    await takenOver(listeners, uri);
    await takenOver(listeners, uri);
    for (const left of [true, true, false]) {
      await listeners.release(uri);
      expect(await isOpen(uri)).toBe(left);
    }
    await listeners.release(uri);
    expect(await listeners.choose([uri])).toBe(uri);
  });

  test('A35 keeps what comes before its request, for each login that is taken over', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    await listeners.release(uri);
    const listener = await takenOver(listeners, uri);
    await takenOver(listeners, uri);
    const urls = [await comesBack(uri, 'one'), await comesBack(uri, 'two')];
    // The first one counts.
    await fetch(`${uri}?code=other&state=one`);
    listeners.expect(listener, 'one', never);
    expect(await listeners.receive(listener, 'one', never)).toBe(urls[0]);
    expect(await listeners.receive(listener, 'two', never)).toBe(urls[1]);
    await listeners.release(uri);
    await listeners.release(uri);
    expect(await isOpen(uri)).toBe(false);
  });

  test('A17 keeps nothing where no login is taken over, and eight responses at most where one is', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    await comesBack(uri, 'early');
    const listener = await takenOver(listeners, uri);
    expect(listener.early.size).toBe(0);
    for (let at = 0; at < 10; at += 1) await comesBack(uri, `state${at}`);
    expect(listener.early.size).toBe(8);
    // Nobody is taken over any more: what is left over is nobody's.
    listeners.expect(listener, 'mine', never);
    await takenOver(listeners, uri);
    listeners.expect(listener, 'state0', never);
    expect(await listeners.receive(listener, 'state0', never)).toContain('state0');
    listeners.expect(listener, 'another', never);
    expect(listener.takenOver === 0).toBe(listener.early.size === 0);
  });

  test('is not ours at another path, host or port 0', async () => {
    const listeners = listenersOf();
    const others = [
      'http://127.0.0.1:0/callback',
      'http://127.0.0.1:1/other',
      'http://127.0.0.2:1/callback',
      'https://127.0.0.1:1/callback',
      'nonsense',
    ];
    for (const uri of others) {
      expect(await listeners.at(uri), uri).toBeUndefined();
      expect(listeners.atLocalhost(uri)).toBeUndefined();
      await listeners.release(uri);
    }
  });
});

describe('the pages of a listener', () => {
  const open = async (take: () => boolean): Promise<CallbackServer> => {
    const server = await listenForCallbacks({ ...place, port: 0 }, take);
    servers.push(server);
    return server;
  };
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

describe('the page that a person is sent to', () => {
  test.each([
    'ftp://127.0.0.1/',
    'file://127.0.0.1/a',
    'ws://localhost/',
    'http://as.example/',
    'javascript:alert(1)',
    'https://ada@as.example/',
    'https://:secret@as.example/',
    `https://as.example/${'a'.repeat(16 * 1024)}`,
    '',
  ])('A01 is not %s', (text) => {
    expect(() => pageAddress(text)).toThrow(
      expect.objectContaining({ code: 'address_refused', phase: 'authorizing' }),
    );
  });

  test.each(['https://as.example/', 'http://127.0.0.1:3000/a', 'http://localhost/a', 'http://[::1]/'])(
    'A01 may be %s',
    (text) => {
      expect(pageAddress(text)).toBe(text);
    },
  );
});

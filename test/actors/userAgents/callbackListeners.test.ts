// How long the listener of a login stays open, and for whom: counted from its reservation to its release.
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createListeners } from '../../../actors/userAgents/callbackListeners.ts';
import type { LoopbackHost } from '../../../actors/userAgents/callbackServer.ts';
import { ask, failureOf, listens } from './scriptedServer.ts';

const place = { host: '127.0.0.1', path: '/callback' } as const;
const never = new AbortController().signal;

type Listeners = ReturnType<typeof createListeners>;

const made: Listeners[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.closeAll();
});

function listenersOf(change: Partial<Parameters<typeof createListeners>[0]> = {}): Listeners {
  const listeners = createListeners({ ...place, port: undefined, closing: never, ...change });
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

  test('A32 is not closed by a release too many while a request waits, and counts on from nothing', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    const listener = await takenOver(listeners, uri);
    listeners.expect(listener, 'one', never);
    for (let count = 0; count < 3; count += 1) await listeners.release(uri);
    expect([listener.reserved, listener.takenOver, listener.ended]).toEqual([0, 0, 0]);
    expect(await isOpen(uri)).toBe(true);
  });

  test('A35 is not closed before the page of an early response has gone out', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    const listener = await takenOver(listeners, uri);
    await ask(`${uri}?code=a&state=one`);
    await listeners.receive(listener, 'one', never);
    await listeners.release(uri);
    // The second that pages have does not pass here.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let isLetGo = false;
    const letGo = listeners.release(uri).then(() => {
      isLetGo = true;
    });
    expect(await isOpen(uri)).toBe(true);
    expect(isLetGo).toBe(false);
    await ask(new URL('/done', uri).href);
    await letGo;
    expect(await isOpen(uri)).toBe(false);
  });

  /** Lets a login go; ends when its listener is closed, which waits for no page. */
  async function closes(listeners: Listeners, uri: string): Promise<void> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const released = listeners.release(uri);
    expect(vi.getTimerCount()).toBe(0);
    await released;
    expect(await isOpen(uri)).toBe(false);
  }

  test.each([
    ['without a state', '?code=a'],
    ['with a state that nobody waits for', '?code=a&state=other'],
  ])('A17 waits for no page of a response %s', async (_what, query) => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    await ask(uri + query);
    await closes(listeners, uri);
  });

  test('A17 waits for no page of a second response that comes early with the same state', async () => {
    const listeners = listenersOf();
    const uri = await listeners.choose([]);
    await listeners.release(uri);
    await takenOver(listeners, uri);
    await comesBack(uri, 'early');
    await ask(`${uri}?code=b&state=early`);
    await closes(listeners, uri);
  });

  test('R14 at one fixed port is found under both of its names, and under no other port', async () => {
    const first = listenersOf();
    const port = Number(new URL(await first.choose([])).port);
    const other = await listenersOf().choose([]);
    first.closeAll();
    const listeners = listenersOf({ port });
    const [literal, byName] = [`http://127.0.0.1:${port}/callback`, `http://localhost:${port}/callback`];
    expect(await listeners.choose([other])).toBe(literal);
    expect(await listeners.choose([byName])).toBe(byName);
  });

  test('A23 cannot be had where the address is not one of this machine', async () => {
    const host = '192.0.2.1' as LoopbackHost;
    const failure = await failureOf(listenersOf({ host }).choose([]));
    expect(failure).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(failure.message).toContain(host);
  });

  test('C09 is not bound any more after the end, wanted or not', async () => {
    const closing = new AbortController();
    const listeners = listenersOf({ closing: closing.signal });
    const uri = await listeners.choose([]);
    listeners.closeAll();
    closing.abort();
    for (const wanted of [[], [uri]])
      expect((await failureOf(listeners.choose(wanted))).code).toBe('cancelled');
    expect(await listeners.at(uri)).toBeUndefined();
    expect(await listens('127.0.0.1', Number(new URL(uri).port))).toBe(false);
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

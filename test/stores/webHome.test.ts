// The store of browsers over an IndexedDB in memory: the contract, and each way that a browser can fail it. The browser itself
// is in test/browser.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { webStore } from '../../stores/web.ts';
import { failureOf } from '../support/engine.ts';
import { create, storeContract } from './contract.ts';
import { FakeIndexedDb, KeyRange } from './fakeIndexedDb.ts';

let world: FakeIndexedDb;
beforeEach(() => {
  world = new FakeIndexedDb();
  vi.stubGlobal('indexedDB', world);
  vi.stubGlobal('IDBKeyRange', KeyRange);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

let made = 0;
storeContract('webStore', async () => {
  made += 1;
  return webStore({ name: `of test ${made}` });
});

describe('a database of a browser', () => {
  test('is opened by the first operation, and once for all', async () => {
    const store = webStore();
    expect(world.connections).toHaveLength(0);
    await Promise.all([store.get('a'), store.get('b'), create(store, 'c', 'text')]);
    await store.list('');
    expect(world.connections).toHaveLength(1);
    expect(await webStore({ name: 'authchart' }).get('c')).toMatchObject({ text: 'text' });
    expect(await webStore({ name: 'another' }).get('c')).toBeUndefined();
  });

  test('keeps what is set aside, with its key, and nothing that is deleted', async () => {
    const store = webStore();
    const version = await create(store, 'a', 'one');
    await store.setAside('a', 'another version');
    expect(world.rows('authchart', 'aside')).toEqual([]);
    await store.setAside('a', version);
    await store.delete('b', await create(store, 'b', 'two'));
    expect(await store.list('')).toEqual([]);
    expect(world.rows('authchart', 'aside')).toEqual([{ key: 'a', version, text: 'one' }]);
  });

  test('lists by the beginning of keys, whatever they end with', async () => {
    const store = webStore();
    const all = ['a', 'ab', 'a\uffff', 'a\uffffb', 'b', 'b\ud83d\ude00', '\uffff', '\uffff\uffff'];
    for (const key of all) await create(store, key, '');
    for (const prefix of ['', 'a', 'a\uffff', 'b\ud83d', '\uffff', 'c'])
      expect([...(await store.list(prefix))].sort(), prefix).toEqual(
        all.filter((key) => key.startsWith(prefix)).sort(),
      );
  });

  test('S03: is let go when a sibling wants to delete it, and opened anew', async () => {
    const store = webStore();
    await create(store, 'a', 'text');
    world.delete('authchart');
    expect(world.connections.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect(await store.get('a')).toBeUndefined();
    expect(world.connections).toHaveLength(2);
  });

  test('S03: is opened anew when the browser has closed it', async () => {
    const store = webStore();
    await create(store, 'a', 'text');
    world.connections[0]?.close();
    expect(await failureOf(store.get('a'))).toMatchObject({ code: 'store_failed' });
    world.connections[0]?.onclose?.();
    expect(await store.get('a')).toMatchObject({ text: 'text' });
    // What is said of the old one again does not touch the new one.
    world.connections[0]?.onclose?.();
    await store.get('a');
    expect(world.connections).toHaveLength(2);
  });

  test('S03: that failed to open is tried again by the next operation', async () => {
    world.refusal = 'UnknownError';
    const store = webStore();
    await failureOf(store.get('a'));
    world.refusal = undefined;
    expect(await store.get('a')).toBeUndefined();
  });

  test('S03: that opens too late is a failure, and is closed when it comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    world.delay = 12_000;
    const failed = failureOf(webStore().get('a'));
    await vi.advanceTimersByTimeAsync(9_999);
    const early = await Promise.race([failed, 'still waiting']);
    expect(early).toBe('still waiting');
    await vi.advanceTimersByTimeAsync(1);
    const failure = await failed;
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    expect(failure.message).toContain('(TimeoutError)');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.connections.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  test('leaves no timer behind when it opens in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const found = webStore().get('a');
    await vi.advanceTimersByTimeAsync(10);
    expect(await found).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('S01: a failure of a browser', () => {
  test.each([
    ['QuotaExceededError', 'retry-later', 'free some space'],
    ['SecurityError', 'fix-config', 'allow it in the browser'],
    ['NotFoundError', 'fix-config', 'choose another name'],
    ['TimeoutError', 'retry-later', 'close it'],
    ['UnknownError', 'retry-later', 'reload the page'],
    ['AbortError', 'retry-later', 'reload the page'],
  ])('%s is for %s, and says: %s', async (name, recovery, advice) => {
    world.refusal = name;
    const failure = await failureOf(webStore().get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery });
    expect(failure.message).toContain(`${advice} (${name})`);
  });

  test('of a transaction is one, and nothing is written or told', async () => {
    const store = webStore();
    const version = await create(store, 'a', 'text');
    const told = vi.fn();
    const end = store.watch?.('a', told);
    world.fault = 'QuotaExceededError';
    for (const work of [() => store.put('a', 'more', version), () => store.delete('a', version)])
      expect(await failureOf(work())).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    world.fault = undefined;
    expect(await store.get('a')).toEqual({ version, text: 'text' });
    expect(told).not.toHaveBeenCalled();
    end?.();
  });

  test('is none of a database of a newer version: it is left alone', async () => {
    world.make('authchart', 2, ['records', 'aside']);
    expect(await failureOf(webStore().get('a'))).toMatchObject({ code: 'record_newer', phase: 'storing' });
  });

  test('is one of a database that somebody else has made', async () => {
    world.make('authchart', 1, ['theirs']);
    const failure = await failureOf(webStore().get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'fix-config' });
  });

  test.each([
    ['IndexedDB', { indexedDB: undefined }],
    ['crypto', { crypto: undefined }],
    ['random UUIDs', { crypto: {} }],
  ])('is one of a page without %s', async (_what, stubs) => {
    for (const [name, value] of Object.entries(stubs)) vi.stubGlobal(name, value);
    const failure = await failureOf(webStore().get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery: 'fix-config' });
    expect(failure.message).toContain('https or localhost');
  });
});

describe('S04: two pages of an origin', () => {
  test.each<[string, (store: ReturnType<typeof webStore>, version: string) => Promise<unknown>]>([
    ['a write', (store, version) => store.put('a', 'more', version)],
    ['a deletion', (store, version) => store.delete('a', version)],
    ['what is set aside', (store, version) => store.setAside('a', version)],
  ])('tell each other of %s, and of nothing that did not happen', async (_what, change) => {
    const [here, there] = [webStore({ name: 'two pages' }), webStore({ name: 'two pages' })];
    const version = await create(here, 'a', 'text');
    const [mine, theirs, others] = [vi.fn(), vi.fn(), vi.fn()];
    const ends = [here.watch?.('a', mine), there.watch?.('a', theirs), there.watch?.('b', others)];
    await change(here, 'another version');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([mine, theirs].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await change(here, version);
    await vi.waitFor(() => expect([mine, theirs].map(({ mock }) => mock.calls.length)).toEqual([1, 1]));
    expect(others).not.toHaveBeenCalled();
    for (const end of ends) end?.();
  });
});

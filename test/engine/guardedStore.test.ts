// What a guarded store says of faults, how long it waits, and that each operation is asked as it was meant.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AuthError, failure } from '../../contract/errors.ts';
import { guardedStore } from '../../engine/guardedStore.ts';
import { memoryStore, type Store } from '../../index.ts';
import { failureOf } from '../support/engine.ts';
import { HostFault } from './faults.ts';

afterEach(() => {
  vi.useRealTimers();
});

const home = memoryStore() as Required<Store>;
const never = (): Promise<never> => new Promise(() => {});

describe('a guarded store', () => {
  it('C14: says where to look when the store fails', async () => {
    const store = guardedStore({ ...home, get: () => Promise.reject(new HostFault()) }, () => {});
    expect((await failureOf(store.get('a'))).message).toBe(
      'The store failed with an error of its own, which only `onDefect` is told; check the store, and try again.',
    );
  });

  it('C14: tells in words what is out of the contract', async () => {
    const tell = vi.fn();
    const store = guardedStore({ ...home, delete: async () => 1 as never }, tell);
    expect((await failureOf(store.delete('a', '1'))).code).toBe('store_failed');
    expect(String(tell.mock.calls)).toBe(
      'TypeError: The store returned what its contract does not know: see `Store`.',
    );
  });

  it('C14: an AuthError of any operation goes on as it is', async () => {
    const tell = vi.fn();
    const own = new AuthError(failure('store_failed', 'storing', 'The disk is full.'));
    const fail = (): never => {
      throw own;
    };
    const store = guardedStore({ ...home, list: fail, watch: fail }, tell);
    expect(await failureOf(store.list(''))).toBe(own);
    expect(() => store.watch?.('a', () => {})).toThrow(own);
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: waits half a minute for an answer, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const store = guardedStore({ ...home, get: never }, () => {});
    const told = vi.fn();
    const failed = failureOf(store.get('a')).then(told);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(told.mock.calls[0]?.[0].message).toContain('within 30 s');
    // Whatever else waits in this process is not the store's.
    const others = vi.getTimerCount();
    await store.list('');
    expect(vi.getTimerCount()).toBe(others);
  });

  it.each<[keyof Store, readonly unknown[], unknown]>([
    ['get', ['a'], undefined],
    ['get', ['a'], { version: '1', text: 't' }],
    ['put', ['a', 't', '1'], undefined],
    ['put', ['a', 't', undefined], '2'],
    ['delete', ['a', '1'], false],
    ['list', ['a:'], []],
    ['setAside', ['a', '1'], undefined],
  ])('C14: %s is asked for %j, and gives %j', async (name, given, answer) => {
    const operation = vi.fn(async () => answer);
    const tell = vi.fn();
    const store = guardedStore({ ...home, [name]: operation }, tell) as unknown as Record<
      string,
      (...of: readonly unknown[]) => Promise<unknown>
    >;
    expect(await store[name]?.(...given)).toBe(answer);
    expect(operation.mock.calls).toEqual([given]);
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: a watch is asked for as it was, and ends once', () => {
    const end = vi.fn();
    const watch = vi.fn(() => end);
    const store = guardedStore({ ...home, watch }, () => {});
    const onChange = (): void => {};
    const ended = store.watch?.('a', onChange);
    expect(watch.mock.calls).toEqual([['a', onChange]]);
    expect(end).not.toHaveBeenCalled();
    ended?.();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it.each([undefined, null, {}, 'end'])(
    'C14: a watch that gives %j cannot be ended, and is a fault',
    (end) => {
      const tell = vi.fn();
      const store = guardedStore({ ...home, watch: () => end as never }, tell);
      expect(() => store.watch?.('a', () => {})).toThrow(expect.objectContaining({ code: 'store_failed' }));
      expect(tell.mock.calls).toEqual([[expect.any(TypeError)]]);
    },
  );
});

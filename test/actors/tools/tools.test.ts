// The small tools of actors: waits that end with their signal, work that is shared, digests.
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { digest } from '../../../actors/tools/digest.ts';
import { Shared } from '../../../actors/tools/shared.ts';
import { sleep } from '../../../actors/tools/sleep.ts';
import { orCancelled, throwIfCancelled } from '../../../actors/tools/waiting.ts';
import { failureOf } from '../../support/engine.ts';

afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function work<Result>() {
  let end: (result: Result) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const result = new Promise<Result>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  return { result, end: (of: Result) => end(of), fail: (error: unknown) => fail(error) };
}

describe('a wait', () => {
  it('C09: is the work itself where there is no signal', () => {
    const { result } = work();
    expect(orCancelled(result, undefined)).toBe(result);
  });

  it.each([
    [undefined, 'authorizing', 'The login was cancelled.'],
    ['renewing', 'renewing', 'The request was cancelled.'],
  ] as const)('C09: ends with its signal, and says where: %s', async (given, phase, message) => {
    const ending = new AbortController();
    const waiting = orCancelled(work().result, ending.signal, given);
    ending.abort();
    const early = orCancelled(work().result, ending.signal, given);
    for (const one of [waiting, early])
      expect(await failureOf(one)).toMatchObject({ code: 'cancelled', phase, message });
  });

  it('C12: leaves no listener on its signal', async () => {
    const ending = new AbortController();
    const add = vi.spyOn(ending.signal, 'addEventListener');
    const remove = vi.spyOn(ending.signal, 'removeEventListener');
    expect(await orCancelled(Promise.resolve(5), ending.signal)).toBe(5);
    await expect(orCancelled(Promise.reject(new Error('no')), ending.signal)).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(
      add.mock.calls.map(([, listener]) => listener),
    );
    expect(add).toHaveBeenCalledTimes(2);
  });

  it('C09: does nothing where its signal was not given', () => {
    throwIfCancelled(never);
    expect(() => throwIfCancelled(AbortSignal.abort())).toThrow(
      expect.objectContaining({ code: 'cancelled', phase: 'authorizing' }),
    );
  });
});

describe('a sleep', () => {
  it('C12: ends in time, or with its signal, and leaves nothing behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ending = new AbortController();
    const ended: string[] = [];
    void sleep(1_000, never).then(() => ended.push('in time'));
    void sleep(1_000, ending.signal).then(() => ended.push('with its signal'));
    void sleep(1_000, AbortSignal.abort()).then(() => ended.push('at once'));
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toEqual(['at once']);
    ending.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toEqual(['at once', 'with its signal']);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual(['at once', 'with its signal', 'in time']);
  });

  it.each([
    [25, 1],
    [26, 0],
  ])('C12: of %i ms keeps the process alive: %i', async (milliseconds, count) => {
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const ending = new AbortController();
    const slept = sleep(milliseconds, ending.signal);
    expect(timers() - before).toBe(count);
    ending.abort();
    await slept;
  });
});

describe('work that is shared', () => {
  it('R13: is done once for all who wait, and anew after that', async () => {
    const shared = new Shared<number>();
    const { result, end } = work<number>();
    const start = vi.fn(() => result);
    const waiting = [shared.run('a', start, never), shared.run('a', start, never)];
    const other = shared.run('b', async () => 7, never);
    end(5);
    expect(await Promise.all([...waiting, other])).toEqual([5, 5, 7]);
    expect(start).toHaveBeenCalledTimes(1);
    expect(await shared.run('a', async () => 6, never)).toBe(6);
  });

  it('R13: goes on for the others when one leaves, and ends when nobody waits', async () => {
    const shared = new Shared<number>();
    const leaving = [new AbortController(), new AbortController()];
    const signals: AbortSignal[] = [];
    const start = (signal: AbortSignal): Promise<number> => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const waiting = leaving.map(({ signal }) => failureOf(shared.run('a', start, signal)));
    leaving[0]?.abort();
    expect(await waiting[0]).toMatchObject({ code: 'cancelled', phase: 'requesting' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    leaving[1]?.abort();
    await waiting[1];
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    // Whoever comes now does not wait for what was ended.
    expect(await shared.run('a', async () => 8, never)).toBe(8);
  });

  it('C10: that is to be finished goes on when nobody waits, and is waited for at the end', async () => {
    const shared = new Shared<number>();
    const { result, end } = work<number>();
    const leaving = new AbortController();
    let signal: AbortSignal | undefined;
    const start = (of: AbortSignal): Promise<number> => {
      signal = of;
      return result;
    };
    const left = failureOf(shared.run('a', start, leaving.signal, { finish: true }));
    leaving.abort();
    await left;
    expect(signal?.aborted).toBe(false);
    let isSettled = false;
    const settled = shared.settled().then(() => {
      isSettled = true;
    });
    const joined = shared.run('a', async () => 9, never, { finish: true });
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    end(5);
    expect(await joined).toBe(5);
    await settled;
  });

  it('C10: that fails is told to all, and not remembered', async () => {
    const shared = new Shared<number>();
    const { result, fail } = work<number>();
    const waiting = [shared.run('a', () => result, never), shared.run('a', () => result, never)];
    fail(new Error('no'));
    for (const one of waiting) await expect(one).rejects.toThrow('no');
    await shared.settled();
    expect(await shared.run('a', async () => 5, never)).toBe(5);
  });
});

describe('a digest', () => {
  it.each(['', 'a', 'café', '0'.repeat(1_000)])('S14: of %j is SHA-256, in 64 digits', async (text) => {
    const expected = createHash('sha256').update(text).digest('hex');
    expect(await digest(text)).toBe(expected.slice(0, (await digest(text)).length));
    expect((await digest(text)).length).toBeGreaterThanOrEqual(32);
  });
});

// The small tools of actors: waits that end with their signal, work that is shared, digests.
import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AttendedLogins } from '../../../actors/tools/attendedLogins.ts';
import { digest } from '../../../actors/tools/digest.ts';
import type { ClientOptions } from '../../../actors/tools/hostOptions.ts';
import { keepAlive } from '../../../actors/tools/keepAlive.ts';
import { Shared } from '../../../actors/tools/shared.ts';
import { sleep } from '../../../actors/tools/sleep.ts';
import { registrationPlace } from '../../../actors/tools/tools.ts';
import { orCancelled, throwIfCancelled, untilEither } from '../../../actors/tools/waiting.ts';
import { keys } from '../../../stores/records.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

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

  it('C12: leaves no listener on a signal that was given, even where the work never ends', async () => {
    const [ending, ended] = [new AbortController(), AbortSignal.abort()];
    const waiting = orCancelled(work().result, ending.signal);
    ending.abort();
    await Promise.allSettled([waiting, orCancelled(work().result, ended)]);
    expect([ending.signal, ended].map((signal) => getEventListeners(signal, 'abort'))).toEqual([[], []]);
  });

  it.each([0, 1])(
    'C12: until either of two signals leaves nothing on them, and one listener on an owner: %i',
    async (given) => {
      const [one, other] = [new AbortController(), new AbortController()];
      const all = [one.signal, other.signal];
      const listeners = () => all.map((signal) => getEventListeners(signal, 'abort').length);
      const endless = untilEither(one.signal, other.signal, (signal) => orCancelled(work().result, signal));
      expect(listeners()).toEqual([1, 1]);
      [one, other][given]?.abort();
      await expect(endless).rejects.toMatchObject({ code: 'cancelled' });
      expect(listeners()).toEqual([0, given === 1 ? 0 : 1]);
      await expect(untilEither(one.signal, other.signal, async ({ aborted }) => aborted)).resolves.toBe(true);
      expect(await untilEither(never, never, async ({ aborted }) => aborted)).toBe(false);
      for (let times = 0; times < 20; times += 1)
        void untilEither(new AbortController().signal, other.signal, () => work().result);
      expect(getEventListeners(other.signal, 'abort').length).toBeLessThan(2);
    },
  );

  it('C09: does nothing where its signal was not given', () => {
    throwIfCancelled(never, never);
    expect(() => throwIfCancelled(never, AbortSignal.abort())).toThrow('cancelled');
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

describe('a sleep in a browser, whose timers are numbers', () => {
  it.each([1, 26])('C12: of %i ms ends with its signal', async (milliseconds) => {
    const cleared: unknown[] = [];
    vi.stubGlobal('setTimeout', () => 7);
    vi.stubGlobal('clearTimeout', (timer: unknown) => void cleared.push(timer));
    const ending = new AbortController();
    const slept = sleep(milliseconds, ending.signal);
    ending.abort();
    await slept;
    vi.unstubAllGlobals();
    expect(cleared).toEqual([7]);
  });
});

describe('a sleep and a wait', () => {
  it('C12: leave no listener on a signal that is not given', async () => {
    const { signal } = new AbortController();
    const slept = sleep(1, signal);
    const waited = orCancelled(slept, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    await waited;
    await new Promise(setImmediate);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a process', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;

  it.each(['ends', 'fails'])('AUTHZ-12: is kept alive until the work %s', async (how) => {
    const { result, end, fail } = work<number>();
    const before = timers();
    const set = vi.spyOn(globalThis, 'setInterval');
    const kept = keepAlive(result);
    const delay = set.mock.calls[0]?.[1] ?? 0;
    set.mockRestore();
    expect(timers() - before).toBe(1);
    // A timer wakes nobody for as long as it can, and no timer can be longer than 31 bits say.
    expect(Math.log2(delay + 1)).toBe(31);
    if (how === 'ends') end(5);
    else fail(new Error('no'));
    if (how === 'ends') expect(await kept).toBe(5);
    else await expect(kept).rejects.toThrow('no');
    expect(timers()).toBe(before);
  });
});

describe('logins that are attended', () => {
  const [one, other] = [keys.pending('one'), keys.pending('other')];

  it('AUTHZ-12: are those that somebody has entered, until all who did have left', () => {
    const attended = new AttendedLogins();
    expect([attended.keys, attended.has(one)]).toEqual([[], false]);
    const leave = [attended.enter(one), attended.enter(other), attended.enter(one), attended.enter(one)];
    expect([attended.keys, attended.has(one), attended.has(other)]).toEqual([[one, other], true, true]);
    leave[1]?.();
    expect([attended.keys, attended.has(other)]).toEqual([[one], false]);
    for (const [at, isLeft] of [
      [0, true],
      [2, true],
      [3, false],
    ] as const) {
      leave[at]?.();
      expect(attended.has(one)).toBe(isLeft);
    }
    expect(attended.keys).toEqual([]);
    attended.enter(one)();
    expect(attended.keys).toEqual([]);
  });
});

describe('the place of a registration', () => {
  it('is that of the user agent, and another one for logins on another device', () => {
    const { userAgent } = toolsFor().tools;
    const at = (grant?: ClientOptions['grant']): string =>
      registrationPlace({ client: { name: 'tests', ...(grant && { grant }) }, userAgent });
    expect(at()).toBe(userAgent.name);
    expect(at({ kind: 'client-credentials' })).toBe(userAgent.name);
    expect(at({ kind: 'device', show: () => {} })).toBe('device');
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

  it.each(['ends', 'fails'])('C10: that is to be finished is done anew after it %s', async (how) => {
    const shared = new Shared<number>();
    const { result, end, fail } = work<number>();
    const first = shared.run('a', () => result, never, { finish: true }).catch(() => 0);
    if (how === 'ends') end(5);
    else fail(new Error('no'));
    await first;
    expect(await shared.run('a', async () => 6, never, { finish: true })).toBe(6);
  });

  it('R13: that was left takes nothing from what has begun after it', async () => {
    const shared = new Shared<number>();
    const [left, running] = [work<number>(), work<number>()];
    const leaving = new AbortController();
    const first = failureOf(shared.run('a', () => left.result, leaving.signal));
    leaving.abort();
    await first;
    const second = shared.run('a', () => running.result, never);
    left.end(1);
    await new Promise(setImmediate);
    const third = shared.run('a', async () => 3, never);
    running.end(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
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
  it.each(['', 'a', 'café', '0'.repeat(1_000)])(
    'S14: of %j is the first half of its SHA-256',
    async (text) => {
      const expected = createHash('sha256').update(text).digest('hex');
      expect(await digest(text)).toBe(expected.slice(0, 32));
    },
  );
});

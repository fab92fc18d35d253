// Whether a subscription still stands: asked now and then, and said once when it does not.
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepAsking } from '../../stores/keepAsking.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('whether a subscription still stands', () => {
  type Answer = () => Promise<unknown>;
  const asking = (...answers: Answer[]) => {
    let asked = 0;
    const broken = vi.fn();
    const end = keepAsking(() => {
      asked += 1;
      return (answers[asked - 1] ?? (() => Promise.resolve()))();
    }, broken);
    return { broken, end, count: () => asked };
  };
  const silent: Answer = () => new Promise(() => {});
  const late: Answer = () => new Promise((resolve) => setTimeout(resolve, 9_999));
  const bad: Answer = () => Promise.reject(new Error('no connection'));

  test('is asked now and then, and all is well as long as there is an answer', async () => {
    const { broken, count } = asking(async () => {}, late);
    await pass(14_999);
    expect(count()).toBe(0);
    await pass(1);
    expect(count()).toBe(1);
    await pass(60_000);
    expect(count()).toBe(4);
    expect(broken).not.toHaveBeenCalled();
  });

  test.each([
    ['a bad answer', bad, 0],
    ['no answer', silent, 10_000],
  ] as const)('is said once: %s', async (_what, answer, after) => {
    const { broken, count } = asking(async () => {}, answer);
    await pass(30_000);
    if (after > 0) expect(broken).not.toHaveBeenCalled();
    await pass(after);
    expect(broken).toHaveBeenCalledTimes(1);
    await pass(60_000);
    expect(count()).toBe(2);
    expect(broken).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['before the first question', 10_000, 0],
    ['while an answer is awaited', 20_000, 1],
  ] as const)('is not asked any more, nor said, when it was ended %s', async (_when, at, times) => {
    const { broken, end, count } = asking(silent);
    await pass(at);
    end();
    await pass(60_000);
    expect(count()).toBe(times);
    expect(broken).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves no timer behind that a process would wait for', async () => {
    vi.useRealTimers();
    const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const { end } = asking();
    await wait(1);
    expect(process.getActiveResourcesInfo().filter((one) => one === 'Timeout')).toHaveLength(before);
    end();
  });
});

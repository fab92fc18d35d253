// The host's clock and timers, guarded: what is asked of them, what is told, and what takes their place.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardedNow, guardedSleep } from '../../engine/guardedClock.ts';
import { HostFault } from './faults.ts';

const never = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

describe('a clock of the host', () => {
  it('C14: is believed where it gives a time', () => {
    const tell = vi.fn();
    expect([guardedNow(() => 0, tell)(), guardedNow(() => -5, tell)()]).toEqual([0, -5]);
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: that fails is told, and the system’s takes its place', () => {
    vi.useFakeTimers({ now: 7_000 });
    const tell = vi.fn();
    const fault = new HostFault();
    const now = guardedNow(() => {
      throw fault;
    }, tell);
    expect(now()).toBe(7_000);
    expect(tell.mock.calls).toEqual([[fault]]);
  });

  it('C14: that gives a promise is told, with what the promise fails with', async () => {
    const tell = vi.fn();
    const fault = new HostFault();
    guardedNow(() => Promise.reject(fault) as never, tell)();
    await expect.poll(() => tell.mock.calls).toEqual([[expect.any(TypeError)], [fault]]);
    expect(String(tell.mock.calls[0]?.[0])).toBe(
      'TypeError: The option `now` gave no finite number of milliseconds.',
    );
  });
});

describe('timers of the host', () => {
  it('C14: are asked as they are meant, and nothing else waits', async () => {
    const sleep = vi.fn(async () => {});
    const tell = vi.fn();
    await guardedSleep(sleep, tell)(60_000, never);
    expect(sleep.mock.calls).toEqual([[60_000, never]]);
    expect(tell).not.toHaveBeenCalled();
  });

  it('C14: that fail are told, and the system’s wait as long, or until the signal', async () => {
    vi.useFakeTimers();
    const tell = vi.fn();
    const fault = new HostFault();
    const over = vi.fn();
    const sleep = guardedSleep(() => Promise.reject(fault), tell);
    const leaving = new AbortController();
    const waits = [sleep(60_000, never).then(over), sleep(90_000, leaving.signal).then(over)];
    await vi.advanceTimersByTimeAsync(59_999);
    expect(over).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toHaveBeenCalledTimes(1);
    leaving.abort();
    await Promise.all(waits);
    expect(tell.mock.calls).toEqual([[fault], [fault]]);
  });

  it('C09: that end with an error once the wait was called off are no fault', async () => {
    const tell = vi.fn();
    await guardedSleep(() => Promise.reject(new HostFault()), tell)(60_000, AbortSignal.abort());
    expect(tell).not.toHaveBeenCalled();
  });
});

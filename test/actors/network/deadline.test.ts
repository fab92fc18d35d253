// A deadline rings in time; and where the process stood still, after what has arrived meanwhile could be read.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deadline } from '../../../actors/network/deadline.ts';

let now: number;
let rung: number;
beforeEach(() => {
  [now, rung] = [5_000, 0];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const ring = (): void => {
  rung += 1;
};

/** The timers go on by this, and the process thinks that so much time has passed. */
function pass(milliseconds: number, felt = milliseconds): void {
  now += felt;
  vi.advanceTimersByTime(milliseconds);
}

it('rings in time, and once', () => {
  deadline(10_000, ring);
  pass(9_999);
  expect(rung).toBe(0);
  pass(1);
  pass(60_000);
  expect([rung, vi.getTimerCount()]).toEqual([1, 0]);
});

it('C03: a process that stood still reads first what has arrived meanwhile', () => {
  deadline(10_000, ring);
  pass(10_000, 45_000);
  expect(rung).toBe(0);
  pass(999);
  expect(rung).toBe(0);
  pass(1);
  expect([rung, vi.getTimerCount()]).toEqual([1, 0]);
});

it('a timer that rings a little late is no standstill', () => {
  deadline(10_000, ring);
  pass(10_000, 10_499);
  expect(rung).toBe(1);
});

it.each([10_000, 45_000])('C12: leaves nothing behind when it is ended, after %i ms', (felt) => {
  const end = deadline(20_000, ring);
  pass(10_000, felt);
  end();
  pass(60_000);
  expect([rung, vi.getTimerCount()]).toEqual([0, 0]);
  const late = deadline(10_000, ring);
  pass(10_000, 45_000);
  late();
  pass(60_000);
  expect([rung, vi.getTimerCount()]).toEqual([0, 0]);
});

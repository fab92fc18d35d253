// When a grant ends, when it is renewed, and how long to wait after a failure.
import { describe, expect, test } from 'vitest';
import { lifetime, pause } from '../../protocol/lifetime.ts';

const now = 1_700_000_000_000;

describe('lifetime (TOK-8)', () => {
  test.each([
    ['an hour: a minute ahead', 3600, 3_600_000, 3_540_000],
    ['ten minutes: a minute ahead', 600, 600_000, 540_000],
    ['five minutes: a tenth ahead', 300, 300_000, 270_000],
    ['ten seconds: a tenth ahead', 10, 10_000, 9000],
    ['half a second', 0.5, 500, 450],
    ['ten years', 315_360_000, 315_360_000_000, 315_359_940_000],
  ])('%s', (_, seconds, end, renewal) => {
    expect(lifetime(seconds, true, now)).toEqual({ expiresAt: now + end, refreshAt: now + renewal });
  });

  test('what cannot be renewed is used to its end', () => {
    expect(lifetime(3600, false, now)).toEqual({ expiresAt: now + 3_600_000, refreshAt: now + 3_600_000 });
  });

  test.each([true, false])('T08: an unknown lifetime has no end; renewable: %s', (renewable) => {
    expect(lifetime(undefined, renewable, now)).toEqual({});
  });
});

describe('pause (TOK-7)', () => {
  test.each([
    [0, 1000],
    [1, 2000],
    [5, 32_000],
    [6, 60_000],
    [7, 60_000],
    [5000, 60_000],
  ])('after %d failures: %d ms', (failures, expected) => {
    expect(pause(failures, undefined)).toBe(expected);
  });

  test.each([
    ['T17: what the server asked', 30_000, 30_000],
    ['T17: even when it is more than ours', 3_600_000, 3_600_000],
    ['T21: never no pause at all', 0, 1000],
  ])('%s', (_, asked, expected) => {
    expect(pause(0, asked)).toBe(expected);
    expect(pause(6, asked)).toBe(expected);
  });
});

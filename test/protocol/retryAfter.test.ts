// Retry-After: seconds, a date, or nothing to go by.
import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../protocol/retryAfter.ts';

const hour = 3_600_000;
const read = (value: string | null, now = 0) => retryAfterMs({ get: () => value }, now);

describe('retryAfterMs', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['3600', hour],
    ['3601', hour],
    ['9'.repeat(400), hour],
  ])('seconds: %s', (value, expected) => {
    expect(read(value)).toBe(expected);
  });

  test('a date: the time until then, none when it has passed, an hour at most', () => {
    const then = 'Sun, 06 Nov 1994 08:49:37 GMT';
    const at = Date.parse(then);
    expect(read(then, at - 90_000)).toBe(90_000);
    expect(read(then, at)).toBe(0);
    expect(read(then, at + 5)).toBe(0);
    expect(read(then, at - 2 * hour)).toBe(hour);
  });

  test('dates agree with the platform over leap years and centuries', () => {
    for (let day = -200_000; day < 60_000; day += 37) {
      const at = day * 86_400_000 + 12_345_000 + 4e12;
      expect(read(new Date(at).toUTCString(), at - 1000)).toBe(1000);
    }
    for (const text of ['Thu, 29 Feb 2024 23:59:59 GMT', 'Tue, 29 Feb 2000 00:00:00 GMT']) {
      expect(read(text, Date.parse(text) - 1000)).toBe(1000);
    }
  });

  test('a leap second is a second like others', () => {
    const before = Date.parse('Sat, 31 Dec 2016 23:59:59 GMT');
    expect(read('Sat, 31 Dec 2016 23:59:60 GMT', before)).toBe(1000);
  });

  test.each([
    null,
    '',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '120, 120',
    'soon',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'Wed, 29 Feb 2023 00:00:00 GMT',
    'Thu, 29 Feb 1900 00:00:00 GMT',
    'Fri, 30 Feb 2024 00:00:00 GMT',
    'Sun, 31 Apr 2024 00:00:00 GMT',
    'Thu, 32 Jan 2024 00:00:00 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Növ 1994 08:49:37 GMT',
  ])('makes nothing of %j', (value) => {
    expect(read(value)).toBeUndefined();
  });

  test('reads its header from real headers', () => {
    expect(retryAfterMs(new Headers({ 'Retry-After': '3' }), 0)).toBe(3000);
  });
});

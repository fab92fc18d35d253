// DISC-12: how long metadata may be used again, by the word of its server, within what the host allows.
import { describe, expect, it } from 'vitest';
import { freshFor } from '../../../actors/network/freshness.ts';

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;
const answer = (headers: Record<string, string>, status = 200) => ({ status, headers: new Headers(headers) });

describe('an answer', () => {
  it.each<[string, Record<string, string>, number]>([
    ['that says nothing: as long as the host allows', {}, MINUTE],
    ['without a word on caching', { 'content-type': 'application/json', age: '30' }, MINUTE],
    ['for less than the host allows', { 'cache-control': 'max-age=5' }, 5_000],
    ['for more than the host allows', { 'cache-control': 'max-age=86400' }, MINUTE],
    ['that has lain in a cache already', { 'cache-control': 'max-age=20', age: '15' }, 5_000],
    ['that is private', { 'cache-control': 'private, max-age=5' }, 5_000],
    ['that must not be stored', { 'cache-control': 'no-store' }, 0],
    ['that must not be stored, and yet is good', { 'cache-control': 'no-store, max-age=5' }, 0],
    ['that has lain in a cache for too long', { 'cache-control': 'max-age=5', age: '30' }, 0],
    ['that never changes, and says no time', { 'cache-control': 'immutable' }, 0],
    [
      'that says when it has changed, and no time',
      { 'cache-control': 'public', 'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      0,
    ],
    ['that is good for longer in an outage', { 'cache-control': 'max-age=5, stale-if-error=600' }, 5_000],
    [
      'that is good while another is fetched',
      { 'cache-control': 'max-age=5, stale-while-revalidate=600' },
      5_000,
    ],
    [
      'that must be asked for each time but in an outage',
      { 'cache-control': 'no-cache, stale-if-error=600' },
      0,
    ],
    ['that must be asked for each time', { 'cache-control': 'no-cache' }, 0],
    ['that is old at once', { 'cache-control': 'max-age=0' }, 0],
    ['by the old header', { pragma: 'no-cache' }, 0],
    ['until a time', { expires: new Date(NOW + 7_000).toUTCString() }, 7_000],
    ['that has run out', { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    ['with a time that is none', { expires: '0' }, 0],
    ['with a number that is none', { 'cache-control': 'max-age=soon' }, 0],
  ])('%s', (_what, headers, fresh) => {
    expect(freshFor(answer(headers), MINUTE, NOW)).toBe(fresh);
  });

  it('that says that nothing is there is used again, too', () => {
    expect(freshFor(answer({ 'cache-control': 'max-age=5' }, 404), MINUTE, NOW)).toBe(5_000);
  });

  it('is used for no time where the host allows none', () => {
    expect(freshFor(answer({ 'cache-control': 'max-age=5' }), 0, NOW)).toBe(0);
    expect(freshFor(answer({}), 0, NOW)).toBe(0);
  });
});

// The token that a session gave out last: which headers are known to carry it.
import { describe, expect, it } from 'vitest';
import { GivenOut } from '../../engine/givenOut.ts';
import { bearer } from './resourceBench.ts';

describe('a token that was given out', () => {
  it.each([
    [false, 'Bearer access'],
    [true, 'DPoP access'],
  ])('HOST-1: is known by its header (bound: %s)', (isBound, header) => {
    const given = new GivenOut();
    expect(given.versionSent(undefined)).toBeNull();
    expect(given.versionSent(header)).toBe('');
    given.remember({ ...bearer, isBound });
    expect(given.versionSent(header)).toBe('7');
    expect(given.versionSent(undefined)).toBe('7');
    expect(given.versionSent(null)).toBeNull();
    for (const other of ['Bearer older', 'access', '', isBound ? 'Bearer access' : 'DPoP access'])
      expect(given.versionSent(other)).toBe('');
  });
});

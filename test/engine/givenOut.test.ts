// Which grant an answer speaks of, by the header that was sent: the token given out last, an older one, or none.
import { describe, expect, it } from 'vitest';
import { GivenOut } from '../../engine/givenOut.ts';

const token = (accessToken: string, version: string, isBound = false) => ({ accessToken, version, isBound });

/** Tokens that were given out, in order. */
const givenOut = (...tokens: readonly ReturnType<typeof token>[]): GivenOut => {
  const given = new GivenOut();
  for (const one of tokens) given.remember(one as never);
  return given;
};

describe('the token that was given out last', () => {
  it.each<[string, GivenOut, string | null | undefined, string | null]>([
    ['no token was sent', givenOut(token('a', '1')), null, null],
    ['none was given out, and nobody says which', givenOut(), undefined, null],
    ['nobody says which', givenOut(token('a', '1'), token('b', '2')), undefined, '2'],
    ['it was the last one', givenOut(token('a', '1'), token('b', '2')), 'Bearer b', '2'],
    ['it was an older one', givenOut(token('a', '1'), token('b', '2')), 'Bearer a', ''],
    ['it was nobody’s', givenOut(), 'Bearer a', ''],
    ['it was bound to a key', givenOut(token('a', '1', true)), 'DPoP a', '1'],
    ['it was bound to a key, and sent without', givenOut(token('a', '1', true)), 'Bearer a', ''],
    ['it was bound to none, and sent with one', givenOut(token('a', '1')), 'DPoP a', ''],
  ])('is known where %s', (_where, given, sent, version) => {
    expect(given.versionSent(sent)).toBe(version);
  });

  it('L05: is the one that was sent, unless the host says another one, or none', () => {
    const given = givenOut(token('a', '1'), token('b', '2', true));
    expect(['Bearer a', 'DPoP b', undefined, null].map((sent) => given.tokenSent(sent))).toEqual([
      'a',
      'b',
      'b',
      undefined,
    ]);
    expect(givenOut().tokenSent(undefined)).toBeUndefined();
  });
});

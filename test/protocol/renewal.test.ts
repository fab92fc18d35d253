// Renewing a grant that siblings may renew, too: every verdict on what is found in the store, and after a refusal.
import { describe, expect, test } from 'vitest';
import { type Failure, type FailureCode, failure, failureCodes } from '../../contract/errors.ts';
import {
  demandsScope,
  givenUp,
  isGivenUp,
  judgeLostWrite,
  judgeRefused,
  judgeRenewal,
  judgeSibling,
  refreshFailure,
  refusesGrant,
  renewalEnded,
  type StoredGrant,
} from '../../protocol/renewal.ts';

const now = 1_700_000_000_000;
const stored = (more: Partial<StoredGrant> = {}): StoredGrant => ({
  version: 'v1',
  renewable: true,
  expiresAt: now - 1,
  hasItsKey: true,
  ...more,
});
const codes = Object.keys(failureCodes) as readonly FailureCode[];

describe('judgeRenewal', () => {
  test.each<[string, StoredGrant | undefined, string]>([
    ['TOK-8: the refresh token of this version is sent', stored(), 'spend'],
    ['TOK-8: also before the end, and where the end is not known', stored({ expiresAt: undefined }), 'spend'],
    ['TOK-3: none is sent where there is none', stored({ renewable: false, expiresAt: now + 1 }), 'over'],
    ['EXT-5: none is sent without the key that it is bound to', stored({ hasItsKey: false }), 'over'],
    ['TOK-10: none is left after a sign-out', undefined, 'over'],
    ['TOK-6: what a sibling stored is followed', stored({ version: 'v2' }), 'follow'],
    ['TOK-6: also without a look at its key', stored({ version: 'v2', hasItsKey: false }), 'follow'],
    [
      'C04: what a sibling gave up is over',
      stored({ version: 'v2', renewable: false, expiresAt: now }),
      'over',
    ],
  ])('%s', (_what, given, verdict) => {
    expect(judgeRenewal(given, 'v1', now)).toBe(verdict);
  });
});

describe('judgeSibling (TOK-6)', () => {
  test.each<[string, Partial<StoredGrant> | undefined, string]>([
    ['one that can be renewed, though it has run out', {}, 'follow'],
    ['one that was given up, and still works', { renewable: false, expiresAt: now + 1 }, 'follow'],
    [
      'one that was given up, and whose end is not known',
      { renewable: false, expiresAt: undefined },
      'follow',
    ],
    ['one that was given up, and ends now', { renewable: false, expiresAt: now }, 'over'],
    ['one that was given up, and has run out', { renewable: false, expiresAt: now - 1 }, 'over'],
    ['none', undefined, 'over'],
  ])('%s', (_what, given, verdict) => {
    expect(judgeSibling(given && stored(given), now)).toBe(verdict);
  });
});

describe('a grant that is given up (TOK-5, C04)', () => {
  test('loses its refresh token, which sign-out still finds, first of all', () => {
    const grant = { accessToken: 'a', refreshToken: 'r2', superseded: ['r1', 'r0'] };
    expect(givenUp(grant)).toStrictEqual({ accessToken: 'a', superseded: ['r2', 'r1', 'r0'], givenUp: true });
    expect(givenUp({ accessToken: 'a', refreshToken: 'r' })).toStrictEqual({
      accessToken: 'a',
      superseded: ['r'],
      givenUp: true,
    });
    expect(grant).toEqual({ accessToken: 'a', refreshToken: 'r2', superseded: ['r1', 'r0'] });
  });

  test('stays as it is where it was given up before', () => {
    expect(givenUp({ superseded: ['r'] })).toStrictEqual({ superseded: ['r'], givenUp: true });
    expect(givenUp({})).toStrictEqual({ superseded: [], givenUp: true });
  });

  test.each<[string, Parameters<typeof isGivenUp>[0], boolean]>([
    ['with this token', { superseded: ['r', 'older'] }, true],
    ['with another token', { superseded: ['other', 'r'] }, false],
    ['with none', { superseded: [] }, false],
    ['never', {}, false],
    ['not, since it can be renewed', { refreshToken: 'new', superseded: ['r'] }, false],
  ])('was given up %s: %s', (_what, grant, expected) => {
    expect(isGivenUp(grant, 'r')).toBe(expected);
    expect(judgeLostWrite(grant, 'r')).toBe(expected ? 'overwrite' : 'follow');
  });

  test('T12: what was issued for a login that has ended is not stored', () => {
    expect(judgeLostWrite(undefined, 'r')).toBe('over');
  });
});

describe('after a refusal', () => {
  test.each([
    ['T16: the version that failed is removed', 'v1', 'remove'],
    ['T16: so is one that is gone', undefined, 'remove'],
    ['T15: a sibling’s is adopted', 'v2', 'adopt'],
  ])('TOK-6: %s', (_what, inStore, verdict) => {
    expect(judgeRefused(inStore, 'v1')).toBe(verdict);
  });

  test('TOK-6: only grant_refused says that the refresh token is dead', () => {
    expect(codes.filter((code) => refusesGrant(failure(code, 'renewing', 'no')))).toEqual(['grant_refused']);
  });

  test('T18: a login helps against a final refusal of tokens, and changes no other failure', () => {
    for (const code of codes) {
      const given: Failure = failure(code, 'renewing', 'no', { issuer: 'i', oauthError: 'invalid_request' });
      const expected = code === 'token_refused' ? { ...given, recovery: 'reauthorize' } : given;
      expect(refreshFailure(given)).toStrictEqual(expected);
    }
  });

  test.each<[string, Partial<Failure>, boolean]>([
    ['the parameter scope is named', {}, true],
    ['in capitals', { said: "Missing 'SCOPE'" }, true],
    ['by the other code', { oauthError: 'invalid_scope' }, true],
    ['it is only part of a word', { said: 'Out of scopes and microscope_1.' }, false],
    ['nothing is said', { said: undefined as never }, false],
    ['the token is dead', { code: 'grant_refused', oauthError: 'invalid_grant' }, false],
    ['another code of the server', { oauthError: 'unsupported_grant_type' }, false],
    ['no code of the server', { oauthError: undefined as never }, false],
    ['an outage', { code: 'server_unavailable', status: 503 }, false],
    ['another status', { status: 401 }, false],
  ])('TOK-5: the scopes are demanded where %s: %j', (_what, more, verdict) => {
    const said = 'The request body must contain scope.';
    const refusal = failure('token_refused', 'renewing', 'no', {
      status: 400,
      oauthError: 'invalid_request',
      said,
    });
    expect(demandsScope({ ...refusal, ...more })).toBe(verdict);
  });

  test('T22: a nonce says nothing about the refresh token', () => {
    const nonce = failure('token_refused', 'renewing', 'no', { recovery: 'retry-later' });
    expect(refreshFailure(nonce)).toStrictEqual(nonce);
  });
});

test.each([
  ['over', 'There is nothing left to renew this login with; log in again.'],
  ['broken-off', 'A renewal of this login was broken off, and nobody knows what became of it; log in again.'],
  ['ended-meanwhile', 'The login was ended while it was renewed; log in again.'],
] as const)('TOK-5: a renewal that ends without an answer asks for a login: %s', (why, message) => {
  expect(renewalEnded(why, 'https://as.example')).toStrictEqual({
    code: 'grant_refused',
    phase: 'renewing',
    recovery: 'reauthorize',
    message,
    issuer: 'https://as.example',
  });
});

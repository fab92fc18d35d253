// Whether a registration that somebody else made meanwhile can be used.
import { describe, expect, test } from 'vitest';
import { type FailureCode, failureCodes } from '../../contract/errors.ts';
import {
  fitsRegistration,
  type KeptRegistration,
  type NeededRegistration,
  raisesDoubt,
} from '../../protocol/registrationFit.ts';

const now = 1_700_000_000_000;
const issuer = 'https://as.example';
const redirectUri = 'http://127.0.0.1:8000/callback';
const kept: KeptRegistration = { issuer, clientId: 'client', redirectUris: ['http://[::1]/', redirectUri] };
const needed: NeededRegistration = { issuer, redirectUri, refusedClient: null };

describe('fitsRegistration', () => {
  test.each<[string, Partial<KeptRegistration>, Partial<NeededRegistration>, boolean]>([
    ['R13: of this issuer, with this redirect URI', {}, {}, true],
    ['BIND-1, BIND-2: not of another issuer', { issuer: 'https://other.example' }, {}, false],
    ['BIND-1, BIND-2: not of an issuer that differs by a slash', { issuer: `${issuer}/` }, {}, false],
    ['R12: not the client that was refused', {}, { refusedClient: 'client' }, false],
    ['R10: another client than the one that was refused', {}, { refusedClient: 'before' }, true],
    ['R14: not for another redirect URI', {}, { redirectUri: 'http://127.0.0.1:8001/callback' }, false],
    ['R14: not without redirect URIs', { redirectUris: [] }, {}, false],
    ['EXT-6: a device needs none', { redirectUris: [] }, { redirectUri: null }, true],
    ['REG-7, R08: with a secret that is good', { secretExpiresAt: now + 1 }, {}, true],
    ['REG-7, R08: not with a secret that ends now', { secretExpiresAt: now }, {}, false],
    ['REG-7, R08: not with a secret that has expired', { secretExpiresAt: now - 1 }, {}, false],
    ['REG-10: not one that a person was awaited with in vain', { awaitedInVain: true }, {}, false],
    ['REG-10: one of which nothing is known', { awaitedInVain: false }, {}, true],
    ['REG-7, R09: with a secret that does not expire', { secretExpiresAt: undefined }, {}, true],
  ])('%s', (_what, more, also, expected) => {
    expect(fitsRegistration({ ...kept, ...more }, { ...needed, ...also }, now)).toBe(expected);
  });
});

describe('raisesDoubt', () => {
  const codes = Object.keys(failureCodes) as FailureCode[];

  test('REG-10: where nobody came back: in time, or before the person gave up', () => {
    expect(codes.filter((code) => raisesDoubt(code, false))).toEqual(['cancelled', 'login_timed_out']);
  });

  test('REG-10: never where an answer came, whatever it said', () => {
    expect(codes.filter((code) => raisesDoubt(code, true))).toEqual([]);
  });
});

// Token answers without tokens: what each means, over every status and error code of the field.
import { describe, expect, test } from 'vitest';
import { refreshFailure } from '../../protocol/renewal.ts';
import { demandsTokenNonce, type RefusedRequest, tokenRefusal } from '../../protocol/tokenRefusal.ts';

const issuer = 'https://as.example';
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const of = (more: Partial<RefusedRequest> = {}): RefusedRequest => ({
  issuer,
  phase: 'renewing',
  status: 400,
  retryAfter: undefined,
  secrets: ['refresh-secret'],
  ...more,
});
const error = (code: string, description?: string) =>
  ({ kind: 'error', error: code, ...(description !== undefined && { description }) }) as const;
const invalid = { kind: 'invalid', why: 'it is not a JSON object' } as const;
const tokens = { kind: 'tokens', tokens: { accessToken: 't' } } as const;

describe('demandsTokenNonce (EXT-5, T22)', () => {
  test('400 with use_dpop_nonce, and nothing else', () => {
    expect(statuses.filter((status) => demandsTokenNonce(status, error('use_dpop_nonce')))).toEqual([400]);
    for (const other of [error('invalid_dpop_proof'), error('use_dpop_nonces'), invalid, tokens])
      expect(demandsTokenNonce(400, other)).toBe(false);
  });
});

describe('a server that cannot answer now (TOK-7, T17)', () => {
  test.each([invalid, error('invalid_grant'), error('invalid_client'), error('use_dpop_nonce')])(
    'by its status, whatever it says: %j',
    (refusal) => {
      const unavailable = statuses.filter(
        (status) => tokenRefusal(refusal, of({ status })).code === 'server_unavailable',
      );
      expect(unavailable).toEqual(outages);
    },
  );

  test.each(['temporarily_unavailable', 'server_error', 'slow_down'])(
    'by its code, whatever the status: %s',
    (code) => {
      for (const status of statuses)
        expect(tokenRefusal(error(code), of({ status })).code).toBe('server_unavailable');
    },
  );

  test('is waited for as long as it asked; nothing that it says is shown', () => {
    const failure = {
      code: 'server_unavailable',
      phase: 'renewing',
      recovery: 'retry-later',
      message: `${issuer} cannot issue tokens now (503); try again later.`,
      issuer,
      status: 503,
    };
    const refusal = error('server_error', 'words');
    expect(tokenRefusal(refusal, of({ status: 503 }))).toStrictEqual(failure);
    const asked = tokenRefusal(refusal, of({ status: 503, retryAfter: 0 }));
    expect(asked).toStrictEqual({ ...failure, retryAfter: 0 });
  });
});

describe('an answer that is none (T01)', () => {
  test('says why, and the status; it is final', () => {
    expect(tokenRefusal(invalid, of({ status: 200, phase: 'authorizing' }))).toStrictEqual({
      code: 'token_response_invalid',
      phase: 'authorizing',
      recovery: 'none',
      message: `The token answer of ${issuer} cannot be used: it is not a JSON object (status 200); its operator must mend this.`,
      issuer,
      status: 200,
    });
    expect(tokenRefusal(invalid, of({ status: 200, retryAfter: 2000 })).retryAfter).toBe(2000);
  });

  test.each([400, 401, 403, 404, 499])('T18: %i to a refresh refuses it, and a login helps', (status) => {
    expect(tokenRefusal(invalid, of({ status }))).toStrictEqual({
      code: 'token_refused',
      phase: 'renewing',
      recovery: 'none',
      message: `${issuer} does not renew this login (status ${status}, without an OAuth error code); log in again, and tell its operator if that happens often.`,
      issuer,
      status,
    });
    expect(refreshFailure(tokenRefusal(invalid, of({ status }))).recovery).toBe('reauthorize');
    const ofCode = tokenRefusal(invalid, of({ status, phase: 'authorizing' }));
    expect(ofCode.code).toBe('token_response_invalid');
  });

  test.each([200, 302, 399])('T01: %i to a refresh refuses nothing', (status) => {
    expect(tokenRefusal(invalid, of({ status })).code).toBe('token_response_invalid');
  });
});

describe('a refusal by its code', () => {
  test.each([
    [
      'R10, T19: invalid_client: registering again may help',
      'invalid_client',
      'client_refused',
      'reregister',
      'does not know this client, or not its secret; register it again, or check its secret and client.preRegistered[].authMethod.',
    ],
    [
      'TOK-6, T15: invalid_grant: a login helps',
      'invalid_grant',
      'grant_refused',
      'reauthorize',
      'does not honour this login any more; log in again.',
    ],
    [
      'EXT-5, T22: use_dpop_nonce: waiting may help, and nothing was spent',
      'use_dpop_nonce',
      'token_refused',
      'retry-later',
      'keeps asking for another nonce; try again later, or tell its operator.',
    ],
    [
      'REG-10: unauthorized_client: another client may do',
      'unauthorized_client',
      'client_refused',
      'reregister',
      'does not let this client do that any more (unauthorized_client); register it again.',
    ],
    [
      'T20: a code that nobody knows: nothing helps',
      'INVALID_GRANT',
      'token_refused',
      'none',
      "refused to issue tokens (INVALID_GRANT); check the client's registration there.",
    ],
  ])('%s', (_what, code, failureCode, recovery, message) => {
    const expected = {
      code: failureCode,
      phase: 'renewing',
      recovery,
      message: `${issuer} ${message}`,
      issuer,
      status: 401,
      oauthError: code,
    };
    expect(tokenRefusal(error(code), of({ status: 401 }))).toStrictEqual(expected);
    const asked = tokenRefusal(error(code, 'it\u0007 said'), of({ status: 401, retryAfter: 500 }));
    expect(asked).toStrictEqual({ ...expected, retryAfter: 500, said: 'it\\u{7} said' });
  });

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a secret', 'I do not know refresh-secret'],
    ['a part of a secret', 'not esh-secr…'],
  ])('TOK-3, L04, L05: what was said is not told when it is %s', (_what, description) => {
    const told = tokenRefusal(error('invalid_grant', description), of());
    expect(told).not.toHaveProperty('said');
  });
});

// Polling for a device grant: when the next question is due, and which refusals are waited out.
import { describe, expect, test } from 'vitest';
import { type Failure, type FailureCode, type FailureDetails, failure } from '../../contract/errors.ts';
import { codeExpired, judgePollRefusal, nextPoll } from '../../protocol/devicePoll.ts';

const issuer = 'https://as.example';
const now = 1_700_000_000_000;
const refusal = (code: FailureCode, details: FailureDetails = {}): Failure =>
  failure(code, 'authorizing', 'no', details);

describe('nextPoll (EXT-6)', () => {
  test.each([
    ['there is time for more', 60_000, { wait: 5000, isLast: false }],
    ['there is time for one', 5001, { wait: 5000, isLast: false }],
    ['the code ends with the interval', 5000, { wait: 5000, isLast: true }],
    ['the code ends before the interval', 1000, { wait: 1000, isLast: true }],
    ['the code ends now', 0, { wait: 0, isLast: true }],
    ['the code has ended', -1000, { wait: 0, isLast: true }],
  ])('%s', (_what, left, expected) => {
    expect(nextPoll(5000, now + left, now)).toEqual(expected);
  });
});

describe('judgePollRefusal (EXT-6)', () => {
  test('authorization_pending: as before', () => {
    const pending = refusal('token_refused', { oauthError: 'authorization_pending' });
    expect(judgePollRefusal(pending, 7000, issuer)).toEqual({ kind: 'wait', interval: 7000 });
  });

  test.each<[string, Failure]>([
    ['slow_down', refusal('token_refused', { oauthError: 'slow_down' })],
    ['TOK-7: an outage', refusal('server_unavailable')],
    ['TOK-7: no answer', refusal('unreachable')],
    [
      'T22: another nonce',
      refusal('token_refused', { oauthError: 'use_dpop_nonce', recovery: 'retry-later' }),
    ],
  ])('%s: five seconds more', (_what, given) => {
    expect(judgePollRefusal(given, 7000, issuer)).toEqual({ kind: 'wait', interval: 12_000 });
  });

  test('access_denied: the person said no', () => {
    const denied = refusal('token_refused', { oauthError: 'access_denied', status: 400 });
    expect(judgePollRefusal(denied, 5000, issuer)).toStrictEqual({
      kind: 'ended',
      failure: {
        code: 'access_denied',
        phase: 'authorizing',
        recovery: 'ask-user',
        message: `The login at ${issuer} was denied; log in again when you want to allow it.`,
        issuer,
      },
    });
  });

  test.each<[string, Failure]>([
    ['expired_token', refusal('token_refused', { oauthError: 'expired_token' })],
    ['invalid_grant', refusal('grant_refused', { oauthError: 'invalid_grant' })],
  ])('%s: the person was too late', (_what, given) => {
    expect(judgePollRefusal(given, 5000, issuer)).toEqual({ kind: 'ended', failure: codeExpired(issuer) });
  });

  test.each<[string, Failure]>([
    ['a client that is not known', refusal('client_refused', { oauthError: 'invalid_client' })],
    ['a code that nobody knows', refusal('token_refused', { oauthError: 'unsupported_grant_type' })],
    ['an answer that is none', refusal('token_response_invalid')],
    ['a cancelled one', refusal('cancelled')],
  ])('%s: stays what it is', (_what, given) => {
    expect(judgePollRefusal(given, 5000, issuer)).toEqual({ kind: 'ended', failure: given });
  });
});

test('EXT-6: a code that has run out asks for another login', () => {
  expect(codeExpired(issuer)).toStrictEqual({
    code: 'login_timed_out',
    phase: 'authorizing',
    recovery: 'ask-user',
    message: `Nobody typed the code for ${issuer} in time; log in again.`,
    issuer,
  });
});

// Authorization responses without a code: what each means, and what of it may be told.
import { describe, expect, test } from 'vitest';
import { type ResponseRefusal, responseFailure } from '../../protocol/responseRefusal.ts';

const issuer = 'https://as.example';

describe('responseFailure', () => {
  test.each<[string, ResponseRefusal, string, string, string, object]>([
    [
      'AUTHZ-3, A08: of another login',
      { kind: 'not-ours' },
      'response_not_ours',
      'none',
      'A response came in that belongs to another login; it was ignored.',
      {},
    ],
    [
      'AUTHZ-5, A11: without its issuer',
      { kind: 'issuer-missing' },
      'response_issuer_missing',
      'none',
      `${issuer} promises to name itself in its answers, and this answer does not; its code was not used, log in again.`,
      {},
    ],
    [
      'AUTHZ-5, A11: of another issuer',
      { kind: 'issuer-mismatch', said: 'https://evil.example' },
      'response_issuer_mismatch',
      'none',
      `The answer to the login at ${issuer} says that it is from "https://evil.example"; its code was not used, log in again, and tell its operator if it stays so.`,
      { otherIssuer: 'https://evil.example' },
    ],
    [
      'AUTHZ-6: of its issuer with a slash',
      { kind: 'issuer-mismatch', said: `${issuer}/` },
      'response_issuer_mismatch',
      'none',
      `The answer to the login at ${issuer} says that it is from "${issuer}/"; its code was not used, its operator has to write its issuer in one way, with a slash at its end or without.`,
      { otherIssuer: `${issuer}/` },
    ],
    [
      'A15: that cannot be used',
      { kind: 'malformed', why: 'it has both a code and an error' },
      'response_malformed',
      'none',
      `The answer of ${issuer} cannot be used: it has both a code and an error; log in again.`,
      {},
    ],
    [
      'A28: the person said no',
      { kind: 'error', error: 'access_denied' },
      'access_denied',
      'ask-user',
      `The login at ${issuer} was denied; log in again when you want to allow it.`,
      { oauthError: 'access_denied' },
    ],
    [
      'A29: the server cannot now',
      { kind: 'error', error: 'temporarily_unavailable', said: 'later' },
      'server_unavailable',
      'retry-later',
      `${issuer} cannot log anyone in now (temporarily_unavailable); try again later.`,
      { oauthError: 'temporarily_unavailable', said: 'later' },
    ],
    [
      'A29: the server failed',
      { kind: 'error', error: 'server_error' },
      'server_unavailable',
      'retry-later',
      `${issuer} cannot log anyone in now (server_error); try again later.`,
      { oauthError: 'server_error' },
    ],
    [
      'A30: anything else is final',
      { kind: 'error', error: 'invalid_request', said: '' },
      'authorization_refused',
      'none',
      `${issuer} refused the login (invalid_request); ask its operator.`,
      { oauthError: 'invalid_request', said: '' },
    ],
    [
      'REG-10: unauthorized_client: another client may do',
      { kind: 'error', error: 'unauthorized_client' },
      'client_refused',
      'reregister',
      `${issuer} does not know this client any more (unauthorized_client); register the client there again.`,
      { oauthError: 'unauthorized_client' },
    ],
    [
      'REG-10: invalid_client: another client may do',
      { kind: 'error', error: 'invalid_client' },
      'client_refused',
      'reregister',
      `${issuer} does not know this client any more (invalid_client); register the client there again.`,
      { oauthError: 'invalid_client' },
    ],
    [
      'REG-11: invalid_scope: a client that may ask for them may do',
      { kind: 'error', error: 'invalid_scope' },
      'authorization_refused',
      'reregister',
      `${issuer} refuses the scopes that were asked for; ask for fewer with policy.scopeCeiling, or register a client there that may ask for them.`,
      { oauthError: 'invalid_scope' },
    ],
  ])('%s', (_what, refusal, code, recovery, message, more) => {
    expect(responseFailure(refusal, issuer)).toStrictEqual({
      code,
      phase: 'authorizing',
      recovery,
      message,
      issuer,
      ...more,
    });
  });
});

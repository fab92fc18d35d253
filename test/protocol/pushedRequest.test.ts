// Answers to pushed authorization requests: which reference is believed, and what a refusal means.
import { describe, expect, test } from 'vitest';
import { judgePushAnswer, pushFailure } from '../../protocol/pushedRequest.ts';

const issuer = 'https://as.example';
const requestUri = 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c';
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const judge = (document: unknown, status = 201) => judgePushAnswer(status, JSON.stringify(document));

describe('judgePushAnswer', () => {
  test('AUTHZ-4: a reference comes with 201 and with no other status', () => {
    expect(judge({ request_uri: requestUri, expires_in: 60 })).toEqual({ kind: 'pushed', requestUri });
    const pushed = statuses.filter((status) => judge({ request_uri: requestUri }, status).kind === 'pushed');
    expect(pushed).toEqual([201]);
  });

  test.each([
    ['of 512 characters', 'x'.repeat(512), true],
    ['of one character', 'x', true],
    ['of all characters that may stand in a URL', '!"#$%&()*+,-./:;<=>?@[]^_`{|}~', true],
    ['of 513 characters', 'x'.repeat(513), false],
    ['that is empty', '', false],
    ['with a blank', 'urn: x', false],
    ['with a line end', 'urn:x\n', false],
    ['with DEL', 'urn:\x7f', false],
    ['of other letters', 'urn:ä', false],
    ['that is a number', 7, false],
    ['that is a list', [requestUri], false],
    ['that is missing', undefined, false],
  ])('AUTHZ-9: a reference %s: %s', (_what, value, isBelieved) => {
    const refused = { kind: 'refused', status: 201 };
    expect(judge({ request_uri: value })).toEqual(
      isBelieved ? { kind: 'pushed', requestUri: value } : refused,
    );
  });

  test.each(['', 'request_uri=urn:x', '[]', 'null', '{"__proto__":{"request_uri":"urn:x"}}'])(
    'D17, D19: no reference is read from %j',
    (text) => {
      expect(judgePushAnswer(201, text)).toStrictEqual({ kind: 'refused', status: 201 });
    },
  );

  test('a refusal has its code, when that is well formed', () => {
    expect(judge({ error: 'invalid_request' }, 400)).toEqual({
      kind: 'refused',
      status: 400,
      error: 'invalid_request',
    });
    for (const error of ['', 'a\nb', 'x'.repeat(65), 7, null])
      expect(judge({ error }, 400)).toStrictEqual({ kind: 'refused', status: 400 });
  });
});

describe('pushFailure', () => {
  const refused = (status: number, error?: string) =>
    pushFailure({ kind: 'refused', status, ...(error !== undefined && { error }) }, issuer, []);

  test('says what helps where the server minds the resource, and only there', () => {
    expect(refused(400, 'invalid_target').message).toContain('policy.dangerouslyOmitResourceAt');
    expect(refused(400, 'invalid_request').message).toContain('ask its operator');
  });

  test('TOK-7, A29: an outage is waited for, whatever it says', () => {
    for (const error of [undefined, 'invalid_client', 'invalid_request']) {
      const unavailable = statuses.filter((status) => refused(status, error).code === 'server_unavailable');
      expect(unavailable).toEqual(outages);
    }
    expect(refused(503, 'x')).toStrictEqual({
      code: 'server_unavailable',
      phase: 'authorizing',
      recovery: 'retry-later',
      message: `${issuer} takes no logins now (503); try again later.`,
      issuer,
      status: 503,
      oauthError: 'x',
    });
  });

  test('R10: a client that the server does not know is registered again', () => {
    expect(refused(401, 'invalid_client')).toStrictEqual({
      code: 'client_refused',
      phase: 'authorizing',
      recovery: 'reregister',
      message: `${issuer} does not know this client, or not its secret; register it again, or check its secret and client.preRegistered[].authMethod.`,
      issuer,
      status: 401,
      oauthError: 'invalid_client',
    });
  });

  test.each([
    [400, 'invalid_request', 'invalid_request'],
    [403, undefined, 'status 403'],
  ])('anything else is final: %d %s', (status, error, named) => {
    expect(refused(status, error)).toStrictEqual({
      code: 'authorization_refused',
      phase: 'authorizing',
      recovery: 'none',
      message: `${issuer} did not take the login request (${named}); ask its operator.`,
      issuer,
      status,
      ...(error !== undefined && { oauthError: error }),
    });
  });
});

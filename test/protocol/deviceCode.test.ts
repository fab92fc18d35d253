// Answers to requests for a device code: what a person is shown, and what a refusal means.
import { describe, expect, test } from 'vitest';
import { deviceFailure, judgeDeviceAnswer } from '../../protocol/deviceCode.ts';

const issuer = 'https://as.example';
const now = 1_700_000_000_000;
const by = { resource: 'https://rs.example/mcp', now, loginTimeout: undefined };
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const minimal = {
  device_code: 'device',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://as.example/device',
};
const code = {
  deviceCode: 'device',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://as.example/device',
  interval: 5000,
  expiresAt: now + 600_000,
};
const judge = (document: unknown, status = 200, more: Partial<typeof by> | { loginTimeout: number } = {}) =>
  judgeDeviceAnswer(status, JSON.stringify(document), { ...by, ...more });
const refused = { kind: 'refused', status: 200 };

describe('judgeDeviceAnswer (EXT-6)', () => {
  test('the least: five seconds between polls, ten minutes to type', () => {
    expect(judge(minimal)).toEqual({ kind: 'code', code });
  });

  test('everything', () => {
    const verification_uri_complete = 'https://as.example/device?user_code=WDJB-MJHT';
    const document = { ...minimal, verification_uri_complete, expires_in: 1800, interval: 10 };
    expect(judge(document)).toEqual({
      kind: 'code',
      code: {
        ...code,
        verificationUriComplete: verification_uri_complete,
        interval: 10_000,
        expiresAt: now + 1_800_000,
      },
    });
  });

  test('a code comes with 200 and with no other status', () => {
    expect(statuses.filter((status) => judge(minimal, status).kind === 'code')).toEqual([200]);
  });

  test.each<[string, unknown, number]>([
    ['half a second', 0.5, 500],
    ['a minute', 60, 60_000],
    ['more than a minute', 61, 60_000],
    ['without end', 1e308, 60_000],
    ['none', 0, 5000],
    ['a negative one', -1, 5000],
    ['a text', '10', 5000],
    ['null', null, 5000],
  ])('TOK-7: the interval: %s', (_what, interval, expected) => {
    expect(judge({ ...minimal, interval })).toMatchObject({ code: { interval: expected } });
  });

  test.each<[string, unknown, number | undefined, number]>([
    ['a second', 1, undefined, 1000],
    ['an hour', 3600, undefined, 3_600_000],
    ['more than an hour', 3601, undefined, 3_600_000],
    ['none', 0, undefined, 600_000],
    ['a text', '10', undefined, 600_000],
    ['longer than a person has', 600, 1000, 1000],
    ['shorter than a person has', 1, 5000, 1000],
    ['unknown, and longer than a person has', undefined, 1000, 1000],
  ])('the life: %s', (_what, expires_in, loginTimeout, expected) => {
    const verdict = judge({ ...minimal, expires_in }, 200, { loginTimeout });
    expect(verdict).toMatchObject({ code: { expiresAt: now + expected } });
  });

  test.each<[string, object, boolean]>([
    ['a device code of 4 KiB', { device_code: 'x'.repeat(4096) }, true],
    ['a device code of 4 KiB and one', { device_code: 'x'.repeat(4097) }, false],
    ['no device code', { device_code: undefined }, false],
    ['an empty device code', { device_code: '' }, false],
    ['a device code that is a number', { device_code: 7 }, false],
    ['a device code with a line end', { device_code: 'device\n' }, false],
    ['a user code of 64 characters', { user_code: 'x'.repeat(64) }, true],
    ['a user code with a blank', { user_code: 'WDJB MJHT' }, true],
    ['a user code of 65 characters', { user_code: 'x'.repeat(65) }, false],
    ['no user code', { user_code: null }, false],
    ['an empty user code', { user_code: '' }, false],
    ['A06: a user code that moves the cursor', { user_code: 'WDJB\u001b[2J' }, false],
    ['a user code of other letters', { user_code: 'WDJB-ÄÖ' }, false],
    ['no page', { verification_uri: undefined }, false],
    ['a page that is no text', { verification_uri: ['https://as.example'] }, false],
    ['AUTHZ-9, A01: a page that is a script', { verification_uri: 'javascript:alert(1)' }, false],
    ['AUTHZ-9: a page by plain http', { verification_uri: 'http://as.example/device' }, false],
    ['AUTHZ-9, D01: a page on this machine', { verification_uri: 'https://127.0.0.1/device' }, false],
  ])('%s: %s', (_what, more, isBelieved) => {
    const verdict = judge({ ...minimal, ...more });
    expect(verdict.kind).toBe(isBelieved ? 'code' : 'refused');
    if (!isBelieved) expect(verdict).toStrictEqual(refused);
  });

  test('AUTHZ-9: a page on this machine, where the resource is on it too', () => {
    const verification_uri = 'http://127.0.0.1:8000/device';
    const verdict = judge({ ...minimal, verification_uri }, 200, { resource: 'http://127.0.0.1:9000/mcp' });
    expect(verdict).toMatchObject({ code: { verificationUri: verification_uri } });
  });

  test.each(['javascript:alert(1)', 'http://as.example/device', '', 7])(
    'AUTHZ-9: without the page that has the code in it, when that is %j',
    (verification_uri_complete) => {
      expect(judge({ ...minimal, verification_uri_complete })).toStrictEqual({ kind: 'code', code });
    },
  );

  test.each(['', '[]', 'null', `{"__proto__":${JSON.stringify(minimal)}}`])(
    'D17, D19: none is read from %j',
    (text) => {
      expect(judgeDeviceAnswer(200, text, by)).toStrictEqual(refused);
    },
  );

  test('a refusal has its code, when that is well formed', () => {
    expect(judge({ error: 'invalid_scope' }, 400)).toEqual({
      kind: 'refused',
      status: 400,
      error: 'invalid_scope',
    });
    for (const error of ['', 'a\nb', 'x'.repeat(65), 7])
      expect(judge({ error }, 400)).toStrictEqual({ kind: 'refused', status: 400 });
  });
});

describe('deviceFailure (EXT-6)', () => {
  const failed = (status: number, error?: string) =>
    deviceFailure({ kind: 'refused', status, ...(error !== undefined && { error }) }, issuer, []);

  test('TOK-7: an outage is waited for, whatever it says', () => {
    for (const error of [undefined, 'invalid_client', 'invalid_scope'])
      expect(statuses.filter((status) => failed(status, error).code === 'server_unavailable')).toEqual(
        outages,
      );
    expect(failed(503, 'x')).toStrictEqual({
      code: 'server_unavailable',
      phase: 'authorizing',
      recovery: 'retry-later',
      message: `${issuer} gives out no codes now (503); try again later.`,
      issuer,
      status: 503,
      oauthError: 'x',
    });
  });

  test('R10: a client that the server does not know is registered again', () => {
    expect(failed(401, 'invalid_client')).toStrictEqual({
      code: 'client_refused',
      phase: 'authorizing',
      recovery: 'reregister',
      message: `${issuer} does not know this client; register it again.`,
      issuer,
      status: 401,
      oauthError: 'invalid_client',
    });
  });

  test.each([
    [400, 'unauthorized_client', 'unauthorized_client'],
    [200, undefined, 'status 200'],
  ])('anything else is final: %d %s', (status, error, named) => {
    expect(failed(status, error)).toStrictEqual({
      code: 'authorization_refused',
      phase: 'authorizing',
      recovery: 'none',
      message: `${issuer} gave no usable code for another device (${named}); ask its operator.`,
      issuer,
      status,
      ...(error !== undefined && { oauthError: error }),
    });
  });
});

// Which method of client authentication comes next, and which one first.
import { describe, expect, test } from 'vitest';
import type { ClientAuthMethod } from '../../contract/facts.ts';
import { firstAuthMethod, nextAuthMethod, type UsedAuthMethod } from '../../protocol/clientAuthMethod.ts';

const both = { authMethods: ['client_secret_basic', 'client_secret_post'] };
const basic: UsedAuthMethod = { method: 'client_secret_basic', server: both, isGiven: false };
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const refused = { status: 401, error: 'invalid_client' };

/** How a client is used that has no other method left. */
const settled: readonly (readonly [string, UsedAuthMethod])[] = [
  ['the server lists Basic only', { ...basic, server: { authMethods: ['client_secret_basic'] } }],
  ['the server lists nothing', { ...basic, server: { authMethods: [] } }],
  ['the host has named Basic', { ...basic, isGiven: true }],
  ...(['none', 'client_secret_post', 'private_key_jwt'] satisfies readonly ClientAuthMethod[]).map(
    (method) => [`the client uses ${method}`, { ...basic, method }] as const,
  ),
];

describe('nextAuthMethod (TOK-11)', () => {
  test('the secret in the body, where Basic was refused and both are listed', () => {
    expect(nextAuthMethod(refused, basic)).toBe('client_secret_post');
    expect(nextAuthMethod({ ...refused, status: 400 }, basic)).toBe('client_secret_post');
    const inBodyOnly = { ...basic, server: { authMethods: ['client_secret_post'] } };
    expect(nextAuthMethod(refused, inBodyOnly)).toBe('client_secret_post');
  });

  test.each(settled)('none, where %s', (_what, used) => {
    expect(nextAuthMethod(refused, used)).toBeUndefined();
  });

  test('TOK-7: with any status but those of an outage', () => {
    const heard = statuses.filter((status) => nextAuthMethod({ ...refused, status }, basic));
    expect(heard).toEqual(statuses.filter((status) => !outages.includes(status)));
  });

  test.each([
    ['another error', { status: 401, error: 'invalid_grant' }],
    ['an error of the grant', { status: 400, error: 'unauthorized_client' }],
    ['another spelling', { status: 401, error: 'INVALID_CLIENT' }],
    ['no error', { status: 200, error: undefined }],
    ['an outage', { status: 503, error: 'invalid_client' }],
  ])('none after %s', (_what, answer) => {
    expect(nextAuthMethod(answer, basic)).toBeUndefined();
  });
});

describe('firstAuthMethod (TOK-11)', () => {
  test('what worked last, where it would come next', () => {
    expect(firstAuthMethod(basic, 'client_secret_post')).toBe('client_secret_post');
  });

  test.each([undefined, 'client_secret_basic', 'none', 'private_key_jwt', 'other'])(
    'the usual one, where %s worked last',
    (worked) => {
      expect(firstAuthMethod(basic, worked)).toBe('client_secret_basic');
    },
  );

  test.each(settled)('the usual one, where %s', (_what, used) => {
    expect(firstAuthMethod(used, 'client_secret_post')).toBe(used.method);
    expect(firstAuthMethod(used, undefined)).toBe(used.method);
  });
});

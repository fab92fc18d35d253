// Error codes of servers that repeat what was sent: they are in no failure.
import { describe, expect, it } from 'vitest';
import { exchangeFailure } from '../../protocol/assertionExchange.ts';
import { deviceFailure } from '../../protocol/deviceCode.ts';
import { pushFailure } from '../../protocol/pushedRequest.ts';
import { tokenRefusal } from '../../protocol/tokenRefusal.ts';

const issuer = 'https://as.example.com';
const secret = 'a-secret-of-the-client-7f3a';
const echo = `bad:${secret}`;

describe('an error code that repeats a secret', () => {
  const refused = { kind: 'refused', status: 400, error: echo } as const;
  const of = { issuer, phase: 'authorizing', status: 400, retryAfter: undefined, secrets: [secret] } as const;

  it.each([
    ['at the token endpoint', tokenRefusal({ kind: 'error', error: echo }, of)],
    ['at the end of its code', tokenRefusal({ kind: 'error', error: btoa(secret) }, of)],
    ['of a pushed request', pushFailure(refused, issuer, [undefined, secret])],
    ['of a device code', deviceFailure(refused, issuer, [secret])],
    ['of an exchange of assertions', exchangeFailure(refused, [secret, undefined])],
  ])('L05: is in no failure %s', (_, failure) => {
    expect(failure.oauthError).toBe('unreadable_error');
    expect(JSON.stringify(failure)).not.toMatch(/secret-of|c2VjcmV0/);
  });

  it('L05: is shown where nothing of it was sent', () => {
    expect(pushFailure(refused, issuer, ['another one of ours 42', undefined]).oauthError).toBe(echo);
    expect(tokenRefusal({ kind: 'error', error: echo }, { ...of, secrets: [] }).oauthError).toBe(echo);
  });
});

// A server did not register the client: what is worth another try, and what is said when nothing is.
import { describe, expect, test } from 'vitest';
import type { RegistrationRequest } from '../../protocol/registration.ts';
import { adjustedRequest, registrationRefusal } from '../../protocol/registrationRefusal.ts';

const issuer = 'https://as.example';
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const request: RegistrationRequest = {
  client_name: 'App',
  redirect_uris: ['http://127.0.0.1/callback'],
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'a b',
};
const { scope: _, ...withoutScope } = request;
const answer = (error: unknown, status = 400) => ({ status, text: JSON.stringify({ error }) });

describe('adjustedRequest (REG-5, R06)', () => {
  test('invalid_redirect_uri: the other application type, and nothing else is changed', () => {
    const web = { ...request, application_type: 'web' };
    expect(adjustedRequest(request, answer('invalid_redirect_uri'))).toEqual(web);
    expect(adjustedRequest({ ...request, application_type: 'web' }, answer('invalid_redirect_uri'))).toEqual(
      request,
    );
    expect(adjustedRequest(withoutScope, answer('invalid_redirect_uri'))).toEqual({
      ...withoutScope,
      application_type: 'web',
    });
  });

  test.each(['invalid_client_metadata', 'invalid_scope'])(
    'A30: %s: without scopes, where there were some',
    (error) => {
      expect(adjustedRequest(request, answer(error))).toStrictEqual(withoutScope);
      expect(adjustedRequest({ ...request, scope: '' }, answer(error))).toStrictEqual(withoutScope);
      expect(adjustedRequest(withoutScope, answer(error))).toBeUndefined();
    },
  );

  test.each(['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_scope'])(
    'R18: %s counts with status 400 only',
    (error) => {
      const heard = statuses.filter((status) => adjustedRequest(request, answer(error, status)));
      expect(heard).toEqual([400]);
    },
  );

  test.each([
    ['another code', JSON.stringify({ error: 'invalid_software_statement' })],
    ['another spelling', JSON.stringify({ error: 'INVALID_SCOPE' })],
    ['no code', '{}'],
    ['a code that is no text', JSON.stringify({ error: ['invalid_scope'] })],
    ['an inherited code', '{"__proto__":{"error":"invalid_scope"}}'],
    ['no JSON', 'invalid_scope'],
    ['a list', '["invalid_scope"]'],
    ['nothing', ''],
  ])('REG-5: %s: nothing is worth another try', (_what, text) => {
    expect(adjustedRequest(request, { status: 400, text })).toBeUndefined();
  });
});

describe('registrationRefusal (REG-5)', () => {
  const of = { issuer, request, retryAfter: undefined, secrets: ['initial-access-token'] };
  const said = (text: string) => registrationRefusal({ status: 400, text }, of).said;

  test('says what was sent, and what the server said', () => {
    const text = JSON.stringify({ error: 'invalid_client_metadata', error_description: 'No\u0007' });
    expect(registrationRefusal({ status: 400, text }, { ...of, retryAfter: 1000 })).toStrictEqual({
      code: 'registration_refused',
      phase: 'registering',
      recovery: 'fix-config',
      message: `${issuer} did not register this client (400); register one there by hand and give its id.`,
      issuer,
      status: 400,
      sent: JSON.stringify(request),
      said: 'invalid_client_metadata: No\\u{7}',
    });
  });

  test('R18, TOK-7: an outage is waited for, as long as the server asked', () => {
    const unavailable = statuses.filter(
      (status) => registrationRefusal({ status, text: '' }, of).code === 'server_unavailable',
    );
    expect(unavailable).toEqual(outages);
    const failure = {
      code: 'server_unavailable',
      phase: 'registering',
      recovery: 'retry-later',
      message: `${issuer} cannot register clients now (503); try again later.`,
      issuer,
      status: 503,
      sent: JSON.stringify(request),
    };
    expect(registrationRefusal({ status: 503, text: '' }, of)).toStrictEqual(failure);
    const text = JSON.stringify({ error: 'busy' });
    expect(registrationRefusal({ status: 503, text }, { ...of, retryAfter: 0 })).toStrictEqual({
      ...failure,
      retryAfter: 0,
      said: 'busy',
    });
  });

  test.each(['', '{}', '<h1>No</h1>', '{"message":"No"}'])('nothing is made up: %j', (text) => {
    expect(registrationRefusal({ status: 400, text }, of)).not.toHaveProperty('said');
  });

  test('REG-9, L05: nothing is told that repeats the initial access token', () => {
    expect(said(JSON.stringify({ error: 'x', error_description: 'bad access-to' }))).toBeUndefined();
    expect(said(JSON.stringify({ error: 'x', error_description: 'bad access' }))).toBe('x: bad access');
  });
});

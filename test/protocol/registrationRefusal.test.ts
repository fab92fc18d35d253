// A server did not register the client: what is told of each try, and what is said at the end.
import { describe, expect, test } from 'vitest';
import type { RegistrationRequest } from '../../protocol/registration.ts';
import { registrationRefusal, registrationTry } from '../../protocol/registrationRefusal.ts';

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

describe('registrationRefusal (REG-5)', () => {
  const of = { issuer, request, tries: 1, retryAfter: undefined, secrets: ['initial-access-token'] };
  const said = (text: string) => registrationRefusal({ status: 400, text }, of).said;

  test('says what was sent, and what the server said', () => {
    const text = JSON.stringify({ error: 'invalid_client_metadata', error_description: 'No\u0007' });
    expect(registrationRefusal({ status: 400, text }, { ...of, retryAfter: 1000 })).toStrictEqual({
      code: 'registration_refused',
      phase: 'registering',
      recovery: 'fix-config',
      message: `${issuer} did not register this client (400); register one there by hand and give it as client.preRegistered.`,
      issuer,
      status: 400,
      sent: JSON.stringify(request),
      said: 'invalid_client_metadata: No\\u{7}',
    });
  });

  test('REG-12: says how many requests there were, when there were several', () => {
    const message = (tries: number) =>
      registrationRefusal({ status: 400, text: '' }, { ...of, tries }).message;
    const ends = '; register one there by hand and give it as client.preRegistered.';
    expect(message(1)).toBe(`${issuer} did not register this client (400)${ends}`);
    expect(message(2)).toBe(`${issuer} did not register this client in 2 tries (400)${ends}`);
    expect(message(5)).toBe(`${issuer} did not register this client in 5 tries (400)${ends}`);
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

describe('registrationTry (REG-5, REG-12)', () => {
  const one = { number: 2, changed: 'scope', request } as const;
  const tried = (status: number, answer: object) =>
    registrationTry(one, { status, text: JSON.stringify(answer) }, ['initial-access-token']);

  test('says what was sent, what is new in it, and why it was refused', () => {
    expect(tried(400, { error: 'invalid_scope', error_description: 'No\u0007' })).toStrictEqual({
      number: 2,
      changed: 'scope',
      sent: request,
      status: 400,
      said: 'invalid_scope: No\\u{7}',
    });
  });

  test.each([200, 201, 299])('L01: nothing of an answer with a client in it: %i', (status) => {
    const answer = { client_id: 'c', client_secret: 's', error_description: 's' };
    expect(tried(status, answer)).toStrictEqual({ number: 2, changed: 'scope', sent: request, status });
  });

  test('REG-9, L05: nothing that repeats the initial access token, and nothing where nothing was said', () => {
    expect(tried(401, { error: 'x', error_description: 'bad access-token' })).not.toHaveProperty('said');
    expect(tried(400, {})).not.toHaveProperty('said');
  });
});

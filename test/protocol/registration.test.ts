// Dynamic registration: what is sent, what of the answer is honoured, and what makes it unusable.
import { describe, expect, test } from 'vitest';
import type { ClientAuthMethod } from '../../contract/facts.ts';
import {
  applicationType,
  isRegistered,
  judgeRegistration,
  type RegistrationRequest,
  refusalText,
  registrationRequest,
  secretAuthMethod,
} from '../../protocol/registration.ts';

const issuer = 'https://as.example';
const redirectUri = 'http://127.0.0.1:8000/callback';
const requestFor = (...authMethods: string[]): RegistrationRequest =>
  registrationRequest({ name: 'App', redirectUri, scopes: ['a', 'b'], server: { authMethods } });

describe('applicationType (REG-4)', () => {
  test.each([
    ['http://127.0.0.1:8000/callback', 'native'],
    ['http://localhost/callback', 'native'],
    ['http://[::1]:1/callback', 'native'],
    ['https://localhost/callback', 'native'],
    ['com.example.app:/callback', 'native'],
    ['myapp://callback', 'native'],
    ['https://app.example/callback', 'web'],
    ['HTTPS://APP.EXAMPLE/callback', 'web'],
    ['https://localhost.evil.example/callback', 'web'],
    ['http://app.example/callback', 'web'],
  ])('%s: %s', (uri, expected) => {
    expect(applicationType(uri)).toBe(expected);
  });
});

describe('registrationRequest', () => {
  test('R07, REG-4, REG-6, REG-8: says what the client is, and what it will ask for', () => {
    expect(requestFor('none')).toEqual({
      client_name: 'App',
      redirect_uris: [redirectUri],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'a b',
    });
  });

  test('says more where the host said more, and no scope where there is none', () => {
    const request = registrationRequest({
      name: 'App',
      uri: 'https://app.example',
      softwareId: 'id',
      softwareVersion: '1',
      redirectUri: 'https://app.example/callback',
      scopes: [],
      server: { authMethods: ['client_secret_post'] },
    });
    expect(request).toMatchObject({
      application_type: 'web',
      client_uri: 'https://app.example',
      software_id: 'id',
      software_version: '1',
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(request).not.toHaveProperty('scope');
  });
});

test('RFC 8628 §3.4: a device asks for its own grant, without a redirect', () => {
  const server = { authMethods: ['none'] };
  expect(registrationRequest({ name: 'App', redirectUri: null, scopes: ['a'], server })).toEqual({
    client_name: 'App',
    redirect_uris: [],
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
    scope: 'a',
  });
});

test.each<[string, readonly string[] | undefined, readonly string[]]>([
  ['are asked for where the server lists no grant types', undefined, ['refresh_token']],
  ['are asked for where it lists them', ['refresh_token', 'authorization_code'], ['refresh_token']],
  ['are not asked for where its list leaves them out', ['authorization_code'], []],
])('REG-6, REG-12: refresh tokens %s', (_what, grantTypes, more) => {
  const server = { authMethods: [], ...(grantTypes && { grantTypes }) };
  const request = (uri: string | null) =>
    registrationRequest({ name: 'App', redirectUri: uri, scopes: [], server }).grant_types;
  expect(request(redirectUri)).toEqual(['authorization_code', ...more]);
  expect(request(null)).toEqual(['urn:ietf:params:oauth:grant-type:device_code', ...more]);
});

test('REG-12: any 2xx answer is for the judge of registrations, and no other', () => {
  const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
  const registered = statuses.filter((status) => isRegistered({ status, text: '' }));
  expect(registered).toEqual(Array.from({ length: 100 }, (_, at) => at + 200));
});

test.each([200, 202, 204])(
  'REG-12, R04: %i without a body registers nobody, and is told with its status',
  (status) => {
    const server = { issuer, authMethods: [] };
    expect(() => judgeRegistration({ status, text: '' }, requestFor('none'), server)).toThrow(
      expect.objectContaining({ code: 'registration_invalid', status }),
    );
    const text = JSON.stringify({ client_id: 'c' });
    expect(judgeRegistration({ status, text }, requestFor('none'), server)).toMatchObject({ clientId: 'c' });
  },
);

describe('ways of client authentication', () => {
  test.each([
    [['client_secret_post', 'client_secret_basic', 'none'], 'none', 'client_secret_basic'],
    [['client_secret_post', 'client_secret_basic'], 'client_secret_basic', 'client_secret_basic'],
    [['private_key_jwt', 'client_secret_post'], 'client_secret_post', 'client_secret_post'],
    [['private_key_jwt'], 'none', 'client_secret_basic'],
    [[], 'none', 'client_secret_basic'],
  ])('of %j: without a secret %s, with one %s', (authMethods, preferred, withSecret) => {
    expect(requestFor(...authMethods).token_endpoint_auth_method).toBe(preferred);
    expect(secretAuthMethod({ authMethods })).toBe(withSecret);
  });
});

const judge = (answer: object | string, sent: RegistrationRequest, authMethods: readonly string[] = []) => {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return judgeRegistration({ status: 201, text }, sent, { issuer, authMethods });
};

describe('judgeRegistration honours (REG-7, R05)', () => {
  const honoured = (answer: object, ...authMethods: string[]) =>
    judge({ client_id: 'c', ...answer }, requestFor(...authMethods), authMethods);
  const publicClient = { clientId: 'c', authMethod: 'none', redirectUris: [redirectUri] };
  const basic = { clientId: 'c', clientSecret: 's', authMethod: 'client_secret_basic' };

  test.each<[string, object, ClientAuthMethod, object]>([
    ['the least', {}, 'none', publicClient],
    ['nulls for what is left out', { redirect_uris: null, grant_types: null }, 'none', publicClient],
    ['empty lists for what is left out', { grant_types: [], response_types: [] }, 'none', publicClient],
    ['an empty text for the way, and no secret', { token_endpoint_auth_method: '' }, 'none', publicClient],
    [
      'an empty text for the way of authentication, as it was asked for',
      { client_secret: 's', token_endpoint_auth_method: '' },
      'client_secret_basic',
      basic,
    ],
    [
      'null for the way of authentication, as it was asked for',
      { client_secret: 's', token_endpoint_auth_method: null },
      'client_secret_basic',
      basic,
    ],
    ['a client_id of 4 KiB', { client_id: 'c'.repeat(4096) }, 'none', { clientId: 'c'.repeat(4096) }],
    [
      'a secret of 4 KiB',
      { client_secret: 's'.repeat(4096) },
      'client_secret_basic',
      { clientSecret: 's'.repeat(4096) },
    ],
    ['no secret where one was expected', {}, 'client_secret_basic', publicClient],
    ['a secret as it was asked for', { client_secret: 's' }, 'client_secret_basic', basic],
    [
      'another way than was asked for',
      { client_secret: 's', token_endpoint_auth_method: 'client_secret_basic' },
      'none',
      basic,
    ],
    [
      'none, where a secret was asked for',
      { client_secret: 's', token_endpoint_auth_method: 'none' },
      'client_secret_basic',
      publicClient,
    ],
    ['a secret that nobody needs', { client_secret: 's' }, 'none', publicClient],
    [
      'more redirect URIs',
      { redirect_uris: ['https://x.example', redirectUri, 7] },
      'none',
      { ...publicClient, redirectUris: ['https://x.example', redirectUri] },
    ],
    ['fewer grants, while codes are left', { grant_types: ['authorization_code'] }, 'none', publicClient],
    ['more response types', { response_types: ['code', 'id_token'] }, 'none', publicClient],
    [
      'T30: a secret of any letters',
      { client_secret: 'ä:%🎉' },
      'client_secret_basic',
      { clientSecret: 'ä:%🎉' },
    ],
  ])('%s', (_, answer, asked, expected) => {
    expect(honoured(answer, asked)).toMatchObject(expected);
    expect(Object.keys(honoured(answer, asked)).includes('clientSecret')).toBe('clientSecret' in expected);
  });

  test('R09: when the secret expires, in milliseconds', () => {
    for (const time of [1, 2_000_000_000]) {
      const answer = { client_secret: 's', client_secret_expires_at: time };
      expect(honoured(answer, 'client_secret_basic').secretExpiresAt).toBe(time * 1000);
    }
  });

  test.each([
    ['0', 0],
    ['missing', undefined],
    ['null', null],
    ['negative', -1],
    ['a text', '2000000000'],
    ['a list', [2_000_000_000]],
    ['beyond all numbers', 1e306],
  ])('R09: %s never expires', (_, time) => {
    const answer = { client_secret: 's', client_secret_expires_at: time };
    expect(honoured(answer, 'client_secret_basic')).not.toHaveProperty('secretExpiresAt');
  });

  test('R09: infinity, as JSON can say it, never expires', () => {
    const text = '{"client_id":"c","client_secret":"s","client_secret_expires_at":1e999}';
    expect(judge(text, requestFor('client_secret_basic'))).not.toHaveProperty('secretExpiresAt');
  });

  test('R09: without a secret there is nothing to expire', () => {
    expect(honoured({ client_secret_expires_at: 1 }, 'none')).toEqual(publicClient);
    expect(honoured({ client_secret: 's', client_secret_expires_at: 1 }, 'none')).toEqual(publicClient);
  });

  test('keeps 20 redirect URIs at most', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `https://x${at}.example`);
    const { redirectUris } = honoured({ redirect_uris: [redirectUri, ...many] }, 'none');
    expect(redirectUris).toEqual([redirectUri, ...many.slice(0, 19)]);
  });
});

describe('a secret that nobody asked for (REG-7, REG-12)', () => {
  const of = (answer: object, asked: ClientAuthMethod, authMethods: readonly string[]) =>
    judge(
      { client_id: 'c', client_secret: 's', ...answer },
      { ...requestFor('none'), token_endpoint_auth_method: asked },
      authMethods,
    );

  test.each<[string, object, ClientAuthMethod, readonly string[], ClientAuthMethod]>([
    [
      'as it is named',
      { token_endpoint_auth_method: 'client_secret_post' },
      'none',
      ['none'],
      'client_secret_post',
    ],
    [
      'as it is named, against the list',
      { token_endpoint_auth_method: 'client_secret_basic' },
      'none',
      ['client_secret_post'],
      'client_secret_basic',
    ],
    [
      'not, where none is named',
      { token_endpoint_auth_method: 'none' },
      'none',
      ['none', 'client_secret_basic'],
      'none',
    ],
    [
      'by Basic, where the server lists it',
      {},
      'none',
      ['none', 'client_secret_post', 'client_secret_basic'],
      'client_secret_basic',
    ],
    [
      'in the body, where the server lists no Basic',
      {},
      'none',
      ['none', 'client_secret_post'],
      'client_secret_post',
    ],
    ['not, where the server lists no method that uses one', {}, 'none', ['none', 'private_key_jwt'], 'none'],
    [
      'as it was asked for',
      {},
      'client_secret_post',
      ['client_secret_basic', 'client_secret_post'],
      'client_secret_post',
    ],
    [
      'null is no name',
      { token_endpoint_auth_method: null },
      'none',
      ['none', 'client_secret_post'],
      'client_secret_post',
    ],
  ])('is used %s', (_what, answer, asked, authMethods, expected) => {
    const client = of(answer, asked, authMethods);
    expect(client.authMethod).toBe(expected);
    expect(client.clientSecret).toBe(expected === 'none' ? undefined : 's');
  });
});

describe('judgeRegistration refuses (REG-7, R04, R05)', () => {
  test.each<[string, string | object, ClientAuthMethod, RegExp]>([
    ['R04: HTML', '<html>201</html>', 'none', /JSON object/],
    ['R04: nothing', '', 'none', /JSON object/],
    ['D17: a list', '[{"client_id":"c"}]', 'none', /JSON object/],
    ['R04: no client_id', {}, 'none', /client_id/],
    ['R04: a client_id that is a number', { client_id: 7 }, 'none', /client_id/],
    ['R04: a client_id that is null', { client_id: null }, 'none', /client_id/],
    ['R04: an empty client_id', { client_id: '' }, 'none', /client_id/],
    ['R17: a huge client_id', { client_id: 'c'.repeat(4097) }, 'none', /client_id/],
    ['R17: a client_id that moves the cursor', { client_id: 'c\x1b[2J' }, 'none', /client_id/],
    ['R17: a client_id with line breaks', { client_id: 'c\r\n' }, 'none', /client_id/],
    ['R17: a client_id that turns text around', { client_id: 'c\u202e' }, 'none', /client_id/],
    ['D19: an inherited client_id', '{"__proto__":{"client_id":"c"}}', 'none', /client_id/],
    [
      'R05: a way of authentication that is not ours',
      { client_id: 'c', client_secret: 's', token_endpoint_auth_method: 'private_key_jwt' },
      'none',
      /client authentication/,
    ],
    [
      'R05: a way of authentication that is no text',
      { client_id: 'c', client_secret: 's', token_endpoint_auth_method: ['none'] },
      'none',
      /client authentication/,
    ],
    [
      'R05: a way that needs a secret, without one',
      { client_id: 'c', token_endpoint_auth_method: 'client_secret_post' },
      'none',
      /client_secret that client_secret_post needs/,
    ],
    [
      'R05: an empty secret',
      { client_id: 'c', client_secret: '', token_endpoint_auth_method: 'client_secret_basic' },
      'client_secret_basic',
      /client_secret/,
    ],
    [
      'D21: a secret that no form can carry',
      { client_id: 'c', client_secret: 's\ud800', token_endpoint_auth_method: 'client_secret_basic' },
      'client_secret_basic',
      /client_secret/,
    ],
    [
      'R17: a huge secret',
      {
        client_id: 'c',
        client_secret: 's'.repeat(4097),
        token_endpoint_auth_method: 'client_secret_basic',
      },
      'client_secret_basic',
      /client_secret/,
    ],
    [
      'R05: other redirect URIs',
      { client_id: 'c', redirect_uris: ['https://x.example'] },
      'none',
      /redirect/,
    ],
    ['R05: no redirect URIs', { client_id: 'c', redirect_uris: [] }, 'none', /redirect/],
    [
      'R14: the same redirect URI with another port',
      { client_id: 'c', redirect_uris: ['http://127.0.0.1/callback'] },
      'none',
      /redirect/,
    ],
    [
      'R05: a redirect URI that is no list',
      { client_id: 'c', redirect_uris: redirectUri },
      'none',
      /redirect/,
    ],
    [
      'R05: without the grant that we need',
      { client_id: 'c', grant_types: ['implicit', 'refresh_token'] },
      'none',
      /grant type authorization_code/,
    ],
    ['R05: without codes', { client_id: 'c', response_types: ['token'] }, 'none', /response type/],
  ])('%s', (_, answer, asked, message) => {
    expect(() => judge(answer, requestFor(asked), [asked])).toThrow(
      expect.objectContaining({
        code: 'registration_invalid',
        phase: 'registering',
        recovery: 'none',
        issuer,
        status: 201,
        message: expect.stringMatching(message),
      }),
    );
  });

  test('R05: one of two redirect URIs left out', () => {
    const sent = { ...requestFor('none'), redirect_uris: [redirectUri, 'https://app.example/callback'] };
    expect(() => judge({ client_id: 'c', redirect_uris: [redirectUri] }, sent)).toThrow(
      expect.objectContaining({ code: 'registration_invalid', message: expect.stringMatching(/redirect/) }),
    );
  });

  test('L01: without quoting the answer', () => {
    const text = '{"client_id":"c","client_secret":"SECRET","token_endpoint_auth_method":"tls_SECRET"}';
    expect(() => judge(text, requestFor('none'))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('SECRET') }),
    );
  });
});

describe('refusalText (REG-5)', () => {
  test.each([
    ['both fields', { error: 'invalid_redirect_uri', error_description: 'No.' }, 'invalid_redirect_uri: No.'],
    ['the code alone', { error: 'invalid_client_metadata' }, 'invalid_client_metadata'],
    ['the description alone', { error: 7, error_description: 'No.' }, 'No.'],
    ['the description beside an empty code', { error: '', error_description: 'No.' }, 'No.'],
    ['neither', { error: '', error_description: null, message: 'x' }, undefined],
    ['W11: escapes', { error: 'x', error_description: 'a\x1b[2J\nb' }, 'x: a\\u{1b}[2J\\u{a}b'],
    ['R17: 1 MB', { error: 'x'.repeat(1_000_000) }, `${'x'.repeat(200)}…`],
  ])('%s', (_, answer, expected) => {
    expect(refusalText(JSON.stringify(answer))).toBe(expected);
  });

  test.each(['<html>no</html>', '', '["x"]', '{"__proto__":{"error":"x"}}'])('nothing of %j', (text) => {
    expect(refusalText(text)).toBeUndefined();
  });
});

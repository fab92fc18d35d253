// What is asked for next after a refused registration: each change, its place in the order, and the end of the order.
import { describe, expect, test } from 'vitest';
import {
  MAX_REGISTRATION_REQUESTS,
  nextRegistration,
  type RefusedRegistration,
  type RegistrationChange,
  type RegistrationMeans,
} from '../../protocol/nextRegistration.ts';
import type { RegistrationRequest } from '../../protocol/registration.ts';

const localhostUri = 'http://localhost:8000/callback';
const first: RegistrationRequest = {
  client_name: 'App',
  redirect_uris: ['http://127.0.0.1:8000/callback'],
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'a b',
  software_id: 'id',
};
const { scope: _, ...withoutScope } = first;
const all = ['client_secret_post', 'none', 'client_secret_basic', 'private_key_jwt'];
const meansOf = (authMethods: readonly string[], uri?: string): RegistrationMeans => ({
  server: { authMethods },
  ...(uri !== undefined && { localhostUri: uri }),
});
const everything = meansOf(all, localhostUri);
const statuses = Array.from({ length: 500 }, (_one, at) => at + 100);
const says = (error: unknown, status = 400) => ({ status, text: JSON.stringify({ error }) });
const refused = (request: RegistrationRequest, error: unknown, status = 400): RefusedRegistration => ({
  request,
  answer: says(error, status),
});

/** Every request after the first one, and what it changed, while the server refuses with these errors in turn. */
function follow(
  request: RegistrationRequest,
  means: RegistrationMeans,
  ...errors: readonly unknown[]
): readonly { readonly changed: RegistrationChange; readonly request: RegistrationRequest }[] {
  const history: RefusedRegistration[] = [];
  const made = [];
  let sent = request;
  for (const error of errors) {
    history.push(refused(sent, error));
    const next = nextRegistration(history, means);
    if (!next) break;
    made.push(next);
    sent = next.request;
  }
  return made;
}
const always = (error: unknown) => Array.from({ length: 20 }, () => error);

describe('the order (REG-12)', () => {
  test('REG-5, R06: invalid_redirect_uri: the other type, then the name localhost with the type of native clients', () => {
    expect(follow(first, everything, ...always('invalid_redirect_uri'))).toStrictEqual([
      { changed: 'application_type', request: { ...first, application_type: 'web' } },
      { changed: 'redirect_uris', request: { ...first, redirect_uris: [localhostUri] } },
    ]);
  });

  test('R06: invalid_redirect_uri, where the user agent is not reached at localhost: the other type only', () => {
    expect(follow(first, meansOf(all), ...always('invalid_redirect_uri'))).toStrictEqual([
      { changed: 'application_type', request: { ...first, application_type: 'web' } },
    ]);
    const web = { ...first, redirect_uris: ['https://app.example/'], application_type: 'web' } as const;
    expect(follow(web, meansOf(all), ...always('invalid_redirect_uri'))).toStrictEqual([
      { changed: 'application_type', request: { ...web, application_type: 'native' } },
    ]);
  });

  test('R06: a request that names localhost already is not sent again for it', () => {
    const named = { ...first, redirect_uris: [localhostUri] };
    expect(follow(named, everything, ...always('invalid_redirect_uri'))).toStrictEqual([
      { changed: 'application_type', request: { ...named, application_type: 'web' } },
    ]);
  });

  test.each(['invalid_client_metadata', undefined])(
    'A30: %s: no scopes, no refresh tokens, then each other method that the server lists',
    (error) => {
      const bare = { ...withoutScope, grant_types: ['authorization_code'] };
      const withMethod = (token_endpoint_auth_method: string) => ({ ...bare, token_endpoint_auth_method });
      expect(follow(first, everything, ...always(error))).toStrictEqual([
        { changed: 'scope', request: withoutScope },
        { changed: 'grant_types', request: bare },
        { changed: 'token_endpoint_auth_method', request: withMethod('client_secret_basic') },
        { changed: 'token_endpoint_auth_method', request: withMethod('client_secret_post') },
      ]);
    },
  );

  test('A30: invalid_scope: no scopes, and nothing else', () => {
    expect(follow(first, everything, ...always('invalid_scope'))).toStrictEqual([
      { changed: 'scope', request: withoutScope },
    ]);
    expect(follow({ ...first, scope: '' }, everything, 'invalid_scope')).toStrictEqual([
      { changed: 'scope', request: withoutScope },
    ]);
  });

  test('what cannot be left out is passed over', () => {
    const bare = { ...withoutScope, grant_types: ['authorization_code'] };
    expect(follow(bare, meansOf(['none']), ...always('invalid_client_metadata'))).toEqual([]);
    expect(follow({ ...bare, grant_types: [] }, meansOf(['none']), 'invalid_client_metadata')).toEqual([]);
    expect(follow(bare, meansOf([]), ...always('invalid_client_metadata'))).toEqual([]);
    const secret = { ...bare, token_endpoint_auth_method: 'client_secret_post' } as const;
    const methods = follow(secret, everything, ...always('invalid_client_metadata'));
    expect(methods.map(({ request }) => request.token_endpoint_auth_method)).toEqual([
      'none',
      'client_secret_basic',
    ]);
  });

  test('each answer is met by itself, and what was changed stays so', () => {
    const errors = [
      'invalid_redirect_uri',
      'invalid_scope',
      'invalid_redirect_uri',
      'invalid_client_metadata',
    ];
    const requests = follow(first, everything, ...errors);
    expect(requests.map(({ changed }) => changed)).toEqual([
      'application_type',
      'scope',
      'redirect_uris',
      'grant_types',
    ]);
    expect(requests.at(-1)?.request).toStrictEqual({
      ...withoutScope,
      redirect_uris: [localhostUri],
      grant_types: ['authorization_code'],
    });
  });
});

describe('the end of the order (REG-12)', () => {
  test('five requests, and no more', () => {
    expect(MAX_REGISTRATION_REQUESTS).toBe(5);
    const errors = ['invalid_redirect_uri', ...always('invalid_client_metadata')];
    const changes = follow(first, everything, ...errors).map(({ changed }) => changed);
    expect(changes).toEqual(['application_type', 'scope', 'grant_types', 'token_endpoint_auth_method']);
  });

  test('nothing follows where nothing was refused', () => {
    expect(nextRegistration([], everything)).toBeUndefined();
  });

  test.each(['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_scope', undefined])(
    'R18: %s counts with status 400 and 422 only',
    (error) => {
      const heard = statuses.filter((status) =>
        nextRegistration([refused(first, error, status)], everything),
      );
      expect(heard).toEqual([400, 422]);
    },
  );

  test.each([
    'unapproved_software_statement',
    'invalid_software_statement',
    'access_denied',
    'invalid_token',
  ])('REG-5: %s: nothing follows', (error) => {
    expect(nextRegistration([refused(first, error)], everything)).toBeUndefined();
  });

  test.each([
    ['no code', '{}'],
    ['a code that is no text', JSON.stringify({ error: ['access_denied'] })],
    ['an empty code', JSON.stringify({ error: '' })],
    ['the status in words', JSON.stringify({ error: 'Bad Request' })],
    ['another spelling', JSON.stringify({ error: 'INVALID_SCOPE' })],
    ['a code of several words', JSON.stringify({ error: 'access denied' })],
    ['the code that says nothing', JSON.stringify({ error: 'invalid_request' })],
    ['an inherited code', '{"__proto__":{"error":"access_denied"}}'],
    ['no JSON', 'access_denied'],
    ['a list', '["access_denied"]'],
    ['nothing', ''],
  ])('a refusal without a reason is met in the order of the metadata: %s', (_what, text) => {
    const next = nextRegistration([{ request: first, answer: { status: 400, text } }], everything);
    expect(next?.changed).toBe('scope');
  });
});

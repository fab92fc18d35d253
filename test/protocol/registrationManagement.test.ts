// What is believed of a server that lets its clients manage their registration (RFC 7592).
import { describe, expect, test } from 'vitest';
import { judgeRegistration, registrationRequest } from '../../protocol/registration.ts';

const issuer = 'https://as.example';
const server = { issuer, authMethods: ['none'], registrationEndpoint: 'https://reg.as.example/clients' };
const uri = 'https://reg.as.example/clients/7?version=1';
const token = 'reg-23410913.abewfq~123+/483==';

function managementOf(
  answer: object,
  { registrationEndpoint }: { readonly registrationEndpoint?: string } = server,
) {
  const sent = registrationRequest({
    name: 'tests',
    redirectUri: 'http://127.0.0.1/callback',
    scopes: [],
    server,
  });
  const text = JSON.stringify({ client_id: 'c', ...answer });
  const at = { issuer, authMethods: ['none'], ...(registrationEndpoint && { registrationEndpoint }) };
  return judgeRegistration({ status: 201, text }, sent, at).management;
}

describe('the management of a registration', () => {
  test('REG-10: is believed at the origin that registered the client', () => {
    expect(managementOf({ registration_client_uri: uri, registration_access_token: token })).toEqual({
      uri,
      token,
    });
  });

  test('REG-10: comes with a secret, too', () => {
    const answer = { registration_client_uri: uri, registration_access_token: token };
    const secret = { client_secret: 's', token_endpoint_auth_method: 'client_secret_basic' };
    expect(managementOf({ ...answer, ...secret })).toEqual({ uri, token });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['no URL', 'clients/7'],
    ['another origin', 'https://as.example/clients/7'],
    ['another port', 'https://reg.as.example:444/clients/7'],
    ['plain http', 'http://reg.as.example/clients/7'],
    ['an opaque origin', 'data:text/plain,7'],
    ['a user name', 'https://user@reg.as.example/clients/7'],
    ['a password', 'https://:secret@reg.as.example/clients/7'],
  ])('REG-7, BIND-2: is left out where its URL is %s', (_what, registration_client_uri) => {
    expect(managementOf({ registration_client_uri, registration_access_token: token })).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['empty', ''],
    ['no text', { token }],
    ['two words', 'two words'],
    ['a line more', `${token}\r\nx: y`],
    ['too long', 'x'.repeat(4097)],
  ])('REG-7: is left out where its token is %s', (_what, registration_access_token) => {
    expect(managementOf({ registration_client_uri: uri, registration_access_token })).toBeUndefined();
  });

  test('REG-7: is left out where nobody knows which origin registers', () => {
    const answer = { registration_client_uri: uri, registration_access_token: token };
    expect(managementOf(answer, {})).toBeUndefined();
  });
});

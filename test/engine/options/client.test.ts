// The options of a client: what is said of those that are refused, and which belong together.
import { beforeAll, describe, expect, it } from 'vitest';
import { clientShape } from '../../../engine/options/client.ts';
import { object } from '../../../protocol/options.ts';
import { sentenceOf } from './verdict.ts';

const said = (client: object) =>
  sentenceOf(() => object(clientShape)({ name: 'tests', ...client }, 'client'));
const hand = (one: object) => said({ preRegistered: [{ clientId: 'a', ...one }] });
const path = 'client.preRegistered[0]';
const pem = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----';

let keys: CryptoKeyPair;
beforeAll(async () => {
  keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
});

describe('a client that was registered by hand', () => {
  it('HOST-2: has a secret that can be sent, or a function that gets it', () => {
    for (const clientSecret of ['', 'a\nb', 7])
      expect(hand({ clientSecret })).toBe(
        `${path}.clientSecret must be a text without control characters, not empty, or a function that gets it.`,
      );
    for (const clientSecret of ['x', async () => 'x']) expect(hand({ clientSecret })).toBeUndefined();
  });

  it('HOST-2: has a key that may sign', () => {
    const what = 'the PEM text of a private key (PKCS #8), or a CryptoKey that may sign';
    const lone = { type: 'private', usages: ['verify'] };
    for (const key of [7, 'MIG', ` ${pem}`, keys.publicKey, lone, { type: 'private', usages: 'sign' }])
      expect(hand({ privateKey: { key } })).toBe(`${path}.privateKey.key must be ${what}.`);
    expect(hand({ privateKey: { key: { type: 'public', usages: ['sign'] } } })).toContain(what);
    for (const key of [pem, keys.privateKey]) expect(hand({ privateKey: { key } })).toBeUndefined();
    expect(hand({ privateKey: async () => ({ key: pem }) })).toBeUndefined();
    expect(hand({ privateKey: { key: pem, algorithm: 'HS256' } })).toBe(
      `${path}.privateKey.algorithm must be one of ES256, RS256.`,
    );
  });

  it('HOST-2: has what its method needs, and no proof that would not be sent', () => {
    expect(hand({ authMethod: 'basic' })).toBe(
      `${path}.authMethod must be one of none, client_secret_basic, client_secret_post, private_key_jwt.`,
    );
    for (const [authMethod, needed] of [
      ['client_secret_basic', 'clientSecret'],
      ['client_secret_post', 'clientSecret'],
      ['private_key_jwt', 'privateKey'],
    ])
      expect(hand({ authMethod })).toBe(
        `${path}.${needed} must be given where ${path}.authMethod is ${authMethod}.`,
      );
    for (const proof of [{ clientSecret: 'x' }, { privateKey: { key: pem } }])
      expect(hand({ authMethod: 'none', ...proof })).toBe(
        `${path}.authMethod must not be none where a secret or a key is given.`,
      );
    expect(hand({ authMethod: 'none' })).toBeUndefined();
  });

  it('HOST-2: is trusted to an issuer, or to the first one, and not to both', () => {
    const issuer = 'https://a.example';
    expect(hand({ issuer, dangerouslyTrustFirstIssuer: true })).toBe(
      `${path}.dangerouslyTrustFirstIssuer must be left out where ${path}.issuer is given.`,
    );
    expect(hand({ dangerouslyTrustFirstIssuer: false })).toBe(
      `${path}.dangerouslyTrustFirstIssuer must be true, or left out.`,
    );
    expect(hand({ issuer })).toBeUndefined();
    expect(hand({ dangerouslyTrustFirstIssuer: true })).toBeUndefined();
  });
});

describe('a client', () => {
  it.each([
    'http://app.example/client',
    'https://app.example',
    'https://app.example/',
    'https://app.example/client#a',
    'https://me@app.example/client',
    'https://:secret@app.example/client',
    'https://app.example/a/../client',
    'https://APP.example/client',
    'client',
    7,
  ])('REG-2: has no metadata at %j', (metadataUrl) => {
    expect(said({ metadataUrl })).toBe(
      'client.metadataUrl must be an https URL with a path, and without fragment, user name or dot segments, as the URL parser writes it.',
    );
  });

  it('REG-2: may have metadata at an https URL with a path', () => {
    expect(said({ metadataUrl: 'https://app.example/client' })).toBeUndefined();
  });

  it('HOST-2: lists clients and tokens', () => {
    expect(said({ preRegistered: {} })).toBe(
      'client.preRegistered must be an array of clients that were registered by hand.',
    );
    expect(said({ initialAccessTokens: {} })).toBe(
      'client.initialAccessTokens must be an array of tokens, each with its issuer.',
    );
  });

  it.each([
    { kind: 'client-credentials' },
    { kind: 'workload', assertion: async () => 'a.b.c' },
    { kind: 'device', show: () => {} },
    {
      kind: 'enterprise',
      identityProvider: { tokenEndpoint: 'https://idp.example/token', clientId: 'a', clientSecret: 'x' },
      idToken: async () => 'a.b.c',
    },
  ])('HOST-2: may have the grant %j', (grant) => {
    expect(said({ grant })).toBeUndefined();
  });

  it('HOST-2: may have tokens for registration', () => {
    expect(said({ initialAccessTokens: [{ issuer: 'https://a.example', token: 't' }] })).toBeUndefined();
  });

  it('HOST-2: has a grant of a kind that is known, with the options of that kind', () => {
    expect(said({ grant: { kind: 'password' } })).toBe(
      'client.grant.kind must be one of client-credentials, enterprise, workload, device.',
    );
    expect(said({ grant: { kind: 'workload' } })).toBe('client.grant.assertion must be a function.');
    expect(said({ grant: { kind: 'device' } })).toBe('client.grant.show must be a function.');
    expect(said({ grant: { kind: 'enterprise' } })).toBe('client.grant.identityProvider must be an object.');
    expect(said({ grant: { kind: 'client-credentials', show: () => {} } })).toContain(
      'client.grant.show is not an option',
    );
    expect(said({ dpop: 'never' })).toBe('client.dpop must be one of off, preferred, required.');
  });
});

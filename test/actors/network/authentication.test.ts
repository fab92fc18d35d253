// How a client proves who it is: by nothing, by a secret, by what its own key has signed; and what is tried once more.
import { createVerify } from 'node:crypto';
import type * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import {
  authenticationOf,
  isMethodGiven,
  sendAsClient,
} from '../../../actors/network/clientAuthentication.ts';
import { serverFacts } from '../../../actors/records/facts.ts';
import type { PreRegisteredClient } from '../../../actors/tools/hostOptions.ts';
import type { ClientRecord } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

describe('how a client proves who it is', () => {
  const { client, issuer } = samples().registration.value;
  const server = serverFacts(samples().pending.value.server);
  const place = { server, phase: 'renewing' } as const;
  const record = (change: Partial<ClientRecord> = {}): ClientRecord => ({ ...client, ...change });
  const own = { kind: 'pre-registered', clientSecret: undefined } as const;

  /** What one way to authenticate puts into a request. */
  async function said(authentication: oauth.ClientAuth, clientId = 'client') {
    const body = new URLSearchParams();
    const headers = new Headers();
    const as = { issuer, token_endpoint: server.tokenEndpoint };
    await authentication(as, { client_id: clientId }, body, headers);
    return { body: Object.fromEntries(body), authorization: headers.get('authorization') };
  }
  const toolsWith = (entry: Partial<PreRegisteredClient> = {}) =>
    toolsFor({ client: { name: 'tests', preRegistered: [{ issuer, clientId: 'client', ...entry }] } }).tools;
  const proofOf = async (tools: ReturnType<typeof toolsWith>, change: Partial<ClientRecord>) => {
    const { authentication, value } = await authenticationOf(tools, place, {
      issuer,
      client: record(change),
    });
    return { ...(await said(authentication, change.clientId)), value };
  };

  it('TOK-11: by nothing, by a secret in the header, or in the body', async () => {
    const tools = toolsWith();
    expect(await proofOf(tools, { authMethod: 'none' })).toEqual({
      body: { client_id: 'client' },
      authorization: null,
      value: undefined,
    });
    const secret = { clientSecret: 'a b:ü%', clientId: 'my-client:1' };
    expect(await proofOf(tools, { ...secret, authMethod: 'client_secret_post' })).toEqual({
      body: { client_id: 'my-client:1', client_secret: 'a b:ü%' },
      authorization: null,
      value: 'a b:ü%',
    });
    expect(await proofOf(tools, { ...secret, authMethod: 'client_secret_basic' })).toEqual({
      body: {},
      authorization: `Basic ${btoa('my-client%3A1:a+b%3A%C3%BC%25')}`,
      value: 'a b:ü%',
    });
  });

  it('TOK-11: by the secret that the host gives for this client at this issuer, and no other', async () => {
    const basic = { ...own, authMethod: 'client_secret_basic' } as const;
    const given = toolsWith({ clientSecret: async () => 'given' });
    expect((await proofOf(given, basic)).value).toBe('given');
    for (const tools of [
      toolsWith(),
      toolsWith({ clientSecret: 'given', clientId: 'another' }),
      toolsWith({ clientSecret: 'given', issuer: 'https://b.example' }),
      toolsFor().tools,
    ]) {
      const failed = await failureOf(proofOf(tools, basic));
      expect(failed.toFailure()).toMatchObject({ code: 'config_invalid', phase: 'renewing', issuer });
      expect(failed.message).toContain('give its secret as client.preRegistered[].clientSecret');
    }
    expect(
      await failureOf(proofOf(given, { authMethod: 'client_secret_basic', clientSecret: undefined })),
    ).toMatchObject({
      code: 'config_invalid',
    });
  });

  it('BIND-1: by credentials without an issuer only where the host trusts the first one', async () => {
    const basic = { ...own, authMethod: 'client_secret_basic' } as const;
    const without = (trust: { readonly dangerouslyTrustFirstIssuer?: true }) =>
      toolsFor({
        client: { name: 'tests', preRegistered: [{ clientId: 'client', clientSecret: 'given', ...trust }] },
      }).tools;
    expect((await proofOf(without({ dangerouslyTrustFirstIssuer: true }), basic)).value).toBe('given');
    expect((await failureOf(proofOf(without({}), basic))).code).toBe('config_invalid');
  });

  it.each([
    ['clientSecret', 'client_secret_basic', 'the secret of the client client'],
    ['privateKey', 'private_key_jwt', 'the private key of the client client'],
  ] as const)('C14: by nothing where the host cannot give its %s', async (option, authMethod, what) => {
    const tools = toolsWith({ [option]: () => Promise.reject(new Error('hunter2')) });
    const failed = await failureOf(proofOf(tools, { ...own, authMethod }));
    expect(failed.toFailure()).toMatchObject({ code: 'config_invalid', phase: 'renewing', issuer });
    expect(failed.message).toContain(what);
  });

  it('TOK-11: by a method that is given where the host names one for this client at this issuer', () => {
    const named = toolsWith({ authMethod: 'client_secret_basic' });
    expect(isMethodGiven(named, issuer, client)).toBe(true);
    expect(isMethodGiven(named, 'https://b.example', client)).toBe(false);
    expect(isMethodGiven(named, issuer, { clientId: 'another' })).toBe(false);
    expect(isMethodGiven(toolsWith(), issuer, client)).toBe(false);
  });

  it('BIND-1: never at another issuer', async () => {
    const foreign = authenticationOf(toolsWith(), place, { issuer: 'https://b.example', client: record() });
    expect(await failureOf(foreign)).toMatchObject({ code: 'token_of_other_issuer', phase: 'renewing' });
  });

  const signing = { ...own, authMethod: 'private_key_jwt' } as const;
  const pemOf = async ({ privateKey }: CryptoKeyPair): Promise<string> => {
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
    return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  };

  it.each(['PEM', 'a function', 'a CryptoKey'])(
    'EXT-2: by what its own key has signed, given as %s',
    async (how) => {
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
      const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const pem = { key: await pemOf(pair), keyId: 'k1' };
      const key = how === 'PEM' ? pem : how === 'a function' ? async () => pem : { key: pair.privateKey };
      const { body, value } = await proofOf(toolsWith({ privateKey: key }), signing);
      expect(value).toBeUndefined();
      const [header = '', payload = '', signature = ''] = String(body['client_assertion']).split('.');
      const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
      expect(read(header)).toEqual({ alg: 'ES256', ...(how !== 'a CryptoKey' && { kid: 'k1' }) });
      expect(read(payload)).toMatchObject({ iss: 'client', sub: 'client', aud: issuer });
      const spki = Buffer.from(await crypto.subtle.exportKey('spki', pair.publicKey));
      const verifier = createVerify('sha256').update(`${header}.${payload}`);
      const publicKey = { key: spki, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const;
      expect(verifier.verify(publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    },
  );

  it('EXT-2: with RS256 where the host says so', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    };
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const tools = toolsWith({ privateKey: { key: await pemOf(pair), algorithm: 'RS256' } });
    const { body } = await proofOf(tools, signing);
    const [header = ''] = String(body['client_assertion']).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256' });
  });

  it('EXT-2: by nothing where there is no key, or none that signs', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const keys: [PreRegisteredClient['privateKey'] | undefined, string | undefined, string][] = [
      [undefined, issuer, 'has no private key'],
      [
        { key: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----' },
        undefined,
        'is not a PKCS #8 key for ES256',
      ],
      [{ key: pair.privateKey }, issuer, 'cannot sign'],
    ];
    for (const [privateKey, at, why] of keys) {
      const tools = toolsWith(privateKey === undefined ? {} : { privateKey });
      const failure = await failureOf(proofOf(tools, signing));
      expect(failure).toMatchObject({ code: 'config_invalid', phase: 'renewing' });
      expect(failure.issuer).toBe(at);
      expect(failure.message).toContain('client');
      expect(failure.message).toContain(why);
      expect(failure.message).not.toContain('hunter2');
    }
    expect(await failureOf(proofOf(toolsFor().tools, signing))).toMatchObject({
      code: 'config_invalid',
      issuer,
    });
  });

  it('TOK-11: is tried once more with the secret in the body where Basic was refused', async () => {
    const listed = { ...server, authMethods: ['client_secret_basic', 'client_secret_post'] };
    const basic = record({ authMethod: 'client_secret_basic', clientSecret: 'secret' });
    const run = async (
      change: object,
      answers: readonly object[],
      tools = toolsWith({ clientId: 'another' }),
    ) => {
      const heard: (string | null)[] = [];
      const left = [...answers];
      const outcome = await sendAsClient(
        tools,
        { server: listed, phase: 'renewing', ...change },
        { issuer, client: basic },
        async (authentication) => {
          const { authorization, body } = await said(authentication);
          heard.push(authorization === null ? `body ${body['client_secret']}` : 'header');
          return (left.shift() ?? { status: 200, error: undefined }) as { status: number; error: string };
        },
      );
      return { heard, method: outcome.client.authMethod, secret: outcome.secret };
    };
    const refused = { status: 401, error: 'invalid_client' };
    expect(await run({}, [])).toEqual({ heard: ['header'], method: 'client_secret_basic', secret: 'secret' });
    expect(await run({}, [refused])).toEqual({
      heard: ['header', 'body secret'],
      method: 'client_secret_post',
      secret: 'secret',
    });
    expect((await run({ isOnce: true }, [refused])).heard).toEqual(['header']);
    expect((await run({ server }, [refused])).heard).toEqual(['header']);
    const named = toolsWith({ authMethod: 'client_secret_basic' });
    expect((await run({}, [refused], named)).heard).toEqual(['header']);
  });
});

// The check of access tokens at the resource, with the keys that a server on loopback publishes.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Loopback, listen } from '../../playground/loopback.ts';
import { createTokenVerifier, createValidTokens } from '../../playground/tokens.ts';

const AUDIENCE = 'http://127.0.0.1:1/mcp';

let server: Loopback;
let privateKey: CryptoKey;

beforeAll(async () => {
  server = await listen();
  const pair = await generateKeyPair('ES256');
  privateKey = pair.privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }];
  server.answer((_request, response) => void response.end(JSON.stringify({ keys })));
});

afterAll(() => server.close());

interface Changes {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresIn?: string;
  readonly typ?: string;
  readonly jti?: string;
}

async function check(changes: Changes) {
  const validTokens = createValidTokens();
  validTokens.add('live', 'grant');
  const verify = createTokenVerifier(AUDIENCE, () => ({
    issuer: server.origin,
    jwksUri: `${server.origin}/jwks`,
    validTokens,
  }));
  const token = new SignJWT({ client_id: 'client', scope: 'notes:read notes:write' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: changes.typ ?? 'at+jwt' })
    .setIssuer(changes.issuer ?? server.origin)
    .setAudience(changes.audience ?? AUDIENCE)
    .setJti(changes.jti ?? 'live')
    .setExpirationTime(changes.expiresIn ?? '5m');
  return verify(await token.sign(privateKey));
}

test('a valid token gives its client and scopes', async () => {
  expect(await check({})).toMatchObject({ clientId: 'client', scopes: ['notes:read', 'notes:write'] });
});

test.each([
  ['of another issuer', { issuer: 'http://127.0.0.1:2' }, 'not for this resource'],
  ['for another audience', { audience: 'http://127.0.0.1:1/other' }, 'not for this resource'],
  ['that expired', { expiresIn: '-1s' }, 'expired'],
  ['that is an ID token', { typ: 'JWT' }, 'not for this resource'],
  ['that the issuer has revoked', { jti: 'other' }, 'revoked'],
])('a token %s is refused', async (_name, changes, reason) => {
  await expect(check(changes)).rejects.toMatchObject({
    code: 'invalid_token',
    message: expect.stringContaining(reason),
  });
});

// The clients that act for themselves: with a secret, and with assertions signed by each kind of key.
import { decodeJwt, importPKCS8, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Playground, type PlaygroundServer, startPlayground } from '../../playground/playground.ts';
import { basicClient, callTool, errorOf, postToken, publicClient, serverMetadata } from './rawClient.ts';

let world: Playground;
beforeEach(async () => {
  world = await startPlayground();
});
afterEach(() => world.close());

const Issued = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.literal(300),
  scope: z.string(),
});

function grant(scope = 'notes:read notes:write'): Record<string, string> {
  return { grant_type: 'client_credentials', scope, resource: world.resource };
}

type SignedAccount = PlaygroundServer['signedServiceAccount'] | PlaygroundServer['signedServiceAccountRsa'];

async function assertion(account: SignedAccount, audience: string, issuedTo = account.clientId) {
  const jwt = new SignJWT({ iss: issuedTo, sub: account.clientId })
    .setProtectedHeader({ alg: account.alg })
    .setAudience(audience)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m');
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await jwt.sign(await importPKCS8(account.privateKeyPem, account.alg)),
  };
}

function requestAs(account: SignedAccount, fields: Record<string, string>): Promise<Response> {
  return postToken(world.a.issuer, { clientId: account.clientId, fields }, grant());
}

test('both servers offer the grant and both authentication methods', async () => {
  for (const { issuer } of [world.a, world.b]) {
    const metadata = await serverMetadata(issuer);
    expect(metadata.grant_types_supported).toContain('client_credentials');
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(['client_secret_basic', 'private_key_jwt']),
    );
  }
});

describe('with a secret', () => {
  test('gives a token for the resource with the scopes asked for, and no refresh token', async () => {
    const { clientId, clientSecret } = world.a.serviceAccount;
    const response = await postToken(world.a.issuer, basicClient(clientId, clientSecret), grant());
    const issued = Issued.parse(await response.json());
    expect(issued.scope).toBe('notes:read notes:write');
    expect(decodeJwt(issued.access_token)).toMatchObject({
      iss: world.a.issuer,
      aud: world.resource,
      sub: clientId,
      client_id: clientId,
    });
    expect((await callTool(world, issued.access_token, 'write_note')).status).toBe(200);
    expect((await callTool(world, issued.access_token, 'delete_note')).status).toBe(403);
    world.expireAccessTokens();
    expect((await callTool(world, issued.access_token, 'write_note')).status).toBe(401);
  });

  test('is refused for a wrong secret, at the other server, to a client for people, and without a resource', async () => {
    const { clientId, clientSecret } = world.a.serviceAccount;
    const known = basicClient(clientId, clientSecret);
    const a = world.a.issuer;
    expect(await errorOf(await postToken(a, basicClient(clientId, 'wrong'), grant()))).toBe(
      '401 invalid_client',
    );
    expect(await errorOf(await postToken(world.b.issuer, known, grant()))).toBe('401 invalid_client');
    const forPeople = await postToken(a, publicClient(world.clientMetadataUrl), grant());
    // RFC 6749 §5.2 has the error `unauthorized_client` for this. This server answers `invalid_request`.
    expect([forPeople.status, await forPeople.text()]).toEqual([400, expect.stringContaining('not allowed')]);
    const { resource: _, ...without } = grant();
    expect(await errorOf(await postToken(a, known, without))).toBe('400 invalid_target');
  });
});

describe.each(['signedServiceAccount', 'signedServiceAccountRsa'] as const)('with the key of %s', (name) => {
  test.each(['issuer', 'token endpoint'])('the audience is the %s', async (audience) => {
    const account = world.a[name];
    const { issuer, token_endpoint } = await serverMetadata(world.a.issuer);
    const fields = await assertion(account, audience === 'issuer' ? issuer : token_endpoint);
    const issued = Issued.parse(await (await requestAs(account, fields)).json());
    expect(decodeJwt(issued.access_token)).toMatchObject({ aud: world.resource, sub: account.clientId });
    expect((await callTool(world, issued.access_token, 'read_note')).status).toBe(200);
  });

  test('is refused for another audience, from another issuer, with another key, and a second time', async () => {
    const account = world.a[name];
    const a = world.a.issuer;
    const other = await assertion(account, world.b.issuer);
    expect(await errorOf(await requestAs(account, other))).toBe('401 invalid_client');
    const impostor = await assertion(account, a, 'somebody');
    expect(await errorOf(await requestAs(account, impostor))).toBe('401 invalid_client');
    const { privateKeyPem, alg } =
      world.a[name === 'signedServiceAccount' ? 'signedServiceAccountRsa' : 'signedServiceAccount'];
    const forged = await assertion({ clientId: account.clientId, privateKeyPem, alg } as SignedAccount, a);
    expect(await errorOf(await requestAs(account, forged))).toBe('401 invalid_client');
    const good = await assertion(account, a);
    expect((await requestAs(account, good)).status).toBe(200);
    expect(await errorOf(await requestAs(account, good))).toBe('401 invalid_client');
  });
});

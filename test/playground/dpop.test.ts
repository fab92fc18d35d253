// DPoP in each of its modes: what is published, which proofs are accepted, and the nonces.
import { createHash } from 'node:crypto';
import { decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { type Playground, type PlaygroundOptions, startPlayground } from '../../playground/playground.ts';
import {
  basicClient,
  callMcp,
  callTool,
  errorOf,
  getCode,
  logIn,
  postToken,
  publicClient,
  serverMetadata,
  tokensOf,
} from './rawClient.ts';

let world: Playground;
async function begin(dpop: NonNullable<PlaygroundOptions['dpop']>): Promise<void> {
  world = await startPlayground({ dpop });
}
afterEach(() => world.close());

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function createKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, jwk: await exportJWK(publicKey) };
}

/** Claims that replace those of a valid proof. `typ` is in its header. */
interface Changes {
  readonly htm?: string;
  readonly htu?: string;
  readonly ath?: string;
  readonly iat?: number;
  readonly jti?: string;
  readonly nonce?: string | undefined;
  readonly typ?: string;
}

const now = () => Math.floor(Date.now() / 1000);
const hash = (token: string) => createHash('sha256').update(token).digest('base64url');

function prove(key: Key, { typ = 'dpop+jwt', ...claims }: Changes): Promise<string> {
  return new SignJWT({ htm: 'POST', jti: crypto.randomUUID(), iat: now(), ...claims })
    .setProtectedHeader({ alg: 'ES256', typ, jwk: key.jwk })
    .sign(key.privateKey);
}

const client = () => publicClient(world.clientMetadataUrl);

/** Redeems a form at a token endpoint with a proof. */
async function redeem(key: Key, form: Record<string, string>, nonce?: string): Promise<Response> {
  const { token_endpoint } = await serverMetadata(world.a.issuer);
  const dpop = await prove(key, { htu: token_endpoint, nonce });
  return postToken(world.a.issuer, client(), form, { dpop });
}

async function logInBound(key: Key) {
  return tokensOf(await redeem(key, await getCode(world, world.a, client().clientId)));
}

/** Calls a tool with a bound token and a proof. */
async function call(
  key: Key,
  token: string,
  changes: Changes = {},
  tool = 'read_note',
  headers: Record<string, string> = {},
): Promise<Response> {
  const proof = await prove(key, { htu: world.resource, ath: hash(token), ...changes });
  const params = { name: tool, arguments: { name: 'hello', text: 'Hi.' } };
  const more = { authorization: `DPoP ${token}`, dpop: proof, ...headers };
  return callMcp(world, undefined, 'tools/call', params, more);
}

function challengeOf(response: Response): string {
  return response.headers.get('www-authenticate') ?? '';
}

async function resourceMetadata(): Promise<unknown> {
  return (await fetch(`${world.origin}/.well-known/oauth-protected-resource/mcp`)).json();
}

const where = () =>
  `resource_metadata="${world.origin}/.well-known/oauth-protected-resource/mcp", scope="notes:read"`;

test('off: no server offers it, and its scheme is not accepted', async () => {
  await begin('off');
  expect((await serverMetadata(world.a.issuer)).dpop_signing_alg_values_supported).toBeUndefined();
  expect(await resourceMetadata()).not.toHaveProperty('dpop_signing_alg_values_supported');
  const { access_token, token_type } = await logInBound(await createKey());
  expect([token_type, decodeJwt(access_token)['cnf']]).toEqual(['Bearer', undefined]);
  const refused = await call(await createKey(), access_token);
  expect([refused.status, challengeOf(refused).split(' ')[0]]).toEqual([401, 'Bearer']);
});

describe('allowed', () => {
  test('is published by both servers and the resource, and asked for beside Bearer', async () => {
    await begin('allowed');
    for (const { issuer } of [world.a, world.b]) {
      expect((await serverMetadata(issuer)).dpop_signing_alg_values_supported).toEqual(['ES256']);
    }
    expect(await resourceMetadata()).toMatchObject({ dpop_signing_alg_values_supported: ['ES256'] });
    expect(await resourceMetadata()).not.toHaveProperty('dpop_bound_access_tokens_required');
    const refused = await callMcp(world, undefined, 'initialize');
    expect(challengeOf(refused)).toBe(`Bearer ${where()}, DPoP algs="ES256", ${where()}`);
  });

  test('a bearer token works, and a bound one with proofs only', async () => {
    await begin('allowed');
    const unbound = await logIn(world, world.a, client());
    expect((await callTool(world, unbound.access_token, 'read_note')).status).toBe(200);
    const key = await createKey();
    const bound = await logInBound(key);
    expect(bound.token_type).toBe('DPoP');
    for (const _ of [1, 2]) expect((await call(key, bound.access_token)).status).toBe(200);
    const stolen = await callTool(world, bound.access_token, 'read_note');
    expect(stolen.status).toBe(401);
    expect(challengeOf(stolen)).toMatch(/^Bearer error="invalid_token".*, DPoP algs="ES256"/);
    const unproven = await call(key, unbound.access_token);
    expect(challengeOf(unproven)).toContain('error="invalid_dpop_proof"');
  });

  test('the challenge for a missing scope has the scheme of the request', async () => {
    await begin('allowed');
    const key = await createKey();
    const { access_token } = await logInBound(key);
    const refused = await call(key, access_token, {}, 'write_note');
    expect(refused.status).toBe(403);
    expect(challengeOf(refused)).toMatch(/^DPoP algs="ES256", .*error="insufficient_scope"/);
    expect(challengeOf(refused)).toContain('scope="notes:write"');
    expect(challengeOf(refused)).not.toContain('Bearer');
  });

  test('the refresh token of a public client is bound to the key too', async () => {
    await begin('allowed');
    const key = await createKey();
    const { refresh_token } = await logInBound(key);
    const form = { grant_type: 'refresh_token', refresh_token, resource: world.resource };
    expect(await errorOf(await redeem(await createKey(), form))).toBe('400 invalid_grant');
    const renewed = await tokensOf(await redeem(key, form));
    expect((await call(key, renewed.access_token)).status).toBe(200);
  });

  test.each<[string, (token: string) => Changes]>([
    ['for another method', () => ({ htm: 'GET' })],
    ['for another URL', () => ({ htu: `${world.origin}/other` })],
    ['for no URL', () => ({ htu: 'mcp' })],
    ['for another token', (token) => ({ ath: hash(`${token}x`) })],
    ['from long ago', () => ({ iat: now() - 90 })],
    ['from the future', () => ({ iat: now() + 90 })],
    ['of another type', () => ({ typ: 'JWT' })],
  ])('a proof %s is refused', async (_name, changes) => {
    await begin('allowed');
    const key = await createKey();
    const { access_token } = await logInBound(key);
    const refused = await call(key, access_token, changes(access_token));
    expect(refused.status).toBe(401);
    expect(challengeOf(refused)).toMatch(/^DPoP algs="ES256", error="invalid_dpop_proof"/);
    expect((await call(key, access_token)).status).toBe(200);
  });

  test('a proof with the query of the request, or with a fragment, is accepted', async () => {
    await begin('allowed');
    const key = await createKey();
    const { access_token } = await logInBound(key);
    expect((await call(key, access_token, { htu: `${world.resource}?a=b#c` })).status).toBe(200);
  });

  test('a proof used twice, by another key, with a forged signature, two at once, or none, is refused', async () => {
    await begin('allowed');
    const key = await createKey();
    const { access_token } = await logInBound(key);
    expect((await call(key, access_token, { jti: 'once' })).status).toBe(200);
    const other = await createKey();
    const proof = await prove(key, { htu: world.resource, ath: hash(access_token) });
    const second = await prove(key, { htu: world.resource, ath: hash(access_token) });
    for (const refused of [
      await call(key, access_token, { jti: 'once' }),
      await call(other, access_token),
      await call({ privateKey: other.privateKey, jwk: key.jwk }, access_token),
      await call(key, access_token, {}, 'read_note', { dpop: `${proof}, ${second}` }),
      await call(key, access_token, {}, 'read_note', { dpop: '' }),
    ]) {
      expect(refused.status).toBe(401);
      expect(challengeOf(refused)).toContain('error="invalid_dpop_proof"');
    }
  });
});

describe('required', () => {
  test('is published, and asked for instead of Bearer', async () => {
    await begin('required');
    expect(await resourceMetadata()).toMatchObject({
      dpop_signing_alg_values_supported: ['ES256'],
      dpop_bound_access_tokens_required: true,
    });
    const refused = await callMcp(world, undefined, 'initialize');
    expect(challengeOf(refused)).toBe(`DPoP algs="ES256", ${where()}`);
  });

  test('a bearer token is refused, a bound one is accepted', async () => {
    await begin('required');
    const unbound = await logIn(world, world.a, client());
    const refused = await callTool(world, unbound.access_token, 'read_note');
    expect(refused.status).toBe(401);
    expect(challengeOf(refused)).toMatch(/^DPoP algs="ES256", error="invalid_token"/);
    const key = await createKey();
    const answered = await call(key, (await logInBound(key)).access_token);
    expect([answered.status, answered.headers.get('dpop-nonce')]).toEqual([200, null]);
  });
});

test('required: a service account gets bound tokens, too', async () => {
  await begin('required');
  const key = await createKey();
  const { clientId, clientSecret } = world.a.serviceAccount;
  const { token_endpoint } = await serverMetadata(world.a.issuer);
  const form = { grant_type: 'client_credentials', scope: 'notes:read', resource: world.resource };
  const headers = { dpop: await prove(key, { htu: token_endpoint }) };
  const response = await postToken(world.a.issuer, basicClient(clientId, clientSecret), form, headers);
  const { access_token } = (await response.json()) as { access_token: string };
  expect((await call(key, access_token)).status).toBe(200);
});

describe('nonces', () => {
  /** Logs in with the nonce of the first refusal. */
  async function logInWithNonce(key: Key) {
    const form = await getCode(world, world.a, client().clientId);
    const told = await redeem(key, form);
    const nonce = told.headers.get('dpop-nonce') ?? '';
    expect(await errorOf(told)).toBe('400 use_dpop_nonce');
    return { nonce, tokens: await tokensOf(await redeem(key, form, nonce)) };
  }

  test('the token endpoint and the resource each demand their own nonce, and the resource gives new ones', async () => {
    await begin('nonces');
    const key = await createKey();
    const { nonce: ofServer, tokens } = await logInWithNonce(key);
    const told = await call(key, tokens.access_token);
    expect(told.status).toBe(401);
    expect(challengeOf(told)).toMatch(/^DPoP algs="ES256", error="use_dpop_nonce"/);
    const nonce = told.headers.get('dpop-nonce') ?? '';
    expect((await call(key, tokens.access_token, { nonce: ofServer })).status).toBe(401);
    const answered = await call(key, tokens.access_token, { nonce });
    const next = answered.headers.get('dpop-nonce') ?? '';
    expect([answered.status, next === nonce]).toEqual([200, false]);
    for (const good of [next, nonce]) {
      expect((await call(key, tokens.access_token, { nonce: good })).status).toBe(200);
    }
    const bearer = await callTool(world, tokens.access_token, 'read_note');
    expect([bearer.status, challengeOf(bearer).split(' ')[0]]).toEqual([401, 'DPoP']);
  });

  test('rotateNonces: the old nonces are refused everywhere, and grants stay valid', async () => {
    await begin('nonces');
    const key = await createKey();
    const { nonce: ofServer, tokens } = await logInWithNonce(key);
    const nonce = (await call(key, tokens.access_token)).headers.get('dpop-nonce') ?? '';
    expect((await call(key, tokens.access_token, { nonce })).status).toBe(200);
    world.rotateNonces();

    const refused = await call(key, tokens.access_token, { nonce });
    expect(challengeOf(refused)).toContain('error="use_dpop_nonce"');
    const fresh = refused.headers.get('dpop-nonce') ?? '';
    expect((await call(key, tokens.access_token, { nonce: fresh })).status).toBe(200);

    const form = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      resource: world.resource,
    };
    const told = await redeem(key, form, ofServer);
    const freshOfServer = told.headers.get('dpop-nonce') ?? '';
    expect(await errorOf(told)).toBe('400 use_dpop_nonce');
    expect(freshOfServer).not.toBe(ofServer);
    const renewed = await tokensOf(await redeem(key, form, freshOfServer));
    expect((await call(key, renewed.access_token, { nonce: fresh })).status).toBe(200);
  });
});

// The playground: a whole flow without a client library, and each of its functions.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  describeExchange,
  type Exchange,
  type Playground,
  startPlayground,
} from '../../playground/playground.ts';
import {
  authorizationUrl,
  basicClient,
  type Cookies,
  callMcp,
  callTool,
  createVerifier,
  errorOf,
  follow,
  logIn,
  postToken,
  publicClient,
  REDIRECT_URI,
  refresh,
  register,
  serverMetadata,
  visit,
} from './rawClient.ts';

let world: Playground;
let seen: Exchange[];

beforeEach(async () => {
  seen = [];
  world = await startPlayground({ onExchange: (exchange) => seen.push(exchange) });
});

afterEach(() => world.close());

describe('what it publishes', () => {
  test('the first challenge and the metadata of the resource', async () => {
    const response = await callMcp(world, undefined, 'initialize');
    expect(response.status).toBe(401);
    const metadataUrl = `${world.origin}/.well-known/oauth-protected-resource/mcp`;
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${metadataUrl}", scope="notes:read"`,
    );
    expect(await (await fetch(metadataUrl)).json()).toEqual({
      resource: world.resource,
      resource_name: 'Notes',
      authorization_servers: [world.a.issuer],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
    });
  });

  test('the metadata of each authorization server', async () => {
    for (const { issuer } of [world.a, world.b]) {
      expect(await serverMetadata(issuer)).toMatchObject({
        issuer,
        scopes_supported: ['openid', 'offline_access'],
        code_challenge_methods_supported: ['S256'],
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
      });
    }
  });
});

describe('a whole flow', () => {
  test.each(['none', 'client_secret_basic', 'client_secret_post'])('registered as %s', async (method) => {
    const client = await register(world.a.issuer, method);
    expect([world.a.registrations, world.b.registrations]).toEqual([1, 0]);
    const tokens = await logIn(world, world.a, client);
    expect(tokens).toMatchObject({ expires_in: 300, scope: 'notes:read' });
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      iss: world.a.issuer,
      aud: world.resource,
      client_id: client.clientId,
    });
    const listed = await callMcp(world, tokens.access_token, 'tools/list');
    expect(listed.status).toBe(200);
    expect(await listed.text()).toContain('write_note');
  });

  test('a client whose id is a URL', async () => {
    const tokens = await logIn(world, world.a, publicClient(world.clientMetadataUrl));
    expect((await callTool(world, tokens.access_token, 'read_note')).status).toBe(200);
  });

  test('any other URL as a client id is refused, and not fetched', async () => {
    const { challenge } = createVerifier();
    const request = { clientId: 'https://authchart.example/other.json', scope: 'notes:read', challenge };
    const url = authorizationUrl(world.a.issuer, { ...request, resource: world.resource });
    expect(await errorOf(await visit(url, new Map()))).toBe('400 invalid_client');
  });

  test('the pre-registered client, whose secret must be form-encoded', async () => {
    const { clientId, clientSecret } = world.b.preRegistered;
    expect(clientSecret).toBe('a+b/c:d%25e f');
    world.moveTo('b');
    const tokens = await logIn(world, world.b, basicClient(clientId, clientSecret));
    expect((await callTool(world, tokens.access_token, 'read_note')).status).toBe(200);
    const raw = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    expect(await refresh(world, world.b.issuer, { clientId, authorization: raw }, tokens.refresh_token)).toBe(
      '401 invalid_client',
    );
    expect(
      await refresh(world, world.a.issuer, basicClient(clientId, clientSecret), tokens.refresh_token),
    ).toBe('401 invalid_client');
  });

  test('the authorization response names its issuer', async () => {
    const { challenge } = createVerifier();
    const request = { clientId: world.clientMetadataUrl, scope: 'notes:read', challenge };
    const answer = await follow(authorizationUrl(world.b.issuer, { ...request, resource: world.resource }));
    expect(answer.get('iss')).toBe(world.b.issuer);
    expect(answer.get('state')).toBe('a-state');
  });

  test('the protocol of 2026-07-28', async () => {
    const { access_token } = await logIn(world, world.a, publicClient(world.clientMetadataUrl));
    const response = await fetch(world.resource, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${access_token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'write_note',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'write_note',
          arguments: { name: 'hello', text: 'Hi.' },
          _meta: {
            [PROTOCOL_VERSION_META_KEY]: '2026-07-28',
            [CLIENT_INFO_META_KEY]: { name: 'raw', version: '1.0.0' },
            [CLIENT_CAPABILITIES_META_KEY]: {},
          },
        },
      }),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('scope="notes:write"');
  });
});

describe('what it refuses', () => {
  test.each([
    ['no PKCE', { scope: 'notes:read' }, true, 'invalid_request'],
    ['no resource', { scope: 'notes:read', challenge: createVerifier().challenge }, false, 'invalid_target'],
  ])('a request with %s', async (_name, request, withResource, error) => {
    const target = withResource ? { resource: world.resource } : {};
    const url = authorizationUrl(world.a.issuer, {
      clientId: world.clientMetadataUrl,
      ...request,
      ...target,
    });
    const answer = await follow(url);
    expect(answer.get('error')).toBe(error);
    expect(answer.get('iss')).toBe(world.a.issuer);
  });

  test('a token for another resource is not issued', async () => {
    const { challenge } = createVerifier();
    const request = { clientId: world.clientMetadataUrl, scope: 'notes:read', challenge };
    const url = authorizationUrl(world.a.issuer, { ...request, resource: `${world.origin}/other` });
    expect((await follow(url)).get('error')).toBe('invalid_target');
  });

  test('an operation beyond the scope, naming only what that operation needs, before it runs', async () => {
    const client = publicClient(world.clientMetadataUrl);
    const reader = await logIn(world, world.a, client);
    for (const [tool, scope] of [
      ['write_note', 'notes:write'],
      ['delete_note', 'notes:admin'],
    ] as const) {
      const refused = await callTool(world, reader.access_token, tool);
      expect(refused.status).toBe(403);
      const challenge = refused.headers.get('www-authenticate') ?? '';
      expect(challenge).toContain('error="insufficient_scope"');
      expect(challenge).toContain(`scope="${scope}"`);
      expect(challenge).toContain(`resource_metadata="${world.origin}/.well-known/`);
    }
    expect(await (await callTool(world, reader.access_token, 'read_note')).text()).toContain(
      'The first note.',
    );

    const writer = await logIn(world, world.a, client, 'notes:write');
    const refused = await callTool(world, writer.access_token, 'write_note');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('scope="notes:read"');

    const both = await logIn(world, world.a, client, 'notes:read notes:write');
    expect(await (await callTool(world, both.access_token, 'write_note')).text()).toContain('Written.');
  });

  test('a token that was tampered with', async () => {
    const { access_token } = await logIn(world, world.a, publicClient(world.clientMetadataUrl));
    const [header, payload = '', signature] = access_token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const more = Buffer.from(JSON.stringify({ ...claims, scope: 'notes:read notes:admin' }));
    const forged = `${header}.${more.toString('base64url')}.${signature}`;
    const refused = await callTool(world, forged, 'delete_note');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

describe('refreshing', () => {
  test('rotates, and a token used twice ends the whole grant', async () => {
    const client = await register(world.a.issuer, 'none');
    const first = await logIn(world, world.a, client);
    const second = await refresh(world, world.a.issuer, client, first.refresh_token);
    if (typeof second === 'string') throw new Error(second);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await callTool(world, second.access_token, 'read_note')).status).toBe(200);
    expect(await refresh(world, world.a.issuer, client, first.refresh_token)).toBe('400 invalid_grant');
    expect(await refresh(world, world.a.issuer, client, second.refresh_token)).toBe('400 invalid_grant');
    expect((await callTool(world, second.access_token, 'read_note')).status).toBe(401);
  });

  test('a code used twice ends the grant too', async () => {
    const client = publicClient(world.clientMetadataUrl);
    const { verifier, challenge } = createVerifier();
    const request = { clientId: client.clientId, scope: 'notes:read', challenge, resource: world.resource };
    const code = (await follow(authorizationUrl(world.a.issuer, request))).get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
    const redeem = () => postToken(world.a.issuer, client, { ...form, code_verifier: verifier });
    expect((await redeem()).status).toBe(200);
    expect(await errorOf(await redeem())).toBe('400 invalid_grant');
  });

  test('a revoked refresh token is gone, and its access tokens with it', async () => {
    const client = publicClient(world.clientMetadataUrl);
    const kept = await logIn(world, world.a, client);
    const gone = await logIn(world, world.a, client);
    const { revocation_endpoint } = await serverMetadata(world.a.issuer);
    const body = new URLSearchParams({ ...client.fields, token: gone.refresh_token });
    expect((await fetch(revocation_endpoint, { method: 'POST', body })).status).toBe(200);
    expect(await refresh(world, world.a.issuer, client, gone.refresh_token)).toBe('400 invalid_grant');
    expect((await callTool(world, gone.access_token, 'read_note')).status).toBe(401);
    expect((await callTool(world, kept.access_token, 'read_note')).status).toBe(200);
  });
});

describe('its functions', () => {
  test('moveTo: the metadata changes, and the old tokens are refused', async () => {
    const client = publicClient(world.clientMetadataUrl);
    const old = await logIn(world, world.a, client);
    world.moveTo('b');
    const metadata = await fetch(`${world.origin}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({ authorization_servers: [world.b.issuer] });
    expect((await callTool(world, old.access_token, 'read_note')).status).toBe(401);
    const fresh = await logIn(world, world.b, client);
    expect((await callTool(world, fresh.access_token, 'read_note')).status).toBe(200);
    world.moveTo('a');
    expect((await callTool(world, old.access_token, 'read_note')).status).toBe(200);
  });

  test('expireAccessTokens: refused from now on, while refreshing works within the same second', async () => {
    const client = publicClient(world.clientMetadataUrl);
    const old = await logIn(world, world.a, client);
    world.expireAccessTokens();
    const refused = await callTool(world, old.access_token, 'read_note');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const fresh = await refresh(world, world.a.issuer, client, old.refresh_token);
    if (typeof fresh === 'string') throw new Error(fresh);
    expect((await callTool(world, fresh.access_token, 'read_note')).status).toBe(200);
  });

  test('revokeGrants: old grants do not work, a new login does', async () => {
    const client = await register(world.a.issuer, 'none');
    const old = await logIn(world, world.a, client);
    world.revokeGrants();
    expect((await callTool(world, old.access_token, 'read_note')).status).toBe(401);
    expect(await refresh(world, world.a.issuer, client, old.refresh_token)).toBe('400 invalid_grant');
    const fresh = await logIn(world, world.a, client);
    expect((await callTool(world, fresh.access_token, 'read_note')).status).toBe(200);
  });

  test('denyNextConsent: one denial', async () => {
    const { challenge } = createVerifier();
    const request = { clientId: world.clientMetadataUrl, scope: 'notes:read', challenge };
    const url = authorizationUrl(world.a.issuer, { ...request, resource: world.resource });
    world.denyNextConsent();
    const denied = await follow(url);
    expect([denied.get('error'), denied.get('state')]).toEqual(['access_denied', 'a-state']);
    expect(denied.get('iss')).toBe(world.a.issuer);
    expect((await follow(url)).get('code')).toBeTruthy();
  });

  test('accessTokenSeconds: how long a token is valid', async () => {
    const short = await startPlayground({ accessTokenSeconds: 2 });
    try {
      const tokens = await logIn(short, short.a, publicClient(short.clientMetadataUrl));
      const { iat = 0, exp = 0 } = decodeJwt(tokens.access_token);
      expect([tokens.expires_in, exp - iat]).toEqual([2, 2]);
    } finally {
      await short.close();
    }
  });

  test('close: open connections do not delay it', async () => {
    const other = await startPlayground();
    await callMcp(other, undefined, 'initialize');
    await other.close();
    await expect(fetch(other.resource)).rejects.toThrow('fetch failed');
  });
});

describe('consent in a browser', () => {
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';

  async function openPage(clientId: string, cookies: Cookies) {
    const { challenge } = createVerifier();
    const request = { clientId, scope: 'notes:read notes:write', challenge, resource: world.resource };
    const first = await visit(authorizationUrl(world.a.issuer, request), cookies, { accept });
    const url = new URL(first.headers.get('location') ?? '', world.a.issuer).href;
    const page = await visit(url, cookies, { accept });
    return { url, html: await page.text() };
  }

  test('the page names the client, the scopes and the redirect URI', async () => {
    const { html } = await openPage(world.clientMetadataUrl, new Map());
    for (const shown of [
      'authchart',
      world.a.name,
      world.resource,
      world.clientMetadataUrl,
      'notes:read',
      'Write your notes',
      new URL(REDIRECT_URI).host,
    ]) {
      expect(html).toContain(shown);
    }
  });

  test.each([
    ['allow', 'code'],
    ['deny', 'error'],
  ])('%s leads to the client with a %s', async (decision, parameter) => {
    const cookies: Cookies = new Map();
    const { url, html } = await openPage(world.clientMetadataUrl, cookies);
    const action = `${new URL(url).pathname}/${decision}`;
    expect(html).toContain(`formaction="${action}"`);
    const settled = await visit(`${world.a.issuer}${action}`, cookies, { accept, method: 'POST' });
    const answer = await follow(new URL(settled.headers.get('location') ?? '', url).href, cookies);
    expect(answer.get(parameter)).toBeTruthy();
  });

  test('without the cookies of that browser, consent is not given', async () => {
    const { url } = await openPage(world.clientMetadataUrl, new Map());
    const settled = await visit(`${url}/allow`, new Map(), { accept, method: 'POST' });
    expect([settled.status, settled.headers.get('location')]).toEqual([400, null]);
  });

  test('a client name with markup is shown as text', async () => {
    const { registration_endpoint } = await serverMetadata(world.a.issuer);
    const response = await fetch(registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: '<img src=x onerror=alert(1)>',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const { client_id } = (await response.json()) as { client_id: string };
    const { html } = await openPage(client_id, new Map());
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
  });
});

describe('the record of exchanges', () => {
  test('has each request and answer, and describes them without their secrets', async () => {
    const client = await register(world.a.issuer, 'client_secret_post');
    const tokens = await logIn(world, world.a, client);
    const list = await callMcp(world, tokens.access_token, 'tools/list');
    await list.text();
    expect(world.exchanges).toEqual(seen);
    expect(seen.map(describeExchange)).toEqual([
      'GET a /.well-known/oauth-authorization-server 200',
      'POST a /register 201',
      'GET a /authorize 303',
      'GET a /interaction/… 303',
      'GET a /authorize/… 303',
      'GET a /.well-known/oauth-authorization-server 200',
      'POST a /token 200',
      'GET a /jwks 200',
      'POST resource /mcp 200',
    ]);
    const token = seen.find((exchange) => exchange.path === '/token');
    expect(new URLSearchParams(token?.body).get('client_secret')).toBe(client.fields?.['client_secret']);
    expect(JSON.parse(token?.responseBody ?? '')).toMatchObject({ access_token: tokens.access_token });
    expect(token?.responseHeaders['cache-control']).toBe('no-store');
    const called = seen.at(-1);
    expect(called?.headers['authorization']).toBe(`Bearer ${tokens.access_token}`);
    expect(called?.body).toContain('tools/list');
    expect(called?.responseBody).toContain('read_note');
    expect(called?.responseHeaders['content-type']).toMatch(/^(application\/json|text\/event-stream)/);
    const authorize = seen.find((exchange) => exchange.path === '/authorize');
    expect(new URLSearchParams(authorize?.query).get('state')).toBe('a-state');
    world.forgetExchanges();
    expect(world.exchanges).toEqual([]);
  });

  test('a refused request is recorded with its body', async () => {
    await callMcp(world, undefined, 'initialize', { marker: 'in the body' });
    expect(seen.map(describeExchange)).toEqual(['POST resource /mcp 401']);
    expect(seen[0]?.body).toContain('in the body');
    expect(seen[0]?.responseHeaders['www-authenticate']).toContain('resource_metadata=');
  });
});

test('a process that starts it, logs in and closes it prints nothing and ends by itself', async () => {
  const script = `
    import { startPlayground } from './playground/playground.ts';
    import { callTool, logIn, publicClient } from './test/playground/rawClient.ts';
    const world = await startPlayground();
    const client = publicClient(world.clientMetadataUrl);
    const { access_token } = await logIn(world, world.a, client, 'openid offline_access notes:read');
    await callTool(world, access_token, 'read_note');
    await world.close();
  `;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type', 'module', '--eval', script],
    { timeout: 10_000 },
  );
  expect([stdout, stderr]).toEqual(['', '']);
});

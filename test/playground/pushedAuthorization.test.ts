// Pushed authorization requests: required with an option of the playground, and possible without it.
import { afterEach, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import {
  authorizationUrl,
  basicClient,
  type Credentials,
  callTool,
  createVerifier,
  errorOf,
  follow,
  logIn,
  postAs,
  postToken,
  publicClient,
  REDIRECT_URI,
  register,
  serverMetadata,
  tokensOf,
  visit,
} from './rawClient.ts';

let world: Playground;
afterEach(() => world.close());

async function pushAndLogIn(issuer: string, client: Credentials) {
  const { verifier, challenge } = createVerifier();
  const request = { clientId: client.clientId, scope: 'notes:read', challenge, resource: world.resource };
  const { searchParams } = new URL(authorizationUrl(issuer, request));
  const { pushed_authorization_request_endpoint: endpoint } = await serverMetadata(issuer);
  const pushed = await postAs(client, endpoint, Object.fromEntries(searchParams));
  expect(pushed.status).toBe(201);
  const { request_uri } = (await pushed.json()) as { request_uri: string };
  const url = `${issuer}/authorize?${new URLSearchParams({ client_id: client.clientId, request_uri })}`;
  const answer = await follow(url);
  expect([answer.get('state'), answer.get('iss')]).toEqual(['a-state', issuer]);
  const response = await postToken(issuer, client, {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource: world.resource,
  });
  return { url, tokens: await tokensOf(response) };
}

test('required: both servers say so, and refuse a request that was not pushed', async () => {
  world = await startPlayground({ requirePushedAuthorization: true });
  for (const { issuer } of [world.a, world.b]) {
    expect((await serverMetadata(issuer)).require_pushed_authorization_requests).toBe(true);
    const { challenge } = createVerifier();
    const request = { clientId: world.clientMetadataUrl, scope: 'notes:read', challenge };
    const answer = await follow(authorizationUrl(issuer, { ...request, resource: world.resource }));
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request', null]);
  }
});

test('required: each kind of client logs in by a pushed request, which works once', async () => {
  world = await startPlayground({ requirePushedAuthorization: true });
  const { clientId, clientSecret } = world.a.preRegistered;
  for (const client of [
    publicClient(world.clientMetadataUrl),
    await register(world.a.issuer, 'client_secret_post'),
    basicClient(clientId, clientSecret),
  ]) {
    const { url, tokens } = await pushAndLogIn(world.a.issuer, client);
    expect((await callTool(world, tokens.access_token, 'read_note')).status).toBe(200);
    const again = await visit(url, new Map());
    expect(again.headers.get('location')).toContain('error=invalid_request_uri');
  }
});

test('required: a confidential client that does not authenticate may not push', async () => {
  world = await startPlayground({ requirePushedAuthorization: true });
  const { pushed_authorization_request_endpoint: endpoint } = await serverMetadata(world.a.issuer);
  const refused = await postAs(publicClient(world.a.preRegistered.clientId), endpoint, {});
  expect(await errorOf(refused)).toBe('401 invalid_client');
});

test('not required: metadata does not demand it, and a login works with and without', async () => {
  world = await startPlayground();
  expect((await serverMetadata(world.a.issuer)).require_pushed_authorization_requests).toBeUndefined();
  const client = publicClient(world.clientMetadataUrl);
  expect((await logIn(world, world.a, client)).scope).toBe('notes:read');
  expect((await pushAndLogIn(world.a.issuer, client)).tokens.scope).toBe('notes:read');
});

// A test world speaks no dialect of its own: the client of the official MCP SDK logs in at it, renews and steps up.
import {
  auth,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthTokens,
  withOAuth,
} from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serveTestWorld } from '../../adapters/testing/node.ts';
import type { TestWorld } from '../../adapters/testing.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await serveTestWorld();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** A host of the SDK that keeps everything in memory; its person is that of the world. */
class Host implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:4711/callback';
  readonly clientMetadata = {
    client_name: 'SDK',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  };
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';
  /** Where the browser was sent back to. */
  response: URLSearchParams | undefined;

  clientInformation = () => this.#client;
  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.#client = client;
  }
  tokens = () => this.#tokens;
  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }
  codeVerifier = () => this.#verifier;
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  async redirectToAuthorization(url: URL): Promise<void> {
    const back = await world.person.opens(url.href);
    this.response = back === undefined ? undefined : new URL(back).searchParams;
  }
}

async function login(host: Host): Promise<void> {
  expect(await auth(host, { serverUrl: world.resource })).toBe('REDIRECT');
  const [code, iss] = [host.response?.get('code'), host.response?.get('iss')];
  const answer = { authorizationCode: code ?? '', ...(iss && { iss }) };
  expect(await auth(host, { serverUrl: world.resource, ...answer })).toBe('AUTHORIZED');
}

describe('the client of the MCP SDK', () => {
  it('logs in, and calls with what it got', async () => {
    const host = new Host();
    await login(host);
    const call = withOAuth(host, world.resource)(fetch);
    expect((await call(world.resource)).status).toBe(200);
    world.expectLogins(1);
    world.expectNothingCrossed();
    world.expectNoMistakes();
  });

  it('renews what has expired', async () => {
    const host = new Host();
    await login(host);
    world.expireAccessTokens();
    const call = withOAuth(host, world.resource)(fetch);
    expect((await call(world.resource)).status).toBe(200);
    world.expectRefreshes(1);
    world.expectLogins(1);
  });

  it('is told what a person has denied', async () => {
    world.person.denies();
    const host = new Host();
    expect(await auth(host, { serverUrl: world.resource })).toBe('REDIRECT');
    expect([host.response?.get('error'), host.response?.get('iss')]).toEqual([
      'access_denied',
      world.urlOf('a'),
    ]);
  });
});

// A second opinion from a second real server: oauth2-mock-server, which publishes OpenID Connect discovery only.
import { decodeJwt } from 'jose';
import { type MutableResponse, type MutableToken, OAuth2Server } from 'oauth2-mock-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../index.ts';
import { testEngine } from '../support/engine.ts';
import { startTokenResource, type TokenResource } from './tokenResource.ts';

const CLIENT_ID = 'any-client-will-do';

let server: OAuth2Server;
let issuer: string;
let resource: TokenResource;
/** Forms that reached its token endpoint, oldest first. */
let forms: Record<string, string>[];
let revocations: number;

beforeEach(async () => {
  server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  issuer = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = issuer;
  resource = await startTokenResource(issuer, `${issuer}/jwks`);
  [forms, revocations] = [[], 0];
  server.service.on('beforeResponse', (_answer: MutableResponse, request: TokenRequest) => {
    forms.push({ ...request.body });
  });
  server.service.on('beforeRevoke', () => {
    revocations += 1;
  });
  server.service.on('beforeTokenSigning', forItsResource);
});
afterEach(async () => {
  await resource.close();
  await server.stop();
});

interface TokenRequest {
  readonly body: Readonly<Record<string, string>>;
}

/** The one thing that is added to the server: it leaves out whom an access token is for (RFC 8707 §2.2). */
function forItsResource(token: MutableToken, request: TokenRequest): void {
  token.payload['aud'] ??= request.body['resource'];
}

function engineOf(options: Partial<EngineOptions> = {}) {
  const client = { name: 'authchart interop', preRegistered: [{ issuer, clientId: CLIENT_ID }] };
  return testEngine(resource.url, { client, ...options });
}

const grantTypes = () => forms.map((form) => form['grant_type']);

describe('DISC-7: a server with OpenID Connect discovery only', () => {
  it('is found after its RFC 8414 address was answered 404; a cold login, a call, a sign-out', async () => {
    const { session, engine, progress } = engineOf();
    expect((await session.fetch(resource.url)).status).toBe(200);

    const lookups = progress.flatMap((line) =>
      line.kind === 'request' && line.purpose === 'server-metadata' ? [`${line.url} ${line.status}`] : [],
    );
    expect(lookups).toEqual([
      `${issuer}/.well-known/oauth-authorization-server 404`,
      `${issuer}/.well-known/openid-configuration 200`,
    ]);
    expect(grantTypes()).toEqual(['authorization_code']);
    expect(forms[0]).toMatchObject({ client_id: CLIENT_ID, resource: resource.url });
    expect(forms[0]?.['code_verifier']).toMatch(/^[\w-]{43,128}$/);
    expect(decodeJwt(resource.taken[0] ?? '')).toMatchObject({ iss: issuer, aud: resource.url });
    expect(session.actor.getSnapshot().context.grant?.issuer).toBe(issuer);

    await session.logout();
    // The refresh token and the access token.
    expect(revocations).toBe(2);
    await engine.dispose();
  });

  it('TOK-8, AUTHZ-2: renews ahead of the end', async () => {
    let now = Date.now();
    const { session, engine } = engineOf({ now: () => now });
    expect((await session.fetch(resource.url)).status).toBe(200);
    now += 2 * 60 * 60 * 1000;
    expect((await session.fetch(resource.url)).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(forms[1]).toMatchObject({ client_id: CLIENT_ID, resource: resource.url });
    expect(resource.taken).toHaveLength(2);
    await engine.dispose();
  });

  it('TOK-8: renews when the resource finds that a token is over, whatever its issuer said of it', async () => {
    server.service.once('beforeTokenSigning', (token: MutableToken) => {
      token.payload.exp = Math.floor(Date.now() / 1000) - 60;
    });
    const { session, engine } = engineOf();
    await session.login();
    expect((await session.fetch(resource.url)).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(resource.taken).toHaveLength(1);
    await engine.dispose();
  });

  it('TOK-4: each renewal spends the refresh token that the one before brought', async () => {
    const issued: unknown[] = [];
    server.service.on('beforeResponse', ({ body }: MutableResponse) => {
      if (body !== '') issued.push(body['refresh_token']);
    });
    let now = Date.now();
    const { session, engine } = engineOf({ now: () => now });
    for (const _ of ['login', 'renewal', 'renewal']) {
      expect((await session.fetch(resource.url)).status).toBe(200);
      now += 2 * 60 * 60 * 1000;
    }
    expect(forms.slice(1).map((form) => form['refresh_token'])).toEqual(issued.slice(0, 2));
    await engine.dispose();
  });
});

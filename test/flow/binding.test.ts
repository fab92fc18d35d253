// Binding: the authorization server of a resource moves, and nothing that one server made reaches the other.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import {
  callTool,
  failureOf,
  personsTurn,
  standing,
  testEngine,
  testHost,
  visit,
} from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

type Server = 'a' | 'b';
const METADATA = 'GET /.well-known/oauth-authorization-server';
const LOGIN = ['POST /register', 'GET /authorize', 'POST /token'];
const metadataUrl = 'https://app.example/oauth/client.json';
const name = 'authchart tests';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Everything that a request carries, Basic credentials and percent-encoding undone. */
function textOf({ path, query, headers, body }: Received): string {
  const basic = /^Basic (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  const decoded = basic === undefined ? '' : decodeURIComponent(atob(basic));
  return [path, String(query), JSON.stringify(headers), body, decoded, decodeURIComponent(body)].join('\n');
}

/** What this server minted bears its name; state and verifier are ours, and belong to it all the same. */
function madeFor(place: Server): readonly RegExp[] {
  const own = [
    ...world.requests(place, 'GET', '/authorize').flatMap((one) => one.query.get('state') ?? []),
    ...world.requests(place, 'POST', '/token').flatMap((one) => one.form.get('code_verifier') ?? []),
  ];
  return [`(access|refresh|code|client|secret|management)-${place}-`, ...own].map((text) => new RegExp(text));
}

/** Requests to one place that carry what was made for, or by, a server. */
function carriersOf(place: Server, at: 'a' | 'b' | 'resource'): readonly Received[] {
  const marks = madeFor(place);
  return world.requests(at).filter((one) => marks.some((mark) => mark.test(textOf(one))));
}

function expectNoCrossing(): void {
  expect(carriersOf('a', 'b')).toEqual([]);
  expect(carriersOf('b', 'a')).toEqual([]);
  // The search finds what is there.
  expect(carriersOf('a', 'a').length).toBeGreaterThanOrEqual(2);
  expect(carriersOf('b', 'b').length).toBeGreaterThanOrEqual(2);
}

/** Both servers make secrets, and more than anyone asked for. */
function registerWith(authMethod: string): void {
  for (const place of ['a', 'b'] as const) {
    world.script(`${place} POST /register`, ({ body }) => ({
      status: 201,
      body: {
        ...JSON.parse(body),
        client_id: `client-${place}-${randomUUID()}`,
        token_endpoint_auth_method: authMethod,
        ...(authMethod !== 'none' && { client_secret: `secret-${place}-${randomUUID()}` }),
        registration_access_token: `management-${place}-${randomUUID()}`,
        registration_client_uri: `${world.origins[place]}/register/me`,
      },
    }));
  }
}

describe('registered dynamically', () => {
  it.each(['none', 'client_secret_basic', 'client_secret_post'])(
    'BIND-1, BIND-2, BIND-4, R15, M01, M02: from A to B and back, clients with %s',
    async (authMethod) => {
      registerWith(authMethod);
      const { session } = testEngine(world.resource);
      await callTool(session, 'any');
      world.moveTo('b');
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(world.lines('b')).toEqual([METADATA, ...LOGIN]);
      world.expireAccessTokens('b');
      expect((await callTool(session, 'any')).status).toBe(200);
      world.moveTo('a');
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens('a');
      expect((await callTool(session, 'any')).status).toBe(200);
      // A is found as it was left, and renewed later; B was renewed before.
      expect(world.lines('a')).toEqual([METADATA, ...LOGIN, METADATA, METADATA, 'POST /token']);
      expect(world.lines('b')).toEqual([METADATA, ...LOGIN, METADATA, 'POST /token']);
      expectNoCrossing();
      expect(session.explain().boundTo).toBe(world.origins.a);
    },
  );

  it('BIND-3, M02: the move is noticed before a due renewal is tried', async () => {
    const store = memoryStore();
    await callTool(testEngine(world.resource, { store }).session, 'any');
    const atA = world.lines('a');
    world.moveTo('b');
    const later = Date.now() + 295_000;
    const { session } = testEngine(world.resource, { store, now: () => later });
    expect(await session.token()).toMatch(/^access-b-/);
    expect(world.lines('a')).toEqual(atA);
    expect(world.lines('b')).toEqual([METADATA, ...LOGIN]);
    expectNoCrossing();
  });

  it('BIND-3, M08: after the move the old token is shown to the resource once, to learn of it', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.moveTo('b');
    const before = world.received.length;
    await callTool(session, 'any');
    await callTool(session, 'any');
    const since = world.received
      .slice(before)
      .filter((one) => one.at === 'resource' && one.method === 'POST');
    const tokens = since.map((one) => /^Bearer access-(.)-/.exec(one.headers['authorization'] ?? '')?.[1]);
    expect(tokens).toEqual(['a', 'b', 'b']);
  });

  it('BIND-11, M04: A, B, A, B registers twice, and logs in twice', async () => {
    const { session } = testEngine(world.resource);
    for (const place of ['a', 'b', 'a', 'b', 'a'] as const) {
      world.moveTo(place);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(session.explain()).toMatchObject({ boundTo: world.origins[place] });
    }
    for (const place of ['a', 'b'] as const) {
      expect(world.requests(place, 'POST', '/register')).toHaveLength(1);
      expect(world.requests(place, 'GET', '/authorize')).toHaveLength(1);
    }
    expectNoCrossing();
  });

  it('BIND-11: A is found again also when its access token has died: it is renewed, nobody logs in', async () => {
    const { session } = testEngine(world.resource);
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      await callTool(session, 'any');
    }
    world.expireAccessTokens('a');
    world.moveTo('a');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([METADATA, ...LOGIN, METADATA, METADATA, 'POST /token']);
  });

  it('BIND-1, BIND-11: and when its grant is dead, the registration of A is found again', async () => {
    const { session } = testEngine(world.resource);
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      await callTool(session, 'any');
    }
    world.expireAccessTokens('a');
    world.refreshTokens.clear();
    world.moveTo('a');
    await callTool(session, 'any');
    expect((await callTool(session, 'any')).status).toBe(200);
    const ids = world.requests('a', 'GET', '/authorize').map((one) => one.query.get('client_id'));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
  });

  it.each([
    ['no metadata document', undefined],
    ['a metadata document at this very URL', metadataUrl],
  ])('BIND-7: a registered id that is a URL stays bound; the host has %s', async (_what, url) => {
    world.script('a POST /register', ({ body }) => ({
      status: 201,
      body: { ...JSON.parse(body), client_id: metadataUrl },
    }));
    const client = { name, ...(url !== undefined && { metadataUrl: url }) };
    const { session } = testEngine(world.resource, { client });
    await callTool(session, 'any');
    expect(world.requests('a', 'GET', '/authorize')[0]?.query.get('client_id')).toBe(metadataUrl);
    expect(session.explain().server?.registration).toBe('dynamic');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('b')).toEqual([METADATA, ...LOGIN]);
    expect(world.requests('b').filter((one) => textOf(one).includes('app.example'))).toEqual([]);
  });

  it('BIND-2, M07: a login that began at A ends at A, whatever the resource names meanwhile', async () => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { userAgent });
    const login = session.login();
    await personsTurn(session);
    world.moveTo('b');
    await engine.complete(await visit(presented[0]));
    await login;
    expect(world.lines('a')).toEqual([METADATA, ...LOGIN]);
    expect(world.lines('b')).toEqual([]);
    expect(session.explain().boundTo).toBe(world.origins.a);
  });

  it('BIND-2, M06: a new server that is weaker is refused, and gets nothing', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    delete world.documents.b['code_challenge_methods_supported'];
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(carriersOf('a', 'b')).toEqual([]);
    expect(standing(session)).toBe('rejected: pkce_unsupported in discovering, none');
    expect((await failureOf(session.login())).code).toBe('pkce_unsupported');
  });

  it('BIND-2, TOK-10: each server is told to revoke its own', async () => {
    registerWith('client_secret_basic');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.moveTo('b');
    await callTool(session, 'any');
    await session.logout();
    for (const place of ['a', 'b'] as const) {
      const revoked = world.requests(place, 'POST', '/revoke').map((one) => one.form.get('token'));
      expect(revoked).toEqual(
        [`refresh-${place}-`, `access-${place}-`].map((start) => expect.stringContaining(start)),
      );
    }
    expectNoCrossing();
  });
});

describe('with a metadata document', () => {
  beforeEach(() => {
    for (const place of ['a', 'b'] as const)
      world.documents[place]['client_id_metadata_document_supported'] = true;
  });
  const moved = [METADATA, 'GET /authorize', 'POST /token'];
  const clientIds = (place: Server) =>
    world.requests(place, 'GET', '/authorize').map((one) => one.query.get('client_id'));

  it('BIND-5, M03: the id stays, tokens do not, and nobody registers', async () => {
    const { session } = testEngine(world.resource, { client: { name, metadataUrl } });
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual(moved);
    expect(world.lines('b')).toEqual(moved);
    expect([...clientIds('a'), ...clientIds('b')]).toEqual([metadataUrl, metadataUrl]);
    expectNoCrossing();
  });

  it('BIND-5, BIND-4: where the new server takes no documents, a client is registered there', async () => {
    delete world.documents.b['client_id_metadata_document_supported'];
    const { session } = testEngine(world.resource, { client: { name, metadataUrl } });
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('b')).toEqual([METADATA, ...LOGIN]);
    expect(clientIds('b')).toEqual([expect.stringMatching(/^client-b-/)]);
    expectNoCrossing();
  });
});

// Enterprise-managed authorization: the company's identity provider vouches for the person at this server, and there only.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, memoryStore } from '../../index.ts';
import { callTool, everythingTold, failureOf, standing, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const ID_TOKEN = 'header.id-token-of-ada.signature';
const ID_JAG = 'header.assertion-for-ada.signature';
const secrets = [ID_TOKEN, ID_JAG, 'idp-client', 'idp-secret', 'machine-secret'];

let world: World;
let provider: IdentityProvider;
beforeEach(async () => {
  world = await startWorld();
  provider = await startProvider();
  world.issueDirectly('a');
  world.issueDirectly('b');
});
afterEach(() => Promise.all([world.close(), provider.close()]));

interface IdentityProvider {
  readonly origin: string;
  /** What was asked, oldest first. */
  readonly received: { readonly line: string; readonly type: string; readonly form: URLSearchParams }[];
  /** How it answers from now on. */
  answer: Answer;
  close(): Promise<unknown>;
}

/** A company's identity provider on loopback, of which only the token endpoint is used. @see RFC 8693 §2.2.1 */
async function startProvider(): Promise<IdentityProvider> {
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const line = `${request.method} ${request.url}`;
      const form = new URLSearchParams(body);
      self.received.push({ line, type: request.headers['content-type'] ?? '', form });
      const { status = 200, headers = {}, body: answer, cut } = self.answer;
      if (cut) return void request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: IdentityProvider = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: { body: issued() },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

function issued(more: Readonly<Record<string, unknown>> = {}) {
  return {
    issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
    access_token: ID_JAG,
    token_type: 'N_A',
    expires_in: 300,
    ...more,
  };
}

type Enterprise = Extract<ClientOptions['grant'], { kind: 'enterprise' }>;

function employee(
  more: Partial<Enterprise> = {},
  store = memoryStore(),
  client: Partial<ClientOptions> = {},
) {
  return testEngine(world.resource, {
    store,
    policy: { interaction: 'ask' },
    client: {
      name: 'authchart tests',
      preRegistered: [{ issuer: world.origins.a, clientId: 'machine', clientSecret: 'machine-secret' }],
      grant: {
        kind: 'enterprise',
        identityProvider: {
          tokenEndpoint: `${provider.origin}/token?tenant=1`,
          clientId: 'idp-client',
          clientSecret: async () => 'idp-secret',
        },
        idToken: async () => ID_TOKEN,
        ...more,
      },
      ...client,
    },
  });
}

const asked = (place: 'a' | 'b' = 'a') => world.requests(place, 'POST', '/token');
const arrived = (place: 'resource' | 'a' | 'b') => JSON.stringify(world.requests(place).map(whole));
const whole = ({ path, query, headers, body }: ReturnType<World['requests']>[number]) => [
  path,
  `${query}`,
  headers,
  body,
];

describe('the two steps', () => {
  it('EXT-3: the identity token is exchanged for an assertion, and that for an access token', async () => {
    // What the metadata says is passed on byte for byte.
    const parent = `${world.origins.resource}/`;
    world.documents.resource['resource'] = parent;
    world.pointer = `${world.origins.resource}/.well-known/oauth-protected-resource`;
    world.script('resource GET /.well-known/oauth-protected-resource', () => ({
      body: world.documents.resource,
    }));
    const { session } = employee();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(provider.received.map(({ line, type }) => [line, type])).toEqual([
      ['POST /token?tenant=1', 'application/x-www-form-urlencoded'],
    ]);
    expect(Object.fromEntries(provider.received[0]?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: world.origins.a,
      resource: parent,
      scope: 'read',
      subject_token: ID_TOKEN,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      client_id: 'idp-client',
      client_secret: 'idp-secret',
    });
    expect(world.lines('a')).toEqual([METADATA, 'POST /token']);
    const [exchange] = asked();
    expect(Object.fromEntries(exchange?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: ID_JAG,
      resource: parent,
      scope: 'read',
    });
    expect(exchange?.headers['authorization']).toBe(`Basic ${btoa('machine:machine-secret')}`);
  });

  it('EXT-3: each party sees its own part only', async () => {
    const engine = employee();
    await callTool(engine.session, 'any');
    for (const not of [ID_TOKEN, 'idp-client', 'idp-secret']) expect(arrived('a')).not.toContain(not);
    for (const not of secrets) expect(arrived('resource')).not.toContain(not);
    expect(provider.received[0]?.form.toString()).not.toMatch(/machine|assertion-for-ada/);
    for (const not of secrets) expect(everythingTold(engine)).not.toContain(not);
  });

  it('EXT-3: neither the identity token nor the assertion is stored', async () => {
    const store = memoryStore();
    await employee({}, store).session.login();
    const texts = (await textsOf(store)).join();
    for (const not of secrets) expect(texts).not.toContain(not);
    expect(texts).toContain('access-a-');
  });

  it('EXT-3: a client of the identity provider without a secret sends none', async () => {
    const identityProvider = { tokenEndpoint: `${provider.origin}/token`, clientId: 'idp-client' };
    await employee({ identityProvider }).session.login();
    expect(provider.received[0]?.form.get('client_id')).toBe('idp-client');
    expect(provider.received[0]?.form.has('client_secret')).toBe(false);
  });

  it('EXT-3, REG-2: a client known by its document needs no registration by hand', async () => {
    world.documents.a['client_id_metadata_document_supported'] = true;
    const metadataUrl = 'https://app.example/oauth/client.json';
    const { session } = employee({}, memoryStore(), { preRegistered: [], metadataUrl });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(asked()[0]?.form.get('client_id')).toBe(metadataUrl);
    expect(world.lines('a')).toEqual([METADATA, 'POST /token']);
  });

  it('EXT-3, TOK-8: a token that ends is asked for with a new assertion, for the identity token of now', async () => {
    let tokens = 0;
    const { session } = employee({ idToken: async () => `header.id-${++tokens}.signature` });
    await callTool(session, 'any');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    const shown = provider.received.map(({ form }) => form.get('subject_token'));
    expect(shown).toEqual(['header.id-1.signature', 'header.id-2.signature']);
    expect(asked()).toHaveLength(2);
  });

  it('EXT-3, STEP-2: a step-up asks both for the union', async () => {
    world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
    const { session } = employee();
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(provider.received.map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
    expect(asked().map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
  });

  it('EXT-3, BIND-6: where the resource moves, nobody is asked to vouch for anything', async () => {
    const { session } = employee();
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(provider.received).toHaveLength(1);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(standing(session)).toBe('rejected: bound_elsewhere in bindChecking, fix-config');
  });

  it('EXT-3, BIND-1: with a client at both servers each assertion is for its own', async () => {
    const of = (place: 'a' | 'b') => ({ issuer: world.origins[place], clientId: place, clientSecret: place });
    const { session } = employee({}, memoryStore(), { preRegistered: [of('a'), of('b')] });
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    const audiences = provider.received.map(({ form }) => form.get('audience'));
    expect(audiences).toEqual([world.origins.a, world.origins.b]);
  });
});

describe('what goes wrong', () => {
  const error = (code: string): Answer => ({
    status: 400,
    body: { error: code, error_description: `${ID_TOKEN} of idp-client with idp-secret` },
  });

  it.each<[string, Answer, string, string]>([
    ['an error', error('access_denied'), 'assertion_failed', 'fix-config'],
    ['an error with 200', { body: issued({ error: 'invalid_request' }) }, 'assertion_failed', 'fix-config'],
    ['an error that is no text', { status: 400, body: { error: [1] } }, 'assertion_failed', 'fix-config'],
    [
      'an access token instead',
      { body: issued({ issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }) },
      'assertion_failed',
      'fix-config',
    ],
    ['no type', { body: issued({ issued_token_type: undefined }) }, 'assertion_failed', 'fix-config'],
    ['no assertion', { body: issued({ access_token: undefined }) }, 'assertion_failed', 'fix-config'],
    [
      'what is no JWT',
      { body: issued({ access_token: 'a b&grant_type=x' }) },
      'assertion_failed',
      'fix-config',
    ],
    ['too much', { body: issued({ access_token: 'x'.repeat(17_000) }) }, 'assertion_failed', 'fix-config'],
    ['an empty answer', { body: '' }, 'assertion_failed', 'fix-config'],
    ['a page', { body: `<h1>${ID_TOKEN}</h1>` }, 'assertion_failed', 'fix-config'],
    ['a list', { body: '[]' }, 'assertion_failed', 'fix-config'],
    ['an outage', { status: 503, body: error('x').body }, 'server_unavailable', 'retry-later'],
    ['too many requests', { status: 429, body: '' }, 'server_unavailable', 'retry-later'],
    ['a cut connection', { cut: true }, 'unreachable', 'retry-later'],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, 'redirect_refused', 'none'],
  ])('EXT-3: %s of the identity provider ends the login', async (_what, answer, code, recovery) => {
    provider.answer = answer;
    const engine = employee();
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code, recovery, phase: 'authorizing' });
    expect(world.lines('a')).toEqual([METADATA]);
    expect(provider.received).toHaveLength(1);
    const told = [failure.message, failure.stack, failure.said, everythingTold(engine)].join();
    for (const not of secrets) expect(told).not.toContain(not);
  });

  it('EXT-3: the code of an error is told', async () => {
    provider.answer = error('access_denied');
    const failure = await failureOf(employee().session.login());
    expect(failure).toMatchObject({ oauthError: 'access_denied', status: 400 });
  });

  it('EXT-3: a person whom the provider does not vouch for is not brought up by each request', async () => {
    provider.answer = error('access_denied');
    const { session } = employee();
    for (let at = 0; at < 5; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
    expect(provider.received).toHaveLength(1);
    provider.answer = { body: issued() };
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('EXT-3: an assertion that the server does not take ends it; another is not asked for again and again', async () => {
    const said = `the assertion ${ID_JAG} of machine-secret is not for us`;
    world.script('a POST /token', () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: said },
    }));
    const engine = employee();
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'grant_refused', issuer: world.origins.a });
    expect(asked()).toHaveLength(1);
    for (const not of secrets) expect(`${failure.said}${everythingTold(engine)}`).not.toContain(not);
    for (let at = 0; at < 6; at += 1) await callTool(engine.session, 'any');
    expect(provider.received.length).toBeLessThanOrEqual(2);
  });

  it.each<[string, () => Promise<string>]>([
    ['throws', () => Promise.reject(new Error(ID_TOKEN))],
    ['gives nothing', async () => ''],
  ])('EXT-3: where the host’s identity token %s, nothing is sent', async (_what, idToken) => {
    const engine = employee({ idToken });
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(`${failure.message}${everythingTold(engine)}`).not.toContain('id-token-of-ada');
    expect(provider.received).toEqual([]);
  });

  it.each(['http://idp.example/token', 'https://ada@idp.example/token', 'javascript:alert(1)', ''])(
    'EXT-3, HOST-2: an engine that would send identity tokens to %j is not made',
    (tokenEndpoint) => {
      const make = () => employee({ identityProvider: { tokenEndpoint, clientId: 'idp-client' } });
      expect(make).toThrow(
        expect.objectContaining({
          code: 'config_invalid',
          message: expect.stringContaining('client.grant.identityProvider.tokenEndpoint'),
        }),
      );
    },
  );
});

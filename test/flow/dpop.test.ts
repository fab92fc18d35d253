// EXT-5: tokens that are bound to a key, end to end over real HTTP: proofs, nonces, downgrades, restarts.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { type ClientOptions, type EngineOptions, memoryStore, type Store } from '../../index.ts';
import { DpopWorld } from '../support/dpop.ts';
import {
  callTool,
  failureOf,
  personsTurn,
  standing,
  type TestEngine,
  testEngine,
  testHost,
  textsOf,
  visit,
} from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

let world: World;
let dpop: DpopWorld;
beforeEach(async () => {
  world = await startWorld();
  dpop = new DpopWorld(world);
});
afterEach(() => world.close());

type Mode = NonNullable<ClientOptions['dpop']>;
const start = (mode: Mode, options: Partial<EngineOptions> = {}): TestEngine =>
  testEngine(world.resource, { client: { name: 'tests', dpop: mode }, ...options });

const atTokenEndpoint = (): readonly Received[] => world.requests('a', 'POST', '/token');
const grantTypes = () => atTokenEndpoint().map(({ form }) => form.get('grant_type'));
const schemeOf = ({ headers }: Received) => headers['authorization']?.split(' ')[0];
/** Schemes of the requests that were POSTed to the resource. */
const schemes = () => world.requests('resource', 'POST', '/mcp').map(schemeOf);
const authorizations = () => world.requests('a', 'GET', '/authorize');
const unlike = (list: readonly unknown[]) => new Set(list).size;

describe('EXT-5: a bound grant', () => {
  it('RFC 9449 §4, §5, §7: proves each request with one key, from the login over the refresh', async () => {
    const { session } = start('required');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect((await callTool(session, 'any')).status).toBe(200);
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect((await session.fetch(`${world.resource}?page=2#top`)).status).toBe(200);

    expect(dpop.complaints).toEqual([]);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(dpop.at('a').map(({ claims }) => 'ath' in claims)).toEqual([false, false]);
    // Each request to the resource with a token: two, the one that came too late, its repetition, and the GET.
    expect(dpop.at('resource')).toHaveLength(5);
    expect(schemes()).toEqual([undefined, 'DPoP', 'DPoP', 'DPoP', 'DPoP']);
    expect(unlike(dpop.proofs.map(({ jkt }) => jkt))).toBe(1);
    expect(unlike(dpop.proofs.map(({ claims }) => claims.jti))).toBe(7);
    expect(session.explain().grant?.bound).toBe(true);
    expect(JSON.stringify(session.explain().grant)).toContain('"bound":true');
  });

  it('RFC 9449 §10: names its key in the authorization request, another for each login', async () => {
    const { session } = start('required');
    await session.login();
    await session.logout();
    await session.login();
    const named = authorizations().map(({ query }) => query.get('dpop_jkt'));
    expect(named).toEqual(dpop.at('a').map(({ jkt }) => jkt));
    expect(unlike(named)).toBe(2);
  });

  it('A05: names it once, whatever the endpoint’s own query brings along', async () => {
    world.documents.a['authorization_endpoint'] = `${world.origins.a}/authorize?dpop_jkt=evil`;
    for (const mode of ['required', 'off'] as const) await start(mode).session.login();
    const [required, off] = authorizations().map(({ query }) => query.getAll('dpop_jkt'));
    expect(required).toEqual([dpop.at('a')[0]?.jkt]);
    expect(off).toEqual([]);
  });

  it('RFC 9449 §4.2: says the time by the clock of the host', async () => {
    const later = () => Date.now() + 86_400_000;
    dpop = new DpopWorld(world, later);
    expect((await callTool(start('required', { now: later }).session, 'any')).status).toBe(200);
    expect(dpop.complaints).toEqual([]);
  });

  it('a direct grant is bound, too', async () => {
    world.script('a POST /token', (request) => {
      const challenge = createHash('sha256').update('any').digest('base64url');
      world.codes.set('direct', { issuer: 'a', scope: 'read', challenge, clientId: 'robot' });
      const form = new URLSearchParams({ code: 'direct', code_verifier: 'any' });
      return dpop.atToken({ ...request, form });
    });
    const preRegistered = [
      { issuer: world.origins.a, clientId: 'robot', clientSecret: 'secret-of-the-robot' },
    ];
    const client = {
      name: 'tests',
      preRegistered,
      grant: { kind: 'client-credentials' },
      dpop: 'preferred',
    } as const;
    const { session } = testEngine(world.resource, { client });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(grantTypes()).toEqual(['client_credentials']);
    expect(schemes()).toEqual([undefined, 'DPoP']);
  });

  it('TOK-1: is shown in place of headers of the caller’s own', async () => {
    const { session } = start('required');
    await session.login();
    const headers = { authorization: 'Bearer stale', dpop: 'a proof of the caller', 'x-kept': 'yes' };
    expect((await session.fetch(world.resource, { method: 'PATCH', headers })).status).toBe(200);
    expect((await session.fetch(new Request(world.resource, { headers }))).status).toBe(200);
    expect(dpop.at('resource').map(({ claims }) => claims['htm'])).toEqual(['PATCH', 'GET']);
    for (const one of world.requests('resource').slice(-2)) {
      expect(JSON.stringify(one.headers)).not.toMatch(/stale|of the caller/);
      expect(one.headers['x-kept']).toBe('yes');
    }
    dpop.demands = false;
    const bearer = start('off').session;
    await bearer.login();
    expect((await bearer.fetch(world.resource, { headers })).status).toBe(200);
    expect(world.requests('resource').at(-1)?.headers['dpop']).toBeUndefined();
  });

  it('tells no key and no proof to anyone who looks on, even when a server echoes them (L01, L02, L03)', async () => {
    const seen: unknown[] = [];
    const store = memoryStore();
    const { engine, progress, session } = start('required', {
      store,
      inspect: (event) =>
        seen.push('snapshot' in event ? event.snapshot : event, 'event' in event ? event.event : 0),
    });
    await callTool(session, 'any');
    world.expireAccessTokens();
    world.script('a POST /token', ({ headers }) => ({
      status: 400,
      body: { error: 'invalid_request', error_description: `no: ${headers['dpop']}` },
    }));
    world.script('a GET /authorize', () => ({ status: 500 }));
    await callTool(session, 'any');
    const thrown = await failureOf(session.login());
    const told = JSON.stringify([
      seen,
      progress,
      session.explain(),
      session.actor.getPersistedSnapshot(),
      thrown.toFailure(),
    ]);
    const [grant = ''] = await textsOf(store, 'grant:');
    const { d, x, y } = JSON.parse(grant).dpopKey;
    await engine.dispose();
    for (const secret of [d, x, y, ...atTokenEndpoint().map(({ headers }) => headers['dpop'])]) {
      expect(secret).toMatch(/^[\w.-]{43,}$/);
      expect(told).not.toContain(secret);
    }
  });
});

describe('EXT-5: when', () => {
  it.each<[string, Mode, boolean, () => void]>([
    ['preferred, and the server lists ES256', 'preferred', true, () => {}],
    [
      'preferred, and the resource challenges with DPoP',
      'preferred',
      true,
      () => delete world.documents.a['dpop_signing_alg_values_supported'],
    ],
    [
      'preferred, and nobody speaks of it',
      'preferred',
      false,
      () => {
        dpop.demands = false;
        delete world.documents.a['dpop_signing_alg_values_supported'];
      },
    ],
    [
      'preferred, and the server lists other algorithms only',
      'preferred',
      false,
      () => {
        dpop.demands = false;
        world.documents.a['dpop_signing_alg_values_supported'] = ['RS256'];
      },
    ],
    [
      'required, and nobody speaks of it',
      'required',
      true,
      () => {
        dpop.demands = false;
        delete world.documents.a['dpop_signing_alg_values_supported'];
      },
    ],
    [
      'off, and the server lists ES256',
      'off',
      false,
      () => {
        dpop.demands = false;
      },
    ],
  ])('%s', async (_name, mode, isBound, prepare) => {
    prepare();
    const { session } = start(mode);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(schemes()).toEqual([undefined, isBound ? 'DPoP' : 'Bearer']);
    expect(atTokenEndpoint().map(({ headers }) => 'dpop' in headers)).toEqual([isBound]);
    expect(authorizations()[0]?.query.has('dpop_jkt')).toBe(isBound);
    expect(session.explain().grant?.bound).toBe(isBound ? true : undefined);
  });

  it('P07: misspelt: said before any traffic', () => {
    expect(() => start('require' as Mode)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(world.received).toEqual([]);
  });

  it('W15: off, and the resource challenges with DPoP only: nothing changes, and nothing breaks', async () => {
    const { session } = start('off');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(new Set(schemes())).toEqual(new Set([undefined, 'Bearer']));
    expect(dpop.proofs).toEqual([]);
  });

  it('W15: preferred, and the resource turns to DPoP: the next login is bound, and no refresh is wasted', async () => {
    dpop.demands = false;
    delete world.documents.a['dpop_signing_alg_values_supported'];
    const { session } = start('preferred');
    expect((await callTool(session, 'any')).status).toBe(200);
    dpop.demands = true;
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(schemes()).toEqual([undefined, 'Bearer', 'Bearer', 'DPoP']);
    expect(grantTypes()).toEqual(['authorization_code', 'authorization_code']);
  });

  it('required, and the server has other algorithms only: refused before anything is sent', async () => {
    world.documents.a['dpop_signing_alg_values_supported'] = ['RS256', 'EdDSA'];
    const { session } = start('required');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(standing(session)).toBe('rejected: dpop_unsupported in discovering, none');
    expect((await failureOf(session.login())).code).toBe('dpop_unsupported');
    expect(new Set(world.lines('a'))).toEqual(new Set(['GET /.well-known/oauth-authorization-server']));
  });

  it('required, and a Bearer token lies in the store: it is not sent any more', async () => {
    const store = memoryStore();
    dpop.demands = false;
    const before = start('off', { store });
    await before.session.login();
    await before.engine.dispose();
    const { session } = start('required', { store });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(schemes()).toEqual([undefined, 'DPoP']);
    expect(grantTypes()).toEqual(['authorization_code', 'authorization_code']);
  });

  it('off, and a bound token lies in the store: it is used as what it is', async () => {
    const store = memoryStore();
    const before = start('required', { store });
    await before.session.login();
    await before.engine.dispose();
    const { session } = start('off', { store });
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(unlike(dpop.proofs.map(({ jkt }) => jkt))).toBe(1);
  });
});

describe('EXT-5, T06: a downgrade', () => {
  it('at the login is refused, and nothing of it is kept or sent', async () => {
    dpop.tokenType = 'Bearer';
    const store = memoryStore();
    const { session } = start('required', { store });
    expect((await failureOf(session.login())).code).toBe('dpop_downgraded');
    expect(standing(session)).toBe('rejected: dpop_downgraded in authorizing, none');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(schemes()).toEqual([undefined]);
    expect(await textsOf(store, 'grant:')).toEqual([]);
    expect(grantTypes()).toEqual(['authorization_code']);
  });

  it('at a refresh is refused', async () => {
    const { session } = start('required');
    await callTool(session, 'any');
    world.expireAccessTokens();
    dpop.tokenType = 'Bearer';
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(standing(session)).toBe('rejected: dpop_downgraded in renewing, none');
    expect(schemes()).toEqual([undefined, 'DPoP', 'DPoP']);
  });

  it('is taken where DPoP is only preferred; the refresh token stays bound', async () => {
    dpop.tokenType = 'Bearer';
    dpop.demands = false;
    const { session } = start('preferred');
    await callTool(session, 'any');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(schemes()).toEqual([undefined, 'Bearer', 'Bearer', 'Bearer']);
    expect(unlike(dpop.at('a').map(({ jkt }) => jkt))).toBe(1);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(session.explain().grant?.bound).toBeUndefined();
  });

  it('the other way round: a bound token that was not asked for cannot be used', async () => {
    world.script('a POST /token', (request) => {
      const answer = world.correctly(request);
      return { body: { ...(answer.body as object), token_type: 'DPoP' } };
    });
    expect((await failureOf(start('off').session.login())).code).toBe('token_response_invalid');
  });
});

describe('EXT-5, T22, T23: a nonce at the token endpoint', () => {
  it('RFC 9449 §8: is answered by the same request with the nonce and a new jti, once', async () => {
    dpop.nonces.set('a', 'first');
    const { session, states } = start('required');
    expect((await callTool(session, 'any')).status).toBe(200);
    dpop.nonces.set('a', 'second');
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(200);
    const bodies = atTokenEndpoint().map(({ body }) => body);
    expect(bodies).toHaveLength(4);
    expect(bodies[1]).toBe(bodies[0]);
    expect(bodies[3]).toBe(bodies[2]);
    const proofs = dpop.at('a').map(({ claims }) => claims['nonce']);
    expect(proofs).toEqual([undefined, 'first', 'first', 'second']);
    expect(authorizations()).toHaveLength(1);
    expect(states().filter((state) => /fail|reject|stale/.test(state))).toEqual([]);
  });

  it('a client that signs for itself signs anew', async () => {
    dpop.nonces.set('a', 'first');
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ]);
    const own = { issuer: world.origins.a, clientId: 'signer', privateKey: { key: privateKey } };
    const client: ClientOptions = { name: 'tests', dpop: 'required', preRegistered: [own] };
    expect((await callTool(start('required', { client }).session, 'any')).status).toBe(200);
    const assertions = atTokenEndpoint().map(({ form }) => form.get('client_assertion'));
    expect(unlike(assertions)).toBe(2);
    expect(assertions).not.toContain(null);
  });

  it('asked for again is the server’s last word: typed, and no reason to log in again', async () => {
    const { session } = start('required');
    await callTool(session, 'any');
    world.expireAccessTokens();
    let asked = 0;
    world.script('a POST /token', (): Answer => {
      asked += 1;
      return { status: 400, headers: { 'dpop-nonce': `n${asked}` }, body: { error: 'use_dpop_nonce' } };
    });
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(asked).toBe(2);
    expect(standing(session)).toMatch(/stale.*: token_refused in renewing, retry-later$/);
    expect(session.explain().failure?.oauthError).toBe('use_dpop_nonce');
    expect(authorizations()).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['without a nonce', { status: 400, body: { error: 'use_dpop_nonce' } }],
    [
      'with a nonce that is none',
      { status: 400, headers: { 'dpop-nonce': 'a "b"' }, body: { error: 'use_dpop_nonce' } },
    ],
    [
      'with a nonce that is too long',
      { status: 400, headers: { 'dpop-nonce': 'n'.repeat(257) }, body: { error: 'use_dpop_nonce' } },
    ],
    [
      'with another status',
      { status: 403, headers: { 'dpop-nonce': 'n' }, body: { error: 'use_dpop_nonce' } },
    ],
    [
      'that is another error',
      { status: 400, headers: { 'dpop-nonce': 'n' }, body: { error: 'invalid_dpop_proof' } },
    ],
  ])('a demand %s is not answered', async (_name, answer) => {
    world.script('a POST /token', () => answer);
    expect((await failureOf(start('required').session.login())).code).toBe('token_refused');
    expect(atTokenEndpoint()).toHaveLength(1);
  });

  it('off: a demand is not answered', async () => {
    world.script('a POST /token', () => ({
      status: 400,
      headers: { 'dpop-nonce': 'n' },
      body: { error: 'use_dpop_nonce' },
    }));
    expect((await failureOf(start('off').session.login())).code).toBe('token_refused');
    expect(atTokenEndpoint()).toHaveLength(1);
  });

  it('T25: a server that spends the refresh token before it asks brings a login, not a loop', async () => {
    const { session } = start('required');
    await callTool(session, 'any');
    world.expireAccessTokens();
    world.script('a POST /token', async (request) => {
      if (request.form.get('grant_type') !== 'refresh_token') return dpop.atToken(request);
      if (!world.refreshTokens.delete(request.form.get('refresh_token') ?? ''))
        return { status: 400, body: { error: 'invalid_grant' } };
      return { status: 400, headers: { 'dpop-nonce': 'late' }, body: { error: 'use_dpop_nonce' } };
    });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(grantTypes()).toEqual([
      'authorization_code',
      'refresh_token',
      'refresh_token',
      'authorization_code',
    ]);
    expect(authorizations()).toHaveLength(2);
  });
});

describe('EXT-5, T22, T23: a nonce at the resource', () => {
  const nonces = () => dpop.at('resource').map(({ claims }) => claims['nonce']);

  it('RFC 9449 §9: is answered by sending the request once more; the chart does not hear of it', async () => {
    const { session, states } = start('required');
    await session.login();
    dpop.nonces.set('resource', 'first');
    const before = states().length;
    expect((await callTool(session, 'any')).status).toBe(200);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(nonces()).toEqual([undefined, 'first', 'first']);
    const [one, other] = world.requests('resource', 'POST', '/mcp').map(({ body }) => body);
    expect(one).toBe(other);
    expect(states()).toHaveLength(before);
    expect(atTokenEndpoint()).toHaveLength(1);
  });

  it('of a good answer is in the next proof', async () => {
    const { session } = start('required');
    await session.login();
    dpop.next = 'n1';
    await callTool(session, 'any');
    dpop.nonces.set('resource', 'n1');
    dpop.next = 'n2';
    await callTool(session, 'any');
    dpop.nonces.set('resource', 'n2');
    await callTool(session, 'any');
    expect(nonces()).toEqual([undefined, 'n1', 'n2']);
  });

  it('asked for again is the server’s last word: passed on, and no reason to log in again', async () => {
    const { session, states } = start('required');
    await session.login();
    const before = states().length;
    let asked = 0;
    world.script('resource POST /mcp', (): Answer => {
      asked += 1;
      const challenge = 'DPoP error="use_dpop_nonce"';
      return { status: 401, headers: { 'www-authenticate': challenge, 'dpop-nonce': `n${asked}` } };
    });
    const answer = await callTool(session, 'any');
    expect([answer.status, answer.headers.get('dpop-nonce'), asked]).toEqual([401, 'n2', 2]);
    expect(states()).toHaveLength(before);
    expect(atTokenEndpoint()).toHaveLength(1);
  });

  it.each(['the one that was sent', 'no nonce', 'a "bad" nonce'])(
    'a demand with %s is passed on at once',
    async (what) => {
      const { session, states } = start('required');
      dpop.next = 'same';
      await callTool(session, 'any');
      const before = states().length;
      const header = { 'the one that was sent': 'same', 'no nonce': undefined }[what] ?? what;
      world.script('resource POST /mcp', () => ({
        status: 401,
        headers: {
          'www-authenticate': 'DPoP error="use_dpop_nonce"',
          ...(what !== 'no nonce' && { 'dpop-nonce': header }),
        },
      }));
      const sent = world.requests('resource', 'POST').length;
      expect((await callTool(session, 'any')).status).toBe(401);
      expect(world.requests('resource', 'POST')).toHaveLength(sent + 1);
      expect(states()).toHaveLength(before);
    },
  );

  it('C15: a body that can be read once is sent once; the next request has the nonce', async () => {
    const { session } = start('required');
    await session.login();
    dpop.nonces.set('resource', 'first');
    const body = new Blob(['once']).stream();
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    expect((await session.fetch(world.resource, init)).status).toBe(401);
    expect(world.requests('resource', 'POST', '/mcp')).toHaveLength(1);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(nonces()).toEqual([undefined, 'first']);
    expect(atTokenEndpoint()).toHaveLength(1);
  });

  it('C15: many requests at once are each sent once more at most', async () => {
    const { session } = start('required');
    await session.login();
    dpop.nonces.set('resource', 'first');
    const answers = await Promise.all(Array.from({ length: 8 }, () => callTool(session, 'any')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(world.requests('resource', 'POST', '/mcp').length).toBeLessThanOrEqual(16);
    expect(dpop.complaints).toEqual([]);
  });

  it('is not persisted, and not told to another server', async () => {
    const store = memoryStore();
    dpop.nonces.set('resource', 'of-the-resource');
    const first = start('required', { store });
    await callTool(first.session, 'any');
    await first.engine.dispose();
    expect((await textsOf(store)).join()).not.toContain('of-the-resource');
    world.expireAccessTokens();
    await callTool(start('required', { store }).session, 'any');
    expect(nonces().slice(0, 3)).toEqual([undefined, 'of-the-resource', undefined]);
    expect(dpop.at('a').map(({ claims }) => claims['nonce'])).toEqual([undefined, undefined]);
  });
});

describe('EXT-5: redirects of the resource', () => {
  const toPlace =
    (location: string, status = 307) =>
    () => ({ status, headers: { location } });

  it('RFC 9449 §4.3: on the same origin get a proof of their own', async () => {
    const { session } = start('required');
    await session.login();
    world.script('resource POST /old', toPlace('/mcp'));
    const body = '{"kept":true}';
    expect((await session.fetch(`${world.origins.resource}/old`, { method: 'POST', body })).status).toBe(200);
    expect(dpop.complaints).toEqual([]);
    expect(world.requests('resource', 'POST', '/mcp').at(-1)?.body).toBe(body);
    world.script('resource POST /old', toPlace('/mcp', 303));
    expect((await session.fetch(`${world.origins.resource}/old`, { method: 'POST', body })).status).toBe(200);
    expect(world.requests('resource', 'GET', '/mcp').at(-1)?.body).toBe('');
    expect(dpop.complaints).toEqual([]);
  });

  it('TOK-1, W17, L06: to another origin get neither token nor proof, and its challenge counts for nothing', async () => {
    const { session } = start('required');
    await session.login();
    const before = world.requests('a').length;
    world.script('resource POST /mcp', toPlace(`${world.origins.b}/mcp`));
    world.script('b POST /mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': 'DPoP error="invalid_token"' },
    }));
    const headers = { authorization: 'Bearer own', dpop: 'own', 'x-kept': 'yes' };
    // The caller says that the body may go there.
    const init = { method: 'POST', body: '{}', headers, redirect: 'follow' } as const;
    expect((await session.fetch(world.resource, init)).status).toBe(401);
    const [there] = world.requests('b', 'POST', '/mcp');
    expect(there?.headers).toMatchObject({ 'x-kept': 'yes' });
    expect(Object.keys(there?.headers ?? {})).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(there?.headers ?? {})).not.toEqual(expect.arrayContaining(['dpop']));
    expect(world.requests('a')).toHaveLength(before);
  });

  it('are passed on where the caller asked for that, and where they go on for ever', async () => {
    const { session } = start('required');
    await session.login();
    world.script('resource POST /mcp', toPlace('/mcp'));
    const init: RequestInit = { method: 'POST', body: '{}' };
    expect((await session.fetch(world.resource, { ...init, redirect: 'manual' })).status).toBe(307);
    expect(world.requests('resource', 'POST')).toHaveLength(1);
    expect((await session.fetch(world.resource, init)).status).toBe(307);
    expect(world.requests('resource', 'POST')).toHaveLength(22);
  });
});

describe('EXT-5: on a platform that hides where redirects lead, as browsers do', () => {
  it('they are refused, and say what helps', async () => {
    const hiding: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const isHidden = init?.redirect === 'manual' && response.status === 307;
      return isHidden
        ? Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })
        : response;
    };
    const { session } = start('required', { fetch: hiding });
    await session.login();
    world.script('resource POST /old', () => ({ status: 307, headers: { location: '/mcp' } }));
    const thrown = await failureOf(session.fetch(`${world.origins.resource}/old`, { method: 'POST' }));
    expect([thrown.code, thrown.message]).toEqual([
      'redirect_refused',
      expect.stringContaining('/old redirects'),
    ]);
    expect((await callTool(session, 'any')).status).toBe(200);
  });
});

describe('EXT-5: for hosts that send themselves', () => {
  it('authorization() gives the headers of one request', async () => {
    const { session } = start('required');
    await session.login();
    const request = { method: 'post', url: `${world.resource}?a=1` };
    const [one, other] = [await session.authorization(request), await session.authorization(request)];
    expect(Object.keys(one).sort()).toEqual(['authorization', 'dpop']);
    expect(one.authorization).toBe(`DPoP ${await session.token()}`);
    for (const headers of [one, other]) {
      expect((await fetch(request.url, { method: 'POST', body: '{}', headers: { ...headers } })).status).toBe(
        200,
      );
    }
    expect(dpop.complaints).toEqual([]);
  });

  it('authorization() takes the nonce of an answer that asked for one', async () => {
    const { session } = start('required');
    await session.login();
    dpop.nonces.set('resource', 'wanted');
    const request = { method: 'GET', url: world.resource };
    const send = async (nonce: string | null) => {
      const headers = await session.authorization({ ...request, ...(nonce !== null && { nonce }) });
      return fetch(request.url, { headers: { ...headers } });
    };
    const demand = await send(null);
    expect(demand.status).toBe(401);
    expect((await send(demand.headers.get('dpop-nonce'))).status).toBe(200);
    expect((await session.fetch(world.resource)).status).toBe(200);
    expect(world.requests('resource', 'GET', '/mcp').slice(-3)).toHaveLength(3);
    expect(dpop.at('resource').map(({ claims }) => claims['nonce'])).toEqual([undefined, 'wanted', 'wanted']);
  });

  it('authorization() of a Bearer token is the header', async () => {
    dpop.demands = false;
    const { session } = start('off');
    await session.login();
    const headers = await session.authorization({ method: 'GET', url: world.resource });
    expect(headers).toEqual({ authorization: `Bearer ${await session.token()}` });
  });

  it('TOK-1: authorization() is for the origin of the resource only, and needs a login', async () => {
    const { session } = start('required', { policy: { interaction: 'ask' } });
    const here = { method: 'GET', url: world.resource };
    expect((await failureOf(session.authorization(here))).code).toBe('interaction_required');
    await session.login();
    const there = { method: 'GET', url: world.origins.b };
    expect((await failureOf(session.authorization(there))).code).toBe('address_refused');
  });
});

describe('EXT-5: the key in the store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authchart-dpop-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('AUTHZ-10: outlives a restart between the request and the answer of a login', async () => {
    const { userAgent, presented } = testHost();
    const first = start('required', { userAgent, store: fileStore({ folder }) });
    first.session.login().catch(() => {});
    await personsTurn(first.session);
    const callback = await visit(presented[0]);
    await first.engine.dispose();
    const second = start('required', { userAgent: testHost().userAgent, store: fileStore({ folder }) });
    expect((await callTool(await second.engine.complete(callback), 'any')).status).toBe(200);
    const named = authorizations().map(({ query }) => query.get('dpop_jkt'));
    expect(new Set(dpop.proofs.map(({ jkt }) => jkt))).toEqual(new Set(named));
  });

  it('AUTHZ-10: outlives restarts after the login', async () => {
    const store = () => fileStore({ folder });
    const first = start('required', { store: store() });
    await first.session.login();
    await first.engine.dispose();
    world.expireAccessTokens();
    const second = start('required', { store: store() });
    expect((await callTool(second.session, 'any')).status).toBe(200);
    await second.engine.dispose();
    const third = start('required', { store: store() });
    expect((await callTool(third.session, 'any')).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(unlike(dpop.proofs.map(({ jkt }) => jkt))).toBe(1);
    expect(dpop.complaints).toEqual([]);
  });

  /** Changes the key of each stored grant. */
  async function damage(store: Store, change: (key: Record<string, unknown>) => unknown): Promise<void> {
    for (const key of await store.list('grant:')) {
      const record = await store.get(key);
      const { dpopKey, ...rest } = JSON.parse(record?.text ?? '{}');
      await store.put(key, JSON.stringify({ ...rest, dpopKey: change(dpopKey) }), record?.version);
    }
  }

  const damages: readonly [string, (key: Record<string, unknown>) => unknown][] = [
    ['missing', () => undefined],
    ['empty', () => ({})],
    ['without its private part', ({ d: _, ...rest }) => rest],
    ['of another kind', (key) => ({ ...key, kty: 'RSA' })],
    ['not on the curve', (key) => ({ ...key, x: 'A'.repeat(43) })],
  ];

  it.each(damages)('%s, while it is in use: typed, and the next login helps', async (_name, change) => {
    const store = memoryStore();
    const { session } = start('required', { store });
    await session.login();
    await damage(store, change);
    const thrown = await failureOf(session.authorization({ method: 'GET', url: world.resource }));
    expect([thrown.code, thrown.recovery]).toEqual(['grant_refused', 'reauthorize']);
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(unlike(dpop.at('a').map(({ jkt }) => jkt))).toBe(2);
  });

  it.each(damages)('%s, after a restart: the grant is not used, and not renewed', async (_name, change) => {
    const store = memoryStore();
    const before = start('required', { store });
    await before.session.login();
    await before.engine.dispose();
    await damage(store, change);
    world.expireAccessTokens();
    const { session } = start('required', { store });
    const answer = await callTool(session, 'any').catch(() => undefined);
    if (answer?.status !== 200) await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'authorization_code']);
    expect(dpop.complaints).toEqual([]);
  });

  it('S06: old records, which know of no key, stay good', async () => {
    dpop.demands = false;
    const first = start('off', { store: fileStore({ folder }) });
    await first.session.login();
    await first.engine.dispose();
    for (const name of await readdir(folder, { recursive: true })) {
      const path = join(folder, name);
      const text = await readFile(path, 'utf8').catch(() => '');
      expect(text).not.toMatch(/dpopKey|tokenType/);
      if (text !== '') await writeFile(path, text);
    }
    const { session } = start('preferred', { store: fileStore({ folder }) });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(schemes()).toEqual(['Bearer']);
  });
});

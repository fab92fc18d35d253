// TOK-11: servers that list Basic and read the secret in the body only: asked so once, and remembered.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, type EngineOptions, memoryStore, type Store } from '../../index.ts';
import { DpopWorld } from '../support/dpop.ts';
import { callTool, everythingTold, failureOf, standing, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

const secret = 'secret-of-the-client';
const refusal: Answer = { status: 401, body: { error: 'invalid_client' } };

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.documents.a['token_endpoint_auth_methods_supported'] = ['client_secret_basic', 'client_secret_post'];
  world.documents.a['revocation_endpoint'] = undefined;
  readsBodyOnly('/token');
  world.script('a POST /register', ({ body }) => ({
    status: 201,
    body: { ...JSON.parse(body), client_id: `client-${registrations()}`, client_secret: secret },
  }));
});
afterEach(() => world.close());

/** A knows no client that uses Basic at this endpoint. */
function readsBodyOnly(
  path: '/token' | '/par' | '/device',
  otherwise?: (one: Received) => Answer | undefined,
) {
  world.script(`a POST ${path}`, (one) => (one.headers['authorization'] ? refusal : otherwise?.(one)));
}

const registrations = () => world.requests('a', 'POST', '/register').length;
const sent = (path = '/token') => world.requests('a', 'POST', path);
const methodOf = ({ headers, form }: Received) =>
  headers['authorization'] ? 'basic' : form.has('client_secret') ? 'post' : 'none';
const methods = (path?: string) => sent(path).map(methodOf);
const byHand = (more: Partial<NonNullable<ClientOptions['preRegistered']>[number]> = {}) => ({
  client: {
    name: 'tests',
    preRegistered: [{ issuer: world.origins.a, clientId: 'by-hand', clientSecret: secret, ...more }],
  },
});

/** All that a request carries but its authentication. */
function rest({ form }: Received | undefined = sent()[0] as Received): Readonly<Record<string, string>> {
  const { client_id: _, client_secret: __, ...others } = Object.fromEntries(form);
  return others;
}

describe('a client whose Basic is refused', () => {
  it.each<[string, () => Partial<EngineOptions>]>([
    ['registered dynamically', () => ({})],
    ['pre-registered, without a method', () => byHand()],
  ])('TOK-11: sends the same request with the secret in the body: %s', async (_what, options) => {
    const test = testEngine(world.resource, options());
    expect((await callTool(test.session, 'any')).status).toBe(200);
    expect(methods()).toEqual(['basic', 'post']);
    expect(rest(sent()[1])).toEqual(rest(sent()[0]));
    expect(sent()[1]?.form.get('client_secret')).toBe(secret);
    // Nobody was asked twice, and no client was replaced.
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    expect(registrations()).toBeLessThan(2);
    const others = world.received.filter(({ path }) => path !== '/token');
    expect(
      JSON.stringify(others.map(({ headers, body, query }) => [headers, body, [...query]])),
    ).not.toContain(secret);
    expect(everythingTold(test)).not.toContain(secret);
  });

  it.each<[string, () => Partial<EngineOptions>]>([
    ['registered dynamically', () => ({})],
    ['pre-registered, without a method', () => byHand()],
  ])('TOK-11: begins with what worked: %s', async (_what, options) => {
    const store = memoryStore();
    const { session, engine } = testEngine(world.resource, { store, ...options() });
    await callTool(session, 'any');
    const before = sent().length;
    // A refresh, a login for more in the same session, and both after a restart.
    world.expireAccessTokens();
    await callTool(session, 'any');
    await session.login({ scopes: ['write'] });
    await engine.dispose();
    const later = testEngine(world.resource, { store, ...options() }).session;
    world.expireAccessTokens();
    await callTool(later, 'any');
    await later.login({ scopes: ['admin'] });
    expect(methods().slice(before)).toEqual(Array(4).fill('post'));
  });

  it('TOK-11: of a dynamic registration all sessions know what worked for one', async () => {
    const home = memoryStore();
    const written: string[] = [];
    const put: Store['put'] = (key, ...of) => {
      written.push(key);
      return home.put(key, ...of);
    };
    const store = { ...home, put };
    await testEngine(world.resource, { store }).session.login();
    const { engine } = testEngine(world.resource, { store });
    await engine.session({ resource: world.resource, subject: 'another' }).login();
    expect(methods()).toEqual(['basic', 'post', 'post']);
    // Once when it was registered, and once when it was found out what works.
    expect(written.filter((key) => key.startsWith('registration:'))).toHaveLength(2);
    const [record] = await textsOf(store, 'registration:');
    expect(JSON.parse(record ?? '{}')).toMatchObject({ v: 1, client: { authMethod: 'client_secret_post' } });
  });

  it('TOK-11: a server that changes its mind is met by a refresh, too', async () => {
    world.scripts.delete('a POST /token');
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store });
    await callTool(session, 'any');
    readsBodyOnly('/token');
    for (let times = 0; times < 2; times += 1) {
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    expect(methods()).toEqual(['basic', 'basic', 'post', 'post']);
    expect(rest(sent()[2])).toEqual(rest(sent()[1]));
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    const [record] = await textsOf(store, 'registration:');
    expect(record).toContain('client_secret_post');
  });

  it('TOK-11: a registration that cannot be stored again spoils no login', async () => {
    const home = memoryStore();
    let isFull = false;
    const put: Store['put'] = async (key, ...of) => {
      if (isFull && key.startsWith('registration:')) throw new Error('full');
      if (key.startsWith('registration:')) isFull = true;
      return home.put(key, ...of);
    };
    const { session } = testEngine(world.resource, { store: { ...home, put } });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(methods()).toEqual(['basic', 'post']);
  });

  it.each<[string, { readonly client?: object; readonly issuer?: string }]>([
    ['another client', { client: { clientId: 'of a sibling' } }],
    ['S06: another issuer', { issuer: 'https://other.example' }],
  ])('TOK-11, BIND-1: the record of %s is left alone', async (_what, changes) => {
    const store = memoryStore();
    let key = '';
    const { session } = testEngine(world.resource, { store });
    world.script('a POST /token', async (one) => {
      if (one.headers['authorization']) return refusal;
      [key = ''] = await store.list('registration:');
      const before = await store.get(key);
      const record = JSON.parse(before?.text ?? '{}');
      const other = { ...record, ...changes, client: { ...record.client, ...changes.client } };
      await store.put(key, JSON.stringify(other), before?.version);
      return undefined;
    });
    await session.login();
    const record = JSON.parse((await store.get(key))?.text ?? '{}');
    expect(record).toMatchObject({ ...changes, client: { authMethod: 'client_secret_basic' } });
  });

  it('TOK-11: the secret of a function is asked for once for both', async () => {
    let asked = 0;
    const clientSecret = async () => {
      asked += 1;
      return secret;
    };
    await testEngine(world.resource, byHand({ clientSecret })).session.login();
    expect([methods(), asked]).toEqual([['basic', 'post'], 1]);
  });
});

describe('a client that is refused for good', () => {
  it('TOK-11, REG-3: a method that the host has named is never changed', async () => {
    const { session } = testEngine(world.resource, byHand({ authMethod: 'client_secret_basic' }));
    await expect(session.login()).rejects.toMatchObject({ code: 'client_refused' });
    expect(methods()).toEqual(['basic']);
  });

  it('TOK-11, REG-3: nor one that the host names later', async () => {
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store, ...byHand() });
    await session.login();
    world.script('a POST /token', () => undefined);
    const named = byHand({ authMethod: 'client_secret_basic' });
    await testEngine(world.resource, { store, ...named }).session.login({ scopes: ['write'] });
    expect(methods()).toEqual(['basic', 'post', 'basic']);
  });

  it('TOK-11, BIND-2: what worked for another client says nothing', async () => {
    const store = memoryStore();
    await testEngine(world.resource, { store, ...byHand() }).session.login();
    world.script('a POST /token', () => undefined);
    const options = { store, ...byHand({ clientId: 'another' }) };
    await testEngine(world.resource, options).session.login({ scopes: ['write'] });
    expect(methods()).toEqual(['basic', 'post', 'basic']);
  });

  it('TOK-11, R10, R12: where both are refused the client is replaced, once, and that is all', async () => {
    world.script('a POST /token', () => refusal);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({ oauthError: 'invalid_client', status: 401 });
    expect(methods()).toEqual(['basic', 'post', 'basic', 'post']);
    expect(registrations()).toBe(2);
    expect(standing(session)).toBe('failed.resting: client_refused in authorizing, reregister');
  });

  it.each<[string, Answer, readonly string[]]>([
    ['another error', { status: 400, body: { error: 'invalid_request' } }, []],
    ['an outage', { status: 503, body: { error: 'invalid_client' } }, []],
    ['a server that lists Basic only', refusal, ['client_secret_basic']],
  ])('TOK-11: nothing is sent again after %s', async (_what, answer, listed) => {
    if (listed.length > 0) world.documents.a['token_endpoint_auth_methods_supported'] = listed;
    world.script('a POST /token', () => answer);
    await failureOf(testEngine(world.resource, byHand()).session.login());
    expect(methods()).toEqual(['basic']);
  });

  it('TOK-3, L05: an echo of the secret is told by neither answer', async () => {
    world.script('a POST /token', ({ headers }) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `${headers['authorization'] ?? ''} ${secret}` },
    }));
    const test = testEngine(world.resource, byHand());
    const error = await failureOf(test.session.login());
    expect(JSON.stringify(error.toFailure()) + everythingTold(test)).not.toContain(secret);
  });
});

describe('every request of a client', () => {
  it('TOK-11, EXT-1: client credentials', async () => {
    readsBodyOnly('/token', ({ form }) => ({ body: world.mint('a', form.get('scope') ?? '', 'by-hand') }));
    const { client } = byHand();
    const options = { client: { ...client, grant: { kind: 'client-credentials' } as const } };
    const { session } = testEngine(world.resource, options);
    expect((await callTool(session, 'any')).status).toBe(200);
    await session.login({ scopes: ['write'] });
    expect(methods()).toEqual(['basic', 'post', 'post']);
  });

  it('TOK-11, EXT-6: a device is not refused at each poll', async () => {
    world.documents.a['device_authorization_endpoint'] = `${world.origins.a}/device`;
    world.script('a POST /device', () => ({
      body: {
        device_code: 'device-code',
        user_code: 'ABCD',
        verification_uri: `${world.origins.a}/activate`,
        interval: 0.01,
      },
    }));
    readsBodyOnly('/token', () =>
      sent().length < 4
        ? { status: 400, body: { error: 'authorization_pending' } }
        : { body: world.mint('a', 'read', 'device') },
    );
    const store = memoryStore();
    const grant = { kind: 'device', show: () => {} } as const;
    await testEngine(world.resource, { store, client: { name: 'tests', grant } }).session.login();
    expect(methods('/device')).toEqual(['basic']);
    expect(methods()).toEqual(['basic', 'post', 'post', 'post']);
    expect((await textsOf(store, 'registration:')).join()).toContain('client_secret_post');
  });

  it('TOK-11, EXT-6: the request for a device code', async () => {
    world.documents.a['device_authorization_endpoint'] = `${world.origins.a}/device`;
    readsBodyOnly('/device', () => ({
      body: {
        device_code: 'device-code',
        user_code: 'ABCD',
        verification_uri: `${world.origins.a}/activate`,
        interval: 0.01,
      },
    }));
    readsBodyOnly('/token', () => ({ body: world.mint('a', 'read', 'device') }));
    const store = memoryStore();
    const grant = { kind: 'device', show: () => {} } as const;
    await testEngine(world.resource, { store, client: { name: 'tests', grant } }).session.login();
    expect([methods('/device'), methods()]).toEqual([['basic', 'post'], ['post']]);
    expect((await textsOf(store, 'registration:')).join()).toContain('client_secret_post');
  });

  it('TOK-11, AUTHZ-2: a pushed request', async () => {
    world.documents.a['pushed_authorization_request_endpoint'] = `${world.origins.a}/par`;
    world.documents.a['require_pushed_authorization_requests'] = true;
    let pushed = new URLSearchParams();
    readsBodyOnly('/par', ({ form }) => {
      pushed = form;
      return { status: 201, body: { request_uri: 'urn:example:1', expires_in: 60 } };
    });
    world.script('a GET /authorize', (one) => world.correctly({ ...one, query: pushed }));
    const store = memoryStore();
    await testEngine(world.resource, { store }).session.login();
    expect([methods('/par'), methods()]).toEqual([['basic', 'post'], ['post']]);
    expect(rest(sent('/par')[1])).toEqual(rest(sent('/par')[0]));
    expect((await textsOf(store, 'registration:')).join()).toContain('client_secret_post');
  });

  it('TOK-11, EXT-5: has a proof of its own each time, and nonces are answered by either way', async () => {
    const dpop = new DpopWorld(world);
    dpop.nonces.set('a', 'nonce-1');
    world.script('a POST /token', (one) => (one.headers['authorization'] ? refusal : dpop.atToken(one)));
    const client = { name: 'tests', dpop: 'required' } as const;
    expect((await callTool(testEngine(world.resource, { client }).session, 'any')).status).toBe(200);
    const proofs = sent().map(({ headers }) => headers['dpop']);
    expect(new Set(proofs).size).toBe(proofs.length);
    expect(methods()).toEqual(['basic', 'post', 'post']);
  });
});

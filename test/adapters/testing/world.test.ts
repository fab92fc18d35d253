// A login in a test world: the engine in it, what a test does to it, what it has written down, and what it expects.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestWorld, faults, type TestWorld, type TestWorldOptions } from '../../../adapters/testing.ts';
import {
  createAuthEngine,
  type Engine,
  type EngineOptions,
  hostUserAgent,
  memoryStore,
  type Session,
} from '../../../index.ts';
import { failureOf, personsTurn } from '../../support/engine.ts';
import { authorized, exchanged, registered, sent, tokens } from './rawClient.ts';

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
  vi.useRealTimers();
});

interface Started {
  readonly world: TestWorld;
  readonly session: Session;
  readonly call: () => Promise<number>;
}

function start(options: TestWorldOptions = {}, given: Partial<EngineOptions> = {}): Started {
  const world = createTestWorld(options);
  const engine = createAuthEngine({
    ...world.engineOptions,
    client: { name: 'My app' },
    policy: { interaction: 'auto' },
    ...given,
  });
  engines.push(engine);
  const session = engine.session({ resource: world.resource });
  return { world, session, call: async () => (await session.fetch(world.resource)).status };
}

describe('a world outlives its engines', () => {
  it('after a restart the login of before is found in the store, or made anew where nothing was stored', async () => {
    const world = createTestWorld();
    const options = { ...world.engineOptions, client: { name: 'My app' }, store: memoryStore() };
    const restarted = (given: EngineOptions): Session => {
      const engine = createAuthEngine(given);
      engines.push(engine);
      return engine.session({ resource: world.resource });
    };
    await restarted(options).login();
    await engines[0]?.dispose();
    expect((await restarted(options).fetch(world.resource)).status).toBe(200);
    await engines[1]?.dispose();
    world.expectLogins(1);
    await restarted({ ...options, store: memoryStore() }).login();
    world.expectLogins(2);
    world.expectNoMistakes();
  });

  it('and another engine logs in while one that waits for the person is disposed of', async () => {
    const { world, session } = start();
    world.person.leaves();
    const left = failureOf(session.login());
    await personsTurn(session);
    await engines[0]?.dispose();
    expect(await left).toMatchObject({ code: 'cancelled' });
    const other = createAuthEngine({ ...world.engineOptions, client: { name: 'My app' } });
    engines.push(other);
    await other.session({ resource: world.resource }).login();
    world.expectLogins(2);
  });

  it('until it is closed', async () => {
    const { world, session } = start();
    world.person.leaves();
    const left = failureOf(session.login());
    await personsTurn(session);
    await world.close();
    expect(await left).toMatchObject({ code: 'cancelled' });
  });
});

describe('a login', () => {
  it('ends with an answer, in few requests, without a mistake', async () => {
    const { world, call } = start();
    expect(await call()).toBe(200);
    expect(world.requests.map(({ to, step, status }) => `${to} ${step} ${status}`)).toEqual([
      'resource call 401',
      'resource resource-metadata 200',
      'a server-metadata 200',
      'a registration 201',
      'a authorization 302',
      'a token 200',
      'resource call 200',
    ]);
    world.expectLogins(1);
    world.expectRefreshes(0);
    world.expectScopes(['read']);
    world.expectNoMistakes();
    world.expectNothingCrossed();
  });

  it('is that of a published document where the client has one', async () => {
    const metadataUrl = 'https://app.example/client.json';
    const { world, call } = start({}, { client: { name: 'My app', metadataUrl } });
    world.publish(metadataUrl, {
      client_id: metadataUrl,
      client_name: 'Mine',
      redirect_uris: ['http://127.0.0.1/callback'],
    });
    expect(await call()).toBe(200);
    expect(world.requests.some(({ step }) => step === 'registration')).toBe(false);
    expect(world.person.logins[0]?.client).toBe('Mine');
    world.expectNoMistakes();
  });

  it('of a client by itself, at a server that does not register any', async () => {
    const client = { clientId: 'service-account', clientSecret: 'secret of the service' };
    const { world, session, call } = start(
      { servers: { a: { clients: [client], registration: false, metadata: 'openid', path: '/tenant' } } },
      {
        client: {
          name: 'Service',
          grant: { kind: 'client-credentials' },
          preRegistered: [{ issuer: 'https://a.test/tenant', ...client }],
        },
      },
    );
    await session.login();
    expect(await call()).toBe(200);
    world.expectLogins(0);
    world.expectNoMistakes();
    world.expectNoSecretIn(world.describe());
  });

  it('of a web server, whose route gets the response', async () => {
    const world = createTestWorld();
    const engine: Engine = createAuthEngine({
      ...world.engineOptions,
      client: { name: 'Gateway' },
      userAgent: hostUserAgent({
        redirectUri: 'https://app.example/callback',
        present: ({ session, url }) =>
          void world.person
            .opens(url)
            .then((back) => engine.complete(back ?? '', { subject: session.subject })),
      }),
    });
    engines.push(engine);
    for (const subject of ['ada', 'ben']) await engine.session({ resource: world.resource, subject }).login();
    world.expectLogins(2);
    world.expectNoMistakes();
  });

  it('on another device, with time that passes by itself', async () => {
    const show = ({ userCode }: { readonly userCode: string }): void => {
      world.person.consents({ after: 12_000 });
      void world.person.enters(userCode);
    };
    const { world, session, call } = start({}, { client: { name: 'TV', grant: { kind: 'device', show } } });
    await world.clock.passUntil(session.login());
    expect(await call()).toBe(200);
    world.expectNoMistakes();
  });
});

describe('the person', () => {
  it('denies one login, and consents to the next', async () => {
    const { world, session } = start();
    world.person.denies();
    expect(await failureOf(session.login())).toMatchObject({ code: 'access_denied' });
    await session.login();
    expect(world.person.logins.map(({ decision }) => decision)).toEqual(['denies', 'consents']);
  });

  it('leaves, and the login ends when its time is over', async () => {
    const { world, session } = start();
    world.person.leaves();
    const failure = failureOf(session.login());
    await personsTurn(session);
    await world.clock.pass(10 * 60_000);
    expect((await failure).code).toBe('login_timed_out');
  });

  it('takes a while, by the clock of the world', async () => {
    const { world, session } = start();
    world.person.consents({ after: 60_000 });
    const login = session.login();
    await personsTurn(session);
    await world.clock.pass(59_000);
    expect(session.snapshot.hasTag('needsUser')).toBe(true);
    await world.clock.pass(1_000);
    await login;
  });

  it('allows less than is asked for', async () => {
    const { world, session } = start({ resources: { resource: { needs: [] } } });
    world.person.consents({ to: ['read'] });
    await session.login({ scopes: ['read', 'write'] });
    world.expectScopes(['read']);
  });

  it('usually does what a test says', async () => {
    const { world, session } = start();
    world.person.usually = 'denies';
    for (const _ of [1, 2]) expect((await failureOf(session.login())).code).toBe('access_denied');
  });

  it('is shown what is wrong with a request, and the client hears of it', async () => {
    const { world, session } = start();
    await session.login();
    world.forgetClients();
    const page = session.login({ again: true, scopes: ['write'] });
    const failure = await failureOf(page);
    expect(failure.code).toBe('user_agent_failed');
    expect(failure.message).toContain('a has forgotten this client.');
    await expect(world.person.opens('https://a.test/authorize')).rejects.toThrow('There is no client_id');
  });
});

describe('what a test does', () => {
  it('expires tokens: the client renews, and nobody is asked', async () => {
    const { world, call } = start();
    await call();
    world.expireAccessTokens('b');
    world.expireAccessTokens('a');
    expect(await call()).toBe(200);
    world.expectRefreshes(1);
    world.expectLogins(1);
  });

  it('lets time pass: the same', async () => {
    const { world, call } = start({ accessTokenLifetime: 3_600_000, start: 1_800_000_000_000 });
    await call();
    expect(new Date(world.clock.now()).getUTCFullYear()).toBe(2027);
    await world.clock.pass(3_600_000);
    expect(await call()).toBe(200);
    world.expectRefreshes(1);
  });

  it('revokes, forgets, moves and asks for more: the client follows, and nothing crosses', async () => {
    const { world, call } = start();
    await call();
    world.revokeGrants();
    expect(await call()).toBe(200);
    world.askForScopes(['write']);
    expect(await call()).toBe(200);
    world.expectScopes(['write', 'read']);
    world.moveResource('b');
    expect(await call()).toBe(200);
    world.expectNothingCrossed();
    world.expectNoMistakes();
    expect(world.requests.at(-1)?.headers['authorization']).toMatch(/^Bearer <access token \d of b>$/);
  });

  it('takes a server down and brings it back', async () => {
    const { world, session } = start();
    world.goDown('a', { status: 503, retryAfter: 1 });
    expect((await failureOf(session.login())).recovery).toBe('retry-later');
    world.goDown('a');
    expect((await failureOf(session.login())).recovery).toBe('retry-later');
    expect(world.describe()).toMatch(/no answer$/m);
    world.comeBack('a');
    await session.login();
  });

  it.each<[string, (world: TestWorld) => unknown]>([
    ['a server', (world) => world.moveResource('c')],
    ['a resource', (world) => world.moveResource('a', 'other')],
    ['tokens', (world) => world.expireAccessTokens('resource')],
    ['an outage', (world) => world.goDown('c')],
    ['a return', (world) => world.comeBack('c')],
    ['scopes', (world) => world.askForScopes(['admin'])],
    ['an address', (world) => world.urlOf('c')],
    ['a misbehaviour', (world) => world.misbehave({ to: 'c' }, () => new Response())],
    ['a wait', (world) => world.person.consents({ after: -1 })],
  ])('is refused where nobody has this name: %s', (_what, trick) => {
    expect(() => trick(createTestWorld())).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });

  it.each<[string, unknown]>([
    ['a name with a mistake', { server: {} }],
    ['no server', { servers: {} }],
    ['a name that is no host', { servers: { 'a b': {} } }],
    ['one name twice', { servers: { a: {} }, resources: { a: {} } }],
    ['a server that is not there', { resources: { resource: { servers: ['z'] } } }],
    ['a path that is none', { servers: { a: { path: 'tenant' } } }],
    ['scopes with spaces', { scopes: ['read write'] }],
    ['no time', { accessTokenLifetime: 0 }],
    ['a client without an id', { servers: { a: { clients: [{}] } } }],
  ])('options are judged: %s', (_what, options) => {
    expect(() => createTestWorld(options as TestWorldOptions)).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  });
});

describe('what was sent', () => {
  it('is written down with names in the place of secrets; the whole is in raw, which is not printed', async () => {
    const { world, call } = start();
    await call();
    const token = world.requests.find(({ step }) => step === 'token');
    expect(token?.body).toContain('code=<code 1 of a>');
    expect(token?.body).toContain('code_verifier=<verifier 1 of a>');
    expect(token?.raw.body).toMatch(/code=code-1-of-a-/);
    world.expectNoSecretIn(world.describe());
    world.expectNoSecretIn(world.requests);
    expect(() => world.expectNoSecretIn(token?.raw)).toThrow(
      'The text holds <code 1 of a>, <verifier 1 of a>',
    );
    expect(JSON.stringify(world.requests)).not.toContain('"raw"');
  });

  const percent = (text: string): string =>
    [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
  const base64url = (text: string): string =>
    btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const encodings: Readonly<Record<string, (secret: string) => string>> = {
    'as it is': (secret) => `token=${secret}.`,
    'percent-encoded, each character': percent,
    'in Basic credentials': (secret) => `Basic ${btoa(`id:${secret}`)}`,
    'in Basic credentials of another length': (secret) => `Basic ${btoa(`my-id:${secret}`)}`,
    'in Basic credentials in base64url': (secret) => `Basic ${base64url(`a?>~id:${secret}`)}`,
    'in Basic credentials in a URL': (secret) =>
      `https://x.test/?h=${encodeURIComponent(`Basic ${btoa(`id:${secret}`)}`)}`,
    'in Basic credentials, percent-encoded': (secret) => percent(`Basic ${btoa(`id:${secret}`)}`),
    'in base64 in a path': (secret) => `/a/b/${btoa(`id:${secret}`)}/c`,
  };

  it.each(Object.entries(encodings))('a secret is found %s, and masked', async (_how, encode) => {
    const { world, call } = start();
    await call();
    const secret = new URLSearchParams(world.requests.find(({ step }) => step === 'token')?.raw.body).get(
      'code_verifier',
    );
    const text = encode(secret ?? '');
    expect(() => world.expectNoSecretIn(text)).toThrow('The text holds <verifier 1 of a>.');
    expect(() => world.expectNoSecretIn({ log: [text] })).toThrow('The text holds <verifier 1 of a>.');
    await world.fetch(world.resource, { headers: { 'x-log': text } });
    expect(world.requests.at(-1)?.headers['x-log']).toContain('<verifier 1 of a>');
    world.expectNoSecretIn(world.requests);
    world.expectNoSecretIn(world.describe());
    expect(() => world.expectNothingCrossed()).toThrow('1 credential went');
    world.expectNoSecretIn(encode('no secret of this world'));
  });

  it.each([
    [(token: string) => token, '(<access token 1 of a>)'],
    [(token: string) => `Bearer ${token}`, '(Bearer <access token 1 of a>)'],
    [(token: string) => `Bearer  ${token}`, '(Bearer  <access token 1 of a>)'],
    [() => 'short', '(<short secret>)'],
    [() => 'Bearer short', '(Bearer <short secret>)'],
    [() => 'Bearer <short', '(Bearer <short secret>)'],
  ])('a credential is named whether or not it has a scheme (%#)', async (headerOf, shown) => {
    const { world, session, call } = start();
    await call();
    expect(session.explain().grant).toBeDefined();
    const token = world.requests.at(-1)?.raw.headers['authorization']?.replace('Bearer ', '') ?? '';
    await world.fetch(world.resource, { headers: { authorization: headerOf(token) } });
    expect(world.describe().split('\n').at(-1)).toContain(shown);
  });

  it('marks secrets that nobody here has issued, wherever they stand', async () => {
    const world = createTestWorld();
    await world.fetch(world.resource, {
      headers: { authorization: 'Bearer token-of-another-world', cookie: 'session=of-another' },
    });
    await world.fetch(world.resource, { headers: { authorization: `Basic ${btoa('somebody:password')}` } });
    await tokens(world, { client_id: 'x', code: 'code of another', client_secret: 'a secret/with+signs' });
    const text = world.describe() + JSON.stringify(world.requests);
    for (const secret of [
      'token-of-another',
      'of-another',
      btoa('somebody:password'),
      'code of',
      'with+signs',
      'with%2Bsigns',
    ])
      expect(text).not.toContain(secret);
    expect(text).toContain('<unknown token 1>');
    world.expectNothingCrossed();
  });

  it('marks short ones by the place where they stand', async () => {
    const world = createTestWorld({
      servers: { a: { clients: [{ clientId: 'me', clientSecret: 'pssst' }] } },
    });
    await world.fetch(world.resource, { headers: { authorization: 'Bearer tiny', cookie: 'a=1' } });
    await tokens(world, {
      client_id: 'me',
      code: 'c0de',
      client_secret: 'pssst',
      grant_type: 'client_credentials',
    });
    await world.fetch(`https://a.test/authorize?state=st8&client_id=me`);
    const text = world.describe() + JSON.stringify(world.requests);
    for (const secret of ['tiny', 'a=1', 'c0de', 'pssst', 'st8']) expect(text).not.toContain(secret);
    expect(text).toContain('client_id=me');
  });

  it('says that a function of the test has failed, and takes it for no fault of the network', async () => {
    const { world, session } = start();
    world.misbehave({ step: 'server-metadata' }, () => {
      throw new Error('a mistake of mine');
    });
    expect((await failureOf(session.login())).code).toBe('server_unavailable');
    expect(world.describe()).toContain('→ 500: The test’s own code failed: a mistake of mine');
  });

  it('says on one line why something was refused', async () => {
    const world = createTestWorld();
    await exchanged(world, (await registered(world))['client_id'], { code_verifier: 'w'.repeat(43) });
    expect(world.describe().split('\n').at(-1)).toMatch(
      /^3\. a POST \/token .*code=<code 1 of a>.* → 400: The code_verifier does not fit the code_challenge\.$/,
    );
  });
});

describe('what a test expects', () => {
  const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } });
  const two = () => createTestWorld({ resources: { resource: {}, other: { servers: ['b'] } } });

  it.each<[string, string, (world: TestWorld) => Promise<unknown>]>([
    [
      'an access token at another resource',
      '<access token 1 of a> belongs to a, resource',
      async (world) => {
        const { json } = await exchanged(world, (await registered(world))['client_id']);
        await sent(world, world.urlOf('other'), bearer(json['access_token']));
      },
    ],
    [
      'a refresh token at another server',
      '<refresh token 1 of a> belongs to a',
      async (world) => {
        const { json } = await exchanged(world, (await registered(world))['client_id']);
        await tokens(
          world,
          { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) },
          'b',
        );
      },
    ],
    [
      'a code and its verifier at another server',
      '<verifier 1 of a> belongs to a',
      async (world) => {
        const { back } = await authorized(world, (await registered(world))['client_id']);
        await tokens(world, { code: back.get('code') ?? '' }, 'b');
      },
    ],
    [
      'a client id at another server',
      'client-id-1-of-a',
      async (world) => authorized(world, (await registered(world))['client_id'], {}, 'b'),
    ],
    [
      'a client secret at another server, as Basic',
      '<client secret 1 of a> belongs to a',
      async (world) => {
        const { client_id, client_secret } = await registered(world, 'a', {
          token_endpoint_auth_method: 'client_secret_basic',
        });
        const headers = { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` };
        await tokens(world, { grant_type: 'client_credentials' }, 'b', { headers });
      },
    ],
    [
      'a token at a host outside the world',
      'elsewhere GET https://thief.example/',
      async (world) => {
        const { json } = await exchanged(world, (await registered(world))['client_id']);
        await world.fetch('https://thief.example/', bearer(json['access_token'])).catch(() => {});
      },
    ],
    [
      'a registration token at another server',
      '<registration token 1 of a> belongs to a',
      async (world) => {
        const { registration_access_token } = await registered(world);
        await sent(world, 'https://b.test/register/x', bearer(registration_access_token));
      },
    ],
  ])('finds %s', async (_what, evidence, cross) => {
    const world = two();
    await cross(world);
    expect(() => world.expectNothingCrossed()).toThrow(evidence);
    expect(() => world.expectNothingCrossed()).toThrow(/went where they do not belong/);
  });

  it('counts, and shows what it has counted', async () => {
    const { world, call } = start();
    await call();
    world.expireAccessTokens();
    await call();
    expect(() => world.expectLogins(0)).toThrow(
      '0 logins expected, and the person was asked 1 time.\n  My app at a, for read: consents',
    );
    expect(() => world.expectRefreshes(2)).toThrow(
      /^2 refreshes expected, and there were 1\.\n {2}\d+\. a POST \/token/,
    );
    expect(() => world.expectScopes(['write'])).toThrow(
      'A token for write expected, and the newest one is for read.',
    );
    expect(() => createTestWorld().expectScopes(['write'])).toThrow('none was issued');
  });

  it('finds the mistakes of a client', async () => {
    const world = createTestWorld();
    await authorized(world, 'nobody');
    expect(() => world.expectNoMistakes()).toThrow(
      /would not have sent 1 request\.\n {2}1\. a GET \/authorize/,
    );
  });
});

describe('fetch without a port', () => {
  it('rejects for any other host, as a name that leads nowhere', async () => {
    const world = createTestWorld();
    await expect(world.fetch('https://elsewhere.example/')).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ENOTFOUND' },
    });
    expect(world.requests[0]).toMatchObject({ to: 'elsewhere', status: undefined });
  });

  it('follows redirects as a platform does, or not', async () => {
    const world = createTestWorld();
    world.misbehave({ to: 'resource', step: 'call' }, ({ raw }) => {
      return new Response(null, { status: Number(raw.body), headers: { location: 'https://a.test/token' } });
    });
    const init = { method: 'POST', headers: { authorization: 'Bearer x', 'content-type': 'text/plain' } };
    expect((await world.fetch(world.resource, { ...init, body: '307' })).url).toBe('https://a.test/token');
    expect(world.requests.at(-1)).toMatchObject({ method: 'POST', body: '307' });
    expect(world.requests.at(-1)?.headers).not.toHaveProperty('authorization');
    expect((await world.fetch(world.resource, { ...init, body: '303' })).status).toBe(405);
    expect(world.requests.at(-1)).toMatchObject({ method: 'GET', body: '' });
    expect((await world.fetch(world.resource, { ...init, body: '302', redirect: 'manual' })).status).toBe(
      302,
    );
    await expect(world.fetch(world.resource, { ...init, body: '302', redirect: 'error' })).rejects.toThrow(
      'fetch failed',
    );
    world.misbehave(
      { to: 'resource' },
      () => new Response(null, { status: 302, headers: { location: world.resource } }),
    );
    await expect(world.fetch(world.resource)).rejects.toThrow('fetch failed');
  });

  it('ends by its signal, whatever the server does', async () => {
    const world = createTestWorld();
    world.misbehave({}, () => new Promise<Response>(() => {}));
    const reason = new Error('enough');
    await expect(world.fetch(world.resource, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const waiting = world.fetch(world.resource, { signal: stop.signal });
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('ends when the world is closed', async () => {
    const world = createTestWorld();
    world.misbehave({}, () => faults.hang);
    const waiting = world.fetch(world.resource);
    await world.close();
    await expect(waiting).rejects.toThrow('fetch failed');
    await expect(world.fetch(world.resource)).rejects.toThrow('fetch failed');
  });

  it('brings the answer of the app that a resource serves', async () => {
    const { session, call } = start({
      resources: { resource: { serve: ({ method }) => new Response(method, { status: 207 }) } },
    });
    expect(await call()).toBe(207);
    expect(await (await session.fetch(session.id.resource, { method: 'PUT', body: 'x' })).text()).toBe('PUT');
  });
});

describe('the clock', () => {
  it('runs, also where a test runner has stopped its timers', async () => {
    vi.useFakeTimers();
    const { world, call } = start();
    const before = world.clock.now();
    expect(await call()).toBe(200);
    await world.clock.pass(1000);
    expect(world.clock.now() - before).toBeGreaterThanOrEqual(1000);
    expect(world.clock.now() - before).toBeLessThan(60_000);
  });

  it('wakes those who sleep, at the end of their time or by their signal', async () => {
    const { clock } = createTestWorld();
    const stop = new AbortController();
    const order: string[] = [];
    const sleepers = [
      clock.sleep(60_000, stop.signal).then(() => order.push('long')),
      clock.sleep(10_000, new AbortController().signal).then(() => order.push('short')),
    ];
    expect((clock.next ?? 0) - clock.now()).toBeLessThanOrEqual(10_000);
    await clock.pass(10_000);
    expect(order).toEqual(['short']);
    stop.abort();
    await Promise.all(sleepers);
    await clock.sleep(60_000, AbortSignal.abort());
    expect(clock.next).toBeUndefined();
  });

  it('passes on failures of the work that it waits for', async () => {
    const { clock } = createTestWorld();
    await expect(clock.passUntil(Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
  });
});

// Grants with no person: a client that speaks for itself, by a secret or a key, and a workload by its own assertion.
import {
  exportPKCS8,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AuthError,
  type EngineOptions,
  type GrantOptions,
  memoryStore,
  type PreRegisteredClient,
  type PrivateKey,
} from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  standing,
  type TestEngine,
  testEngine,
  testHost,
} from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const authorized = 'authorized.renewal.fresh authorized.stepUp.settled';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  for (const place of ['a', 'b'] as const) {
    world.issueDirectly(place);
    world.documents[place]['token_endpoint_auth_methods_supported'] = [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ];
  }
});
afterEach(() => {
  vi.useRealTimers();
  return world.close();
});

const asked = (place: 'a' | 'b' = 'a'): readonly Received[] => world.requests(place, 'POST', '/token');

/** A client of A's that no person stands behind; `ask`, so that nothing may depend on one. */
function direct(
  own: Partial<PreRegisteredClient>,
  options: Partial<EngineOptions> = {},
  grant: GrantOptions = { kind: 'client-credentials' },
): TestEngine {
  const preRegistered = [{ issuer: world.origins.a, clientId: 'machine', ...own }];
  const client = { name: 'authchart tests', preRegistered, grant };
  return testEngine(world.resource, { client, policy: { interaction: 'ask' }, ...options });
}

const withSecret = (options: Partial<EngineOptions> = {}) =>
  direct({ clientSecret: 'machine-secret' }, options);

/** The statuses of so many requests, one after the other. */
async function statuses({ session }: TestEngine, count: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let at = 0; at < count; at += 1) all.push((await callTool(session, 'any')).status);
  return all;
}

/** What a failure says in all its ways, with all that was told besides. */
const saying = (failure: AuthError, engine: TestEngine): string =>
  [failure.message, failure.stack, failure.said, String(failure.cause), everythingTold(engine)].join('\n');

it('EXT-1, DISC-9: a server that does not speak of PKCE is used: there is no code to protect', async () => {
  delete world.documents.a['code_challenge_methods_supported'];
  const { session } = direct({ clientSecret: 'x' });
  await session.login();
  expect((await callTool(session, 'any')).status).toBe(200);
  // With codes it still is refused.
  const { session: other } = testEngine(world.resource);
  expect((await failureOf(other.login())).code).toBe('pkce_unsupported');
});

describe('a client with a secret', () => {
  const odd = 'p@ss:wörd +%&=/"';
  const fromForm = (text: string) => new URLSearchParams(`x=${text}`).get('x');
  const basic = ({ headers }: Received) =>
    Buffer.from(headers['authorization']?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':')
      .map(fromForm);
  const post = ({ form }: Received) => [form.get('client_id'), form.get('client_secret')];

  it.each<[string, readonly string[] | undefined, (sent: Received) => readonly (string | null)[]]>([
    ['client_secret_basic', ['client_secret_post', 'client_secret_basic'], basic],
    ['client_secret_post', ['client_secret_post', 'private_key_jwt'], post],
    ['the default, which is Basic,', undefined, basic],
  ])('EXT-1, TOK-11: asks with %s as the server offers it', async (_what, offered, credentials) => {
    world.documents.a['token_endpoint_auth_methods_supported'] = offered;
    for (const clientSecret of [odd, async () => odd]) {
      const { session } = direct({ clientId: 'odd id:1', clientSecret });
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    expect(asked().map(credentials)).toEqual([
      ['odd id:1', odd],
      ['odd id:1', odd],
    ]);
    const other = asked().map(({ form, headers }) =>
      credentials === basic ? form.get('client_secret') : headers['authorization'],
    );
    expect(other.every((one) => one === null || one === undefined)).toBe(true);
  });

  it('EXT-1, AUTHZ-2, AUTHZ-11: is asked for once, with resource and scopes, and no person is involved', async () => {
    // The metadata's own string, which is no longer what a URL parser makes of it.
    world.documents.resource['resource'] = world.resource;
    world.documents.resource['scopes_supported'] = ['read', 'list'];
    const { userAgent, presented } = testHost();
    const { session, states } = withSecret({ userAgent });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([METADATA, 'POST /token']);
    expect(Object.fromEntries(asked()[0]?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      resource: world.resource,
      scope: 'read list',
    });
    expect(presented).toEqual([]);
    expect(states()).not.toContain('authorizing.awaitingUser');
    expect(standing(session)).toBe(authorized);
  });

  it('EXT-1, SCOPE-3: offline_access is not asked for', async () => {
    world.documents.a['scopes_supported'] = ['read', 'offline_access'];
    await withSecret().session.login();
    expect(asked()[0]?.form.get('scope')).toBe('read');
  });

  it('EXT-1: a server without an authorization endpoint will do', async () => {
    delete world.documents.a['authorization_endpoint'];
    const { session } = withSecret();
    await session.login();
    expect(standing(session)).toBe(authorized);
  });

  it('EXT-1, REG-4: for a person it will not; nobody is registered there in vain', async () => {
    world.documents.a['token_endpoint_auth_methods_supported'] = ['none'];
    delete world.documents.a['authorization_endpoint'];
    const { session } = testEngine(world.resource);
    expect((await failureOf(session.login())).code).toBe('grant_impossible');
    expect(world.lines('a')).toEqual([METADATA]);
  });

  it('EXT-1, TOK-5: ten requests at the same time share one', async () => {
    const { session } = withSecret();
    const answers = await Promise.all(Array.from({ length: 10 }, () => callTool(session, 'any')));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    expect(asked()).toHaveLength(1);
  });

  it('EXT-1, TOK-8: when it is due it is asked for again, and nothing is refreshed', async () => {
    let later = 0;
    const { session } = withSecret({ now: () => Date.now() + later });
    await session.login();
    const first = await session.token();
    expect(session.explain().grant?.renewable).toBe(false);
    later = 301_000;
    const [second, third] = await Promise.all([session.token(), session.token()]);
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(asked().map(({ form }) => form.get('grant_type'))).toEqual([
      'client_credentials',
      'client_credentials',
    ]);
  });

  it('EXT-1, TOK-9: a 401 is answered with one more request, each time that it helps', async () => {
    const engine = withSecret();
    for (let round = 1; round <= 4; round += 1) {
      expect(await statuses(engine, 2)).toEqual([200, 200]);
      expect(asked()).toHaveLength(round);
      world.expireAccessTokens();
    }
  });

  it('EXT-1, TOK-9: a token that is never accepted surfaces, and is no storm', async () => {
    const engine = withSecret();
    await callTool(engine.session, 'any');
    world.script('resource POST /mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    }));
    const before = asked().length;
    expect(await statuses(engine, 1)).toEqual([401]);
    expect(asked()).toHaveLength(before + 1);
    expect(await statuses(engine, 6)).toEqual(Array<number>(6).fill(401));
    expect(asked().length).toBeLessThanOrEqual(before + 2);
    expect(standing(engine.session)).toBe('failed.resting: grant_not_accepted in authorizing, none');
  });

  it('EXT-1, TOK-7: an outage of the server, however often it is met, ends when the server is back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const engine = withSecret();
    await callTool(engine.session, 'any');
    const issue = world.scripts.get('a POST /token');
    world.script('a POST /token', () => ({ status: 503 }));
    world.expireAccessTokens();
    await vi.advanceTimersByTimeAsync(301_000);
    for (let round = 0; round < 4; round += 1) {
      expect((await failureOf(engine.session.token())).code).toBe('server_unavailable');
      await vi.advanceTimersByTimeAsync(120_000);
    }
    if (issue) world.scripts.set('a POST /token', issue);
    expect(await statuses(engine, 1)).toEqual([200]);
  });

  it('EXT-1: one that the server refuses is told as that, and is no storm', async () => {
    world.script('a POST /token', () => ({
      status: 401,
      body: { error: 'invalid_client', error_description: 'machine-secret is wrong' },
    }));
    const engine = withSecret();
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'client_refused', issuer: world.origins.a, status: 401 });
    // By both methods that the server lists (TOK-11).
    expect(asked()).toHaveLength(2);
    expect(saying(failure, engine)).not.toContain('machine-secret');
    expect(await statuses(engine, 6)).toEqual(Array<number>(6).fill(401));
    expect(asked().length).toBeLessThanOrEqual(4);
    expect(world.lines('a').filter((line) => line.includes('register'))).toEqual([]);
  });

  it('EXT-1, BIND-6: where the resource moves, the other server gets nothing', async () => {
    const { session } = withSecret();
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(standing(session)).toBe('rejected: bound_elsewhere in bindChecking, fix-config');
    expect(asked()).toHaveLength(1);
  });

  it('EXT-1, BIND-2: nor does a server that it was never registered at; nobody registers it there', async () => {
    world.moveTo('b');
    const { session } = withSecret();
    expect((await failureOf(session.login())).code).toBe('registration_impossible');
    expect(world.lines('b')).toEqual([METADATA]);
  });

  it.each([false, true])(
    'EXT-1, STEP-1, STEP-2: a step-up asks again, with the union, and no person; after a restart: %s',
    async (isRestarted) => {
      world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
      const store = memoryStore();
      const first = withSecret({ store });
      await callTool(first.session, 'any');
      if (isRestarted) await first.engine.dispose();
      const { session } = isRestarted ? withSecret({ store }) : first;
      expect((await callTool(session, 'write')).status).toBe(200);
      expect(asked().map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
      expect(world.requests('a', 'GET', '/authorize')).toEqual([]);
    },
  );

  it('EXT-1, STEP-4: a step-up that is not granted is not asked for again', async () => {
    world.needs = () => 'write';
    world.script('a POST /token', () => {
      const { refresh_token: _, ...body } = world.mint('a', 'read', '');
      return { body };
    });
    const engine = withSecret();
    expect(await statuses(engine, 4)).toEqual(Array<number>(4).fill(403));
    expect(asked().map(({ form }) => form.get('scope'))).toEqual(['read', 'read write']);
    expect(engine.session.explain().refusal?.code).toBe('scope_not_granted');
  });
});

describe('a client with a key', () => {
  /** A key of the client's in one of the shapes that a host may have it in, and the public half. */
  async function keyOf(algorithm: 'ES256' | 'RS256', shape: 'PEM' | 'CryptoKey') {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const key = shape === 'PEM' ? await exportPKCS8(privateKey) : privateKey;
    return { publicKey, own: { key, algorithm, keyId: 'key-1' } satisfies PrivateKey };
  }

  async function verify(
    { form, headers }: Received,
    key: CryptoKey,
  ): Promise<{ payload: JWTPayload; protectedHeader: ProtectedHeaderParameters }> {
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect([form.has('client_secret'), headers['authorization']]).toEqual([false, undefined]);
    const who = { issuer: 'machine', subject: 'machine', audience: world.origins.a };
    return jwtVerify(form.get('client_assertion') ?? '', key, {
      ...who,
      requiredClaims: ['exp', 'iat', 'jti'],
      maxTokenAge: 60,
    });
  }

  it.each([
    ['PEM', 'ES256', false],
    ['PEM', 'RS256', false],
    ['CryptoKey', 'ES256', false],
    ['CryptoKey', 'RS256', false],
    ['PEM', 'ES256', true],
  ] as const)(
    'EXT-2, TOK-11: signs an assertion with a key as %s, %s, from a callback: %s',
    async (shape, algorithm, isCallback) => {
      const { own, publicKey } = await keyOf(algorithm, shape);
      const { session } = direct({ privateKey: isCallback ? async () => own : own });
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      const signed = await Promise.all(asked().map((one) => verify(one, publicKey)));
      expect(signed.map(({ protectedHeader: { alg, kid } }) => [alg, kid])).toEqual([
        [algorithm, 'key-1'],
        [algorithm, 'key-1'],
      ]);
      const [first, second] = signed.map(({ payload }) => payload);
      // One audience only: an assertion for several could be used at another of them.
      expect([first?.aud, first?.jti === second?.jti]).toEqual([world.origins.a, false]);
      expect((first?.exp ?? Infinity) - (first?.iat ?? 0)).toBeLessThanOrEqual(300);
      expect(asked()[0]?.form.get('grant_type')).toBe('client_credentials');
      expect(world.lines('a')).not.toContain('POST /register');
    },
  );

  const wrong: readonly [string, () => Promise<Partial<PreRegisteredClient>>][] = [
    [
      'a PEM text that is broken',
      async () => {
        const { own } = await keyOf('ES256', 'PEM');
        return { privateKey: { ...own, key: String(own.key).replace(/.{20}\n-----END/, '\n-----END') } };
      },
    ],
    [
      'a PEM text of another algorithm',
      async () => ({
        privateKey: { ...(await keyOf('RS256', 'PEM')).own, algorithm: 'ES256' },
      }),
    ],
    [
      'a callback with a public key',
      async () => ({ privateKey: async () => ({ key: (await keyOf('ES256', 'PEM')).publicKey }) }),
    ],
    [
      'a callback with a key that may not sign',
      async () => {
        const { subtle } = globalThis.crypto;
        const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
        return { privateKey: async () => ({ key: (pair as CryptoKeyPair).privateKey }) };
      },
    ],
    [
      'a callback that fails',
      async () => ({
        privateKey: async () => {
          throw new Error('MIGHAgEAMBMGByqGSM49 is the key');
        },
      }),
    ],
    ['a callback with no key', async () => ({ privateKey: async () => undefined as never })],
  ];

  it.each(wrong)(
    'EXT-2: %s is the host’s to mend; nothing is sent, nothing of it is told',
    async (_what, own) => {
      const given = await own();
      const engine = direct(given);
      const failure = await failureOf(engine.session.login());
      expect(failure).toMatchObject({ code: 'config_invalid', recovery: 'fix-config' });
      expect(world.lines('a')).toEqual([METADATA]);
      expect(standing(engine.session)).toBe('failed.resting: config_invalid in authorizing, fix-config');
      const key = typeof given.privateKey === 'object' ? given.privateKey.key : 'MIGHAgEAMBMGByqGSM49';
      for (const line of typeof key === 'string' ? key.split('\n').filter(Boolean) : [])
        if (!line.startsWith('-----')) expect(saying(failure, engine)).not.toContain(line.slice(0, 12));
    },
  );

  it('EXT-2, BIND-6: where the resource moves, nothing is signed for the other server', async () => {
    const { own } = await keyOf('ES256', 'PEM');
    const { session } = direct({ privateKey: own });
    await callTool(session, 'any');
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(standing(session)).toBe('rejected: bound_elsewhere in bindChecking, fix-config');
  });
});

describe('a workload', () => {
  const JWT = 'header.workload-claims.signature';
  const workload = (
    assertion: () => Promise<string> = async () => JWT,
    options: Partial<EngineOptions> = {},
  ) => direct({ clientSecret: 'machine-secret' }, options, { kind: 'workload', assertion });

  it('EXT-4, TOK-11: shows its own assertion, and who it is, to the authorization server only', async () => {
    const { session } = workload();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([METADATA, 'POST /token']);
    expect(Object.fromEntries(asked()[0]?.form ?? [])).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: JWT,
      resource: world.resource,
      scope: 'read',
    });
    expect(asked()[0]?.headers['authorization']).toMatch(/^Basic /);
    expect(JSON.stringify(world.requests('resource'))).not.toContain('workload-claims');
  });

  it('EXT-4: each token is asked for with an assertion of its own', async () => {
    let issued = 0;
    const { session } = workload(async () => `header.claims-${++issued}.signature`);
    for (let round = 0; round < 3; round += 1) {
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
    }
    expect(asked().map(({ form }) => form.get('assertion'))).toEqual(
      [1, 2, 3].map((at) => `header.claims-${at}.signature`),
    );
  });

  it.each([
    ['invalid_grant', 400, 'grant_refused'],
    ['invalid_client', 401, 'client_refused'],
    ['unauthorized_client', 400, 'client_refused'],
    ['invalid_scope', 400, 'token_refused'],
  ])('EXT-4: %s: one request for each login that fails, and no storm', async (error, status, code) => {
    const said = `workload-claims are stale`;
    world.script('a POST /token', () => ({ status, body: { error, error_description: said } }));
    const engine = workload();
    for (let login = 1; login <= 3; login += 1) {
      const failure = await failureOf(engine.session.login());
      expect(failure).toMatchObject({ code, oauthError: error, issuer: world.origins.a });
      expect(saying(failure, engine)).not.toContain('workload-claims');
      expect(asked()).toHaveLength(login);
    }
    const before = asked().length;
    expect(await statuses(engine, 8)).toEqual(Array<number>(8).fill(401));
    expect(asked().length).toBeLessThanOrEqual(before + 1);
  });

  it('EXT-4: an assertion that the host cannot give is the host’s to mend', async () => {
    const engine = workload(async () => {
      throw new Error('/var/run/secrets/token: workload-claims');
    });
    const failure = await failureOf(engine.session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(saying(failure, engine)).not.toMatch(/workload-claims|var.run/);
    expect(asked()).toEqual([]);
  });

  it.each(['', undefined, 42])('EXT-4: %j is no assertion; nothing is sent', async (nothing) => {
    const { session } = workload(async () => nothing as string);
    expect(await failureOf(session.login())).toMatchObject({ code: 'config_invalid' });
    expect(asked()).toEqual([]);
  });
});

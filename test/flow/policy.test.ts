// The host's own say: limits for scopes, a word before a step-up, and exceptions that hold where they are named and nowhere else.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from 'xstate';
import { type EnginePolicy, memoryStore, type Session } from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  standing,
  type TestEngine,
  testEngine,
  textsOf,
} from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

const METADATA = '/.well-known/oauth-authorization-server';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const withPolicy = (policy: EnginePolicy, store = memoryStore()): TestEngine =>
  testEngine(world.resource, { store, policy: { interaction: 'auto', ...policy } });
const seen = (place: 'a' | 'b' = 'a'): readonly Received[] => world.requests(place, 'GET', '/authorize');
const scopesAsked = () => seen().map(({ query }) => query.get('scope'));
const tokensAsked = (place: 'a' | 'b' = 'a'): readonly Received[] => world.requests(place, 'POST', '/token');

/** The tool `write` needs the scope of its name; others need none. */
function writeNeedsScope(): void {
  world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
}

describe('scopes', () => {
  it('STEP-7: a floor is always asked for: at a login, without any other scope, and at a step-up', async () => {
    writeNeedsScope();
    const { session } = withPolicy({ scopeFloor: ['mine', 'read'] });
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read mine', 'read mine write']);
    delete world.documents.resource['scopes_supported'];
    await withPolicy({ scopeFloor: ['mine'] }).session.login();
    expect(scopesAsked()[2]).toBe('mine');
  });

  it.each<[string, EnginePolicy, string | null]>([
    ['what the resource lists is cut to it', { scopeCeiling: ['read', 'other'] }, 'read'],
    ['the floor is within it', { scopeCeiling: ['read'], scopeFloor: ['mine'] }, 'read mine'],
    ['where nothing is left no scope is named', { scopeCeiling: ['other'] }, null],
    ['an empty one allows none', { scopeCeiling: [] }, null],
  ])('STEP-7: under a ceiling %s', async (_what, policy, scope) => {
    world.documents.resource['scopes_supported'] = ['admin', 'read', 'write'];
    await withPolicy(policy).session.login();
    expect(scopesAsked()).toEqual([scope]);
    const [registration] = world.requests('a', 'POST', '/register');
    expect(JSON.parse(registration?.body ?? '').scope ?? null).toBe(scope);
  });

  it('STEP-7: a step-up beyond the ceiling leads nobody anywhere; the token from before stays', async () => {
    writeNeedsScope();
    const { session } = withPolicy({ scopeCeiling: ['read'] });
    await callTool(session, 'any');
    const token = await session.token();
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({
      code: 'scope_not_allowed',
      phase: 'steppingUp',
      recovery: 'fix-config',
    });
    expect(session.explain().refusal?.message).toContain('"write"');
    expect(scopesAsked()).toEqual(['read']);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(await session.token()).toBe(token);
  });

  it('STEP-7, TOK-5: a challenge that always names more than the ceiling does not keep a grant from renewal', async () => {
    world.script('resource POST /mcp', (request, { resource }) => {
      const answer = world.correctly(request);
      const challenge = `Bearer resource_metadata="${world.pointer}", scope="read admin"`;
      return answer.status === 401 && resource
        ? { status: 401, headers: { 'www-authenticate': challenge } }
        : undefined;
    });
    const { session } = withPolicy({ scopeCeiling: ['read'] });
    for (let round = 0; round < 3; round += 1) {
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
    }
    expect(scopesAsked()).toEqual(['read']);
    expect(tokensAsked().map(({ form }) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
      'refresh_token',
    ]);
  });

  it.each([false, true])(
    'STEP-7: a login for scopes beyond the ceiling is told as that; logged in before: %s',
    async (before) => {
      const { session } = withPolicy({ scopeCeiling: ['read'] });
      if (before) await session.login();
      expect((await failureOf(session.login({ scopes: ['admin'] }))).code).toBe('scope_not_allowed');
      expect(scopesAsked()).toEqual(before ? ['read'] : []);
    },
  );
});

describe('a word before a step-up', () => {
  const isAsking = ({ actor }: Session) =>
    waitFor(actor, (snapshot) => snapshot.matches({ steppingUp: 'confirming' }));

  it('STEP-7: is asked for with what is at stake; a yes leads on', async () => {
    writeNeedsScope();
    const confirmStepUp = vi.fn(async () => true);
    const { session } = withPolicy({ confirmStepUp });
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(confirmStepUp.mock.calls).toEqual([
      [{ session: session.id, scopes: ['write'], granted: ['read'] }],
    ]);
    expect(scopesAsked()).toEqual(['read', 'read write']);
  });

  it.each<[string, () => unknown]>([
    ['no', () => false],
    ['a later no', async () => false],
    ['no clear yes', () => 'yes'],
    ['nothing', () => undefined],
  ])('STEP-7, STEP-5: %s is remembered, and the old token stays', async (_what, say) => {
    writeNeedsScope();
    const confirmStepUp = vi.fn(say as () => boolean);
    const { session } = withPolicy({ confirmStepUp });
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(confirmStepUp).toHaveBeenCalledTimes(1);
    expect(session.explain().refusal).toMatchObject({ code: 'access_denied', recovery: 'ask-user' });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read']);
    // A person who asks for it themselves is not asked.
    await session.login({ scopes: ['write'] });
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(confirmStepUp).toHaveBeenCalledTimes(1);
  });

  it('STEP-7, STEP-5: a host that cannot say leads nobody anywhere, and the old token stays', async () => {
    writeNeedsScope();
    const engine = withPolicy({
      confirmStepUp: () => {
        throw new Error('database password hunter2');
      },
    });
    expect((await callTool(engine.session, 'write')).status).toBe(403);
    expect(engine.session.explain().refusal).toMatchObject({ code: 'config_invalid' });
    expect(everythingTold(engine)).not.toContain('hunter2');
    expect((await callTool(engine.session, 'any')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read']);
  });

  it('STEP-7: is not asked for in vain: where the step-up may not be made anyway', async () => {
    writeNeedsScope();
    const confirmStepUp = vi.fn(() => true);
    const ask = withPolicy({ confirmStepUp, interaction: 'ask' });
    await ask.session.login();
    expect((await callTool(ask.session, 'write')).status).toBe(403);
    expect(
      (await callTool(withPolicy({ confirmStepUp, scopeCeiling: ['read'] }).session, 'write')).status,
    ).toBe(403);
    expect(confirmStepUp).not.toHaveBeenCalled();
  });

  it('STEP-5: requests that are challenged meanwhile wait for the same word', async () => {
    writeNeedsScope();
    let say = (_: boolean): void => {};
    const word = new Promise<boolean>((resolve) => {
      say = resolve;
    });
    const confirmStepUp = vi.fn(() => word);
    const { session } = withPolicy({ confirmStepUp });
    const first = callTool(session, 'write');
    await isAsking(session);
    const second = callTool(session, 'write');
    say(true);
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
    expect(confirmStepUp).toHaveBeenCalledTimes(1);
  });

  it('STEP-7: a person who cancels while the host asks is heard', async () => {
    writeNeedsScope();
    const { session } = withPolicy({ confirmStepUp: () => new Promise<boolean>(() => {}) });
    const answer = callTool(session, 'write');
    await isAsking(session);
    void session.cancel();
    expect((await answer).status).toBe(403);
    expect((await callTool(session, 'any')).status).toBe(200);
  }, 5000);
});

describe('prompt', () => {
  it('SCOPE-3: is sent as the policy has it', async () => {
    await withPolicy({ prompt: 'consent' }).session.login();
    expect(seen()[0]?.query.getAll('prompt')).toEqual(['consent']);
  });

  it('SCOPE-3: and not at all otherwise, with offline_access neither', async () => {
    world.documents.a['scopes_supported'] = ['read', 'offline_access'];
    world.documents.a['authorization_endpoint'] = `${world.origins.a}/authorize?prompt=login`;
    await withPolicy({}).session.login();
    expect(scopesAsked()).toEqual(['read offline_access']);
    expect(seen()[0]?.query.has('prompt')).toBe(false);
  });
});

describe('exceptions for one issuer', () => {
  it('AUTHZ-2: one that rejects `resource` is not sent it; any other is', async () => {
    const { session } = withPolicy({ dangerouslyOmitResourceAt: [world.origins.a] });
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      const sent = [...seen(place).map(({ query }) => query), ...tokensAsked(place).map(({ form }) => form)];
      expect(sent.map((parameters) => parameters.get('grant_type') ?? 'authorization')).toEqual([
        'authorization',
        'authorization_code',
        'refresh_token',
      ]);
      const resource = place === 'a' ? [] : [world.resource];
      for (const parameters of sent) expect(parameters.getAll('resource')).toEqual(resource);
    }
  });

  it('AUTHZ-2: the same with no person', async () => {
    world.issueDirectly('a');
    const preRegistered = [{ issuer: world.origins.a, clientId: 'machine', clientSecret: 'machine-secret' }];
    const client = { name: 'tests', preRegistered, grant: { kind: 'client-credentials' } } as const;
    const policy = { dangerouslyOmitResourceAt: [world.origins.a] };
    await testEngine(world.resource, { client, policy }).session.login();
    expect(tokensAsked()[0]?.form.has('resource')).toBe(false);
  });

  /** The resource lists one spelling of A, and A’s document has the other. */
  function differBySlash(listed: string, named: string): void {
    world.documents.a['issuer'] = named;
    // The scripted resource takes tokens of the servers in its own document; the one that it serves says `listed`.
    world.documents.resource['authorization_servers'] = [named];
    world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({
      body: { ...world.documents.resource, authorization_servers: [listed] },
    }));
  }

  it.each([
    ['more', '', '/'],
    ['less', '/', ''],
  ])('DISC-8: one slash %s is overlooked, and the grant is found again', async (_what, before, after) => {
    const [listed, named] = [world.origins.a + before, world.origins.a + after];
    differBySlash(listed, named);
    const policy = { dangerouslyIgnoreTrailingSlashOf: [listed] };
    const store = memoryStore();
    const first = withPolicy(policy, store);
    expect((await callTool(first.session, 'any')).status).toBe(200);
    expect(first.session.explain().boundTo).toBe(named);
    await first.engine.dispose();
    world.expireAccessTokens();
    const { session } = withPolicy(policy, store);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(seen()).toHaveLength(1);
    expect(session.explain().relaxed.join()).toContain(`${listed} is overlooked`);
  });

  it.each<[string, (origin: string) => readonly string[], string]>([
    ['another issuer is named', () => ['https://other.example'], '/'],
    ['there are two', (origin) => [origin], '//'],
    ['more than a slash differs', (origin) => [origin], '/tenant'],
    ['nobody is named', () => [], '/'],
  ])('DISC-8: it is not where %s', async (_what, listOf, after) => {
    differBySlash(world.origins.a, world.origins.a + after);
    const { session } = withPolicy({ dangerouslyIgnoreTrailingSlashOf: listOf(world.origins.a) });
    await callTool(session, 'any');
    expect(standing(session)).toBe('rejected: issuer_mismatch in discovering, none');
    expect(world.lines('a')).toEqual([`GET ${METADATA}`]);
  });

  it('DISC-9: one that does not speak of PKCE is sent it all the same; any other is refused', async () => {
    for (const place of ['a', 'b'] as const)
      delete world.documents[place]['code_challenge_methods_supported'];
    const { session } = withPolicy({ dangerouslyAllowWithoutPkceAt: [world.origins.a] });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(seen()[0]?.query.get('code_challenge_method')).toBe('S256');
    expect(tokensAsked()[0]?.form.get('code_verifier')).toMatch(/^[\w.~-]{43,}$/);
    world.moveTo('b');
    await callTool(session, 'any');
    expect(standing(session)).toBe('rejected: pkce_unsupported in discovering, none');
    expect(world.lines('b')).toEqual([`GET ${METADATA}`]);
  });

  it('DISC-8, DISC-9, DISC-10: what is relaxed is told at once, and by each session', async () => {
    const { session, progress } = withPolicy({
      legacyDiscovery: true,
      dangerouslyOmitResourceAt: ['https://one.example'],
      dangerouslyIgnoreTrailingSlashOf: ['https://two.example'],
      dangerouslyAllowWithoutPkceAt: ['https://three.example'],
    });
    const told = progress.flatMap((line) => (line.kind === 'relaxed' ? [line.what] : []));
    for (const what of ['its own authorization server', 'one.example', 'two.example', 'three.example'])
      for (const all of [told, session.explain().relaxed]) expect(all.join()).toContain(what);
    expect(withPolicy({}).progress.filter(({ kind }) => kind === 'relaxed')).toEqual([]);
  });
});

describe('an initial access token', () => {
  const TOKEN = 'initial-token-of-a';
  const withToken = (store = memoryStore()) => {
    const initialAccessTokens = [{ issuer: world.origins.a, token: TOKEN }];
    return testEngine(world.resource, { store, client: { name: 'tests', initialAccessTokens } });
  };
  const arrived = () =>
    JSON.stringify(world.received.map(({ headers, body, query }) => [headers, body, `${query}`]));

  it('REG-9: goes to the registration endpoint of its issuer, and nowhere else', async () => {
    const store = memoryStore();
    const engine = withToken(store);
    expect((await callTool(engine.session, 'any')).status).toBe(200);
    const [registration] = world.requests('a', 'POST', '/register');
    expect(registration?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
    world.moveTo('b');
    expect((await callTool(engine.session, 'any')).status).toBe(200);
    expect(world.requests('b', 'POST', '/register')[0]?.headers).not.toHaveProperty('authorization');
    expect(arrived().split(TOKEN)).toHaveLength(2);
    expect(everythingTold(engine)).not.toContain(TOKEN);
    expect((await textsOf(store)).join()).not.toContain(TOKEN);
  });

  it('REG-9: one of an issuer that differs by a slash stays here', async () => {
    world.documents.a['issuer'] = `${world.origins.a}/`;
    world.documents.resource['authorization_servers'] = [`${world.origins.a}/`];
    await withToken().session.login();
    expect(arrived()).not.toContain(TOKEN);
  });

  it('REG-9, REG-5: comes along at each try, and a refusal does not tell it', async () => {
    const refusal = { error: 'invalid_redirect_uri', error_description: `Not with ${TOKEN}.` };
    world.script('a POST /register', () => ({ status: 400, body: refusal }));
    const engine = withToken();
    const failure = await failureOf(engine.session.login());
    expect(failure.code).toBe('registration_refused');
    const sent = world.requests('a', 'POST', '/register').map(({ headers }) => headers['authorization']);
    expect(sent).toEqual(Array(3).fill(`Bearer ${TOKEN}`));
    expect([failure.message, failure.said, failure.sent, everythingTold(engine)].join()).not.toContain(TOKEN);
  });
});

// The authorization response: whose it is, who says so, what it says; and that a code is spent once, at its issuer.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore } from '../../index.ts';
import { callTool, failureOf, personsTurn, testEngine, testHost, textsOf, visit } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const codesSent = (): number =>
  world.received.filter((one) => one.form.get('grant_type') === 'authorization_code').length;

type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A login that waits for its response, which is given through `engine.complete`. */
async function waiting(options: Partial<EngineOptions> = {}) {
  const store = memoryStore();
  const host = testHost();
  const started = testEngine(world.resource, { store, userAgent: host.userAgent, ...options });
  const login = started.session.login();
  login.catch(() => {}); // Each test says what it expects of it.
  await personsTurn(started.session);
  const url = new URL(host.presented[0] ?? '');
  const state = url.searchParams.get('state') ?? '';
  /** A response with these parameters, each as often as it has values. */
  const response = (params: Params): string => {
    const answer = new URL(url.searchParams.get('redirect_uri') ?? '');
    for (const [name, value] of Object.entries(params)) {
      for (const one of [value ?? []].flat()) answer.searchParams.append(name, one);
    }
    return answer.href;
  };
  const complete = (params: Params) => started.engine.complete(response(params));
  return { ...started, store, login, state, complete, url: url.href };
}

describe('a response with the wrong state', () => {
  it.each([
    ['another', () => ({ state: 'x'.repeat(43) })],
    ['none', () => ({})],
    ['an empty one', () => ({ state: '' })],
    ['the right one twice', (state: string) => ({ state: [state, state] })],
    ['the right one and another', (state: string) => ({ state: [state, 'x'] })],
    ['one that is almost right', (state: string) => ({ state: state.slice(0, -1) })],
  ])('AUTHZ-3, A08, A09, A10, A14: %s: does not disturb the pending request', async (_name, stateOf) => {
    const { complete, engine, session, login, state, store, url } = await waiting();
    const before = await textsOf(store, 'pending:');
    for (const rest of [{ code: 'foreign', iss: world.origins.a }, { error: 'access_denied' }]) {
      expect((await failureOf(complete({ ...stateOf(state), ...rest }))).code).toBe('response_not_ours');
    }
    expect(codesSent()).toBe(0);
    expect(await textsOf(store, 'pending:')).toEqual(before);
    expect(session.actor.getSnapshot().hasTag('needsUser')).toBe(true);
    await engine.complete(await visit(url));
    await login;
  });

  it('AUTHZ-3, A08, A14: whatever the user agent takes for one', async () => {
    const { userAgent, presented } = testHost();
    const wrong = ['?code=foreign', '?code=foreign&state=x', '?error=access_denied&state=x', 'nonsense'];
    const received: string[] = [];
    const receive = async (): Promise<string> => {
      const callback = await visit(presented[0]);
      const state = new URL(callback).searchParams.get('state') ?? '';
      const [next = callback] = [...wrong, `?state=${state}&state=${state}&code=foreign`].slice(
        received.length,
      );
      received.push(next);
      return next.startsWith('?') ? `http://127.0.0.1/callback${next}` : next;
    };
    const { session } = testEngine(world.resource, { userAgent: { ...userAgent, receive } });
    await session.login();
    expect(received).toHaveLength(6);
    expect(codesSent()).toBe(1);
    expect(presented).toHaveLength(1);
  });

  it.each(['', 'nonsense', 'http://127.0.0.1/callback?code=a&state=another'])(
    'AUTHZ-3, C14: a user agent that gives "%s" again and again is not asked without end',
    async (foreign) => {
      let asked = 0;
      const receive = async (): Promise<string> => {
        asked += 1;
        // A test that hangs says less than one that counts.
        return asked > 1_000 ? new Promise(() => {}) : foreign;
      };
      const userAgent = { ...testHost().userAgent, receive };
      const { session } = testEngine(world.resource, { userAgent, policy: { loginTimeout: 2_000 } });
      expect(await failureOf(session.login())).toMatchObject({ code: 'user_agent_failed' });
      expect(asked).toBe(20);
    },
  );

  it('AUTHZ-3, A17: a response counts once', async () => {
    const { engine, login, url } = await waiting();
    const callback = await visit(url);
    await engine.complete(callback);
    await login;
    expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    expect(codesSent()).toBe(1);
  });

  it('AUTHZ-3, A17: of two at once, the first counts', async () => {
    const { complete, login, state, url } = await waiting();
    const code = new URL(await visit(url)).searchParams.get('code') ?? '';
    const iss = world.origins.a;
    await Promise.allSettled([complete({ state, code, iss }), complete({ state, code: 'foreign', iss })]);
    await login;
    expect(world.requests('a', 'POST', '/token').map((one) => one.form.get('code'))).toEqual([code]);
  });
});

describe('the issuer of a response', () => {
  const right = () => world.origins.a;
  const rows: readonly (readonly [string, boolean | undefined, () => string | undefined, string])[] = [
    ['advertised, present and right', true, right, 'proceeds'],
    ['advertised, present and wrong', true, () => world.origins.b, 'response_issuer_mismatch'],
    ['advertised, absent', true, () => undefined, 'response_issuer_missing'],
    ['unadvertised, present and right', false, right, 'proceeds'],
    ['unadvertised, present and wrong', undefined, () => world.origins.b, 'response_issuer_mismatch'],
    ['neither', false, () => undefined, 'proceeds'],
    ['a slash more', true, () => `${right()}/`, 'response_issuer_mismatch'],
    ['another case', true, () => right().replace('http', 'HTTP'), 'response_issuer_mismatch'],
    ['an encoded dot', false, () => right().replace('.', '%2E'), 'response_issuer_mismatch'],
    ['an empty one', false, () => '', 'response_issuer_mismatch'],
  ];

  it.each(rows)('AUTHZ-5, AUTHZ-6, A11, A12: %s', async (_name, sends, iss, outcome) => {
    world.documents.a['authorization_response_iss_parameter_supported'] = sends;
    const { complete, login, state, store, url } = await waiting();
    const code = new URL(await visit(url)).searchParams.get('code') ?? '';
    const completed = complete({ state, code, iss: iss() });
    if (outcome === 'proceeds') {
      await completed;
      await login;
      expect(codesSent()).toBe(1);
      return;
    }
    expect((await failureOf(completed)).code).toBe(outcome);
    expect((await failureOf(login)).code).toBe(outcome);
    expect(codesSent()).toBe(0);
    expect(await textsOf(store, 'pending:')).toEqual([]);
  });

  it.each(rows.filter(([, , , outcome]) => outcome !== 'proceeds'))(
    'AUTHZ-7, A13: the same for an error, of which nothing is shown or kept: %s',
    async (_name, sends, iss, outcome) => {
      world.documents.a['authorization_response_iss_parameter_supported'] = sends;
      const seen: unknown[] = [];
      const { complete, progress, session, state, store } = await waiting({
        inspect: (event) => seen.push('snapshot' in event ? event.snapshot : event),
      });
      const evil = {
        error: 'evil_error',
        error_description: 'evil words',
        error_uri: 'https://evil.example/',
      };
      const thrown = await failureOf(complete({ state, ...evil, iss: iss() }));
      expect(thrown.code).toBe(outcome);
      const kept = [
        await textsOf(store),
        progress,
        session.explain(),
        { ...thrown, ...thrown.toFailure() },
        seen,
      ];
      expect(JSON.stringify(kept)).not.toContain('evil');
    },
  );

  it('AUTHZ-5, AUTHZ-7, A27: an error of the right issuer is told, but never its link', async () => {
    const { complete, session, state } = await waiting();
    const uri = 'javascript:alert(1)';
    const answer = { error: 'access_denied', error_description: 'not today', error_uri: uri };
    const thrown = await failureOf(complete({ state, ...answer, iss: world.origins.a }));
    expect(thrown).toMatchObject({ code: 'access_denied', said: 'not today' });
    expect(JSON.stringify([session.explain(), thrown.toFailure()])).not.toContain('javascript:');
  });
});

describe('a response of the right issuer that makes no sense', () => {
  it.each<readonly [string, Params]>([
    ['A14: two codes', { code: ['one', 'two'] }],
    ['A14: two issuers', { code: 'one', iss: 'http://127.0.0.1' }],
    ['A14: two errors', { error: ['access_denied', 'access_denied'] }],
    ['A15: a code and an error', { code: 'one', error: 'access_denied' }],
    ['A16: an empty code', { code: '' }],
    ['A16: a code of a megabyte', { code: 'c'.repeat(1_000_000) }],
    ['A16: a code with a line end', { code: 'one\r\ntwo' }],
    ['A31: a token', { code: 'one', access_token: 'two' }],
    ['A31: an id token', { code: 'one', id_token: 'two' }],
    ['no code and no error', {}],
  ])('AUTHZ-3, %s: is refused, and nothing is sent', async (_name, params) => {
    const { complete, state, store } = await waiting();
    const iss = [world.origins.a, ...[params['iss'] ?? []].flat()];
    expect((await failureOf(complete({ state, ...params, iss }))).code).toBe('response_malformed');
    expect(codesSent()).toBe(0);
    expect(await textsOf(store, 'pending:')).toEqual([]);
  });
});

describe('an error of the right issuer', () => {
  /** The server answers every authorization request so; requests go on asking. */
  async function insist(error: string, options: Partial<EngineOptions> = {}) {
    world.script('a GET /authorize', ({ query }): Answer => {
      const answer = new URLSearchParams({ error, state: query.get('state') ?? '', iss: world.origins.a });
      return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } };
    });
    const { session } = testEngine(world.resource, options);
    for (let at = 0; at < 6; at += 1) expect((await callTool(session, 'any')).status).toBe(401);
    return { session, asked: world.requests('a', 'GET', '/authorize').length };
  }
  const document = { client: { name: 'tests', metadataUrl: 'https://client.example/id.json' } };

  it('A28, U07: access_denied is the last word, until a person asks again', async () => {
    const { session, asked } = await insist('access_denied');
    expect(asked).toBe(1);
    world.scripts.clear();
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('A29: temporarily_unavailable opens nothing again while it is waited', async () => {
    const { session, asked } = await insist('temporarily_unavailable');
    expect(session.explain().failure).toMatchObject({ code: 'server_unavailable', recovery: 'retry-later' });
    expect(asked).toBe(1);
  });

  it.each([
    ['registered', {}],
    ['with a metadata document', document],
  ])('A30, TOK-9: invalid_scope is not asked for over and over: a client %s', async (_name, options) => {
    world.documents.a['client_id_metadata_document_supported'] = true;
    const { asked } = await insist('invalid_scope', options);
    expect(asked).toBeLessThanOrEqual(2);
  });
});

describe('a code', () => {
  it('T26, A36: is sent once, also when the connection breaks', async () => {
    const { engine, login, store, url } = await waiting();
    world.script('a POST /token', () => ({ cut: true }));
    const callback = await visit(url);
    expect((await failureOf(engine.complete(callback))).code).toBe('unreachable');
    await failureOf(login);
    expect((await failureOf(engine.complete(callback))).code).toBe('response_not_ours');
    expect(codesSent()).toBe(1);
    expect(JSON.stringify(await textsOf(store))).not.toContain(new URL(callback).searchParams.get('code'));
  });

  it.each([
    ['to another server', 307, 'b', '/token'],
    ['to the same server', 307, 'a', '/elsewhere'],
    ['to the same server, as a GET', 303, 'a', '/elsewhere'],
  ] as const)(
    'T29, A36: does not follow a redirect of the token endpoint %s',
    async (_where, status, at, path) => {
      const { engine, url } = await waiting();
      world.script('a POST /token', () => ({ status, headers: { location: world.origins[at] + path } }));
      expect((await failureOf(engine.complete(await visit(url)))).code).toBe('redirect_refused');
      expect(codesSent()).toBe(1);
      expect(world.requests(at).map((request) => request.path)).not.toContain(path);
    },
  );

  it('AUTHZ-1, A18: of somebody else’s login is useless here', async () => {
    const victim = await waiting();
    const attacker = await waiting();
    const code = new URL(await visit(attacker.url)).searchParams.get('code') ?? '';
    const injected = victim.complete({ state: victim.state, code, iss: world.origins.a });
    expect((await failureOf(injected)).code).toBe('grant_refused');
    const [request] = world.requests('a', 'POST', '/token') as readonly [Received];
    expect(request.form.get('code')).toBe(code);
    expect(victim.session.actor.getSnapshot().hasTag('canSend')).toBe(false);
  });
});

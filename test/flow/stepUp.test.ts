// Step-up (SEP-2350): more scopes for a grant that works, without losing any, within bounds, and without a loop.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import { memoryStore } from '../../index.ts';
import { callTool, meeting, testEngine, testHost, visit } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const scopesAsked = (): readonly (string | null)[] =>
  world.requests('a', 'GET', '/authorize').map((one) => one.query.get('scope'));
const grantTypes = (): readonly (string | null)[] =>
  world.requests('a', 'POST', '/token').map((one) => one.form.get('grant_type'));
const toolOf = (request: Received): string => JSON.parse(request.body).params?.name ?? '';

/** Each of these tools needs a scope of its name; others need none. */
function toolsNeedScopes(...tools: readonly string[]): void {
  world.needs = (request) => (tools.includes(toolOf(request)) ? toolOf(request) : null);
}

/** Authorization requests for these scopes end with this error. */
function refuseScope(scope: string, error: string): void {
  world.script('a GET /authorize', ({ query }): Answer | undefined => {
    if (!query.get('scope')?.split(' ').includes(scope)) return undefined;
    const answer = new URLSearchParams({ error, state: query.get('state') ?? '', iss: world.origins.a });
    return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } };
  });
}

/** Tokens have these scopes, whatever was asked for; null: the answer does not say. */
function grantOnly(scope: string, said: string | null = scope): void {
  world.script('a POST /token', ({ form }): Answer => {
    const { scope: _, ...answer } = world.mint('a', scope, form.get('client_id') ?? '');
    return { body: said === null ? answer : { ...answer, scope: said } };
  });
}

describe('the union', () => {
  it('STEP-1, STEP-2, U01: is without doubles, stable, and kept over rounds', async () => {
    world.needs = (request) => ({ first: 'write read', second: 'admin write' })[toolOf(request)] ?? null;
    const { session } = testEngine(world.resource);
    for (const tool of ['any', 'first', 'second', 'first', 'any'])
      expect((await callTool(session, tool)).status).toBe(200);
    expect(scopesAsked()).toEqual(['read', 'read write', 'read write admin']);
    expect(session.explain().grant?.requested).toEqual(['read', 'write', 'admin']);
  });

  it('STEP-1, SCOPE-2: keeps what was granted beyond what was requested', async () => {
    toolsNeedScopes('write');
    grantOnly('read bonus');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.scripts.clear();
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read', 'read bonus write']);
  });

  it('STEP-1, U15: survives a dead grant and a narrower challenge', async () => {
    toolsNeedScopes('write');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    await callTool(session, 'write');
    world.expireAccessTokens();
    world.refreshTokens.clear();
    const narrow = 'Bearer error="invalid_token", scope="read"';
    world.script('resource POST /mcp', ({ headers }): Answer | undefined =>
      world.accessTokens.has(headers['authorization']?.slice('Bearer '.length) ?? '')
        ? undefined
        : { status: 401, headers: { 'www-authenticate': narrow } },
    );
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read', 'read write', 'read write']);
  });

  it('STEP-2: is kept over a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'authchart-'));
    toolsNeedScopes('write', 'admin');
    for (const tool of ['write', 'admin']) {
      const { engine, session } = testEngine(world.resource, { store: fileStore({ folder }) });
      expect((await callTool(session, tool)).status).toBe(200);
      await engine.dispose();
    }
    await rm(folder, { recursive: true });
    expect(scopesAsked()).toEqual(['read', 'read write', 'read write admin']);
  });
});

describe('where it goes', () => {
  it('STEP-3, T37, U12: to the authorization endpoint, never to a refresh', async () => {
    toolsNeedScopes('write');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    await callTool(session, 'write');
    expect(session.explain().grant?.renewable).toBe(true);
    expect(grantTypes()).toEqual(['authorization_code', 'authorization_code']);
  });

  it('STEP-3, T37: and a refresh asks for no scopes', async () => {
    toolsNeedScopes('write');
    const { session } = testEngine(world.resource);
    await callTool(session, 'write');
    world.expireAccessTokens();
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(grantTypes()).toEqual(['authorization_code', 'authorization_code', 'refresh_token']);
    const [refresh] = world.requests('a', 'POST', '/token').slice(-1);
    expect(refresh?.form.has('scope')).toBe(false);
  });

  it('STEP-4: the request is sent again as it was', async () => {
    toolsNeedScopes('write');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    await callTool(session, 'write');
    const sent = world.requests('resource', 'POST', '/mcp').filter((one) => toolOf(one) === 'write');
    expect(sent).toHaveLength(2);
    const [first, second] = sent.map(({ body, headers }) => ({ body, accept: headers['accept'] }));
    expect(second).toEqual(first);
  });
});

describe('its bounds', () => {
  it.each([
    ['fewer scopes are granted than were asked for', 'write', ['read', 'read write'], 'scope_not_granted', 0],
    ['the scope was granted before', 'read', ['read'], 'scope_not_honoured', 1],
  ])('STEP-4, U02, U04: a permanent refusal where %s', async (_name, challenged, asked, code, renewals) => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    grantOnly('read');
    world.script('resource POST /mcp', () => insufficient(challenged));
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({ code, recovery: 'none' });
    expect(scopesAsked()).toEqual(asked);
    // What was granted for a time may have lapsed: one renewal tells.
    expect(grantTypes().filter((type) => type === 'refresh_token')).toHaveLength(renewals);
    world.scripts.clear();
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('STEP-4, U03: scopes that are ever new are asked for twice per operation, and no more', async () => {
    let more = 0;
    world.needs = (request) => (toolOf(request) === 'any' ? null : `more-${++more}`);
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    for (let at = 0; at < 4; at += 1) expect((await callTool(session, 'greedy')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({ code: 'step_up_exhausted', recovery: 'none' });
    expect(scopesAsked()).toHaveLength(1 + 2);
    // Counted for each operation: another one has its own.
    await callTool(session, 'other');
    expect(scopesAsked()).toHaveLength(1 + 2 + 2);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('STEP-4, U02: challenges that alternate end', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    let turn = 0;
    world.script('resource POST /mcp', () => insufficient(['one', 'two'][turn++ % 2] ?? ''));
    for (let at = 0; at < 4; at += 1) expect((await callTool(session, 'fickle')).status).toBe(403);
    expect(scopesAsked()).toEqual(['read', 'read one', 'read one two']);
  });

  it('U06, W16: a challenge of 500 scopes is cut', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const many = Array.from({ length: 500 }, (_, at) => `s${at}`).join(' ');
    world.script('resource POST /mcp', () => insufficient(many));
    expect((await callTool(session, 'any')).status).toBe(403);
    expect(scopesAsked()[1]?.split(' ').length).toBeLessThanOrEqual(101);
  });

  it.each([
    ['no challenge', { status: 403 }],
    ['a page', { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Blocked</h1>' }],
    ['another error', forbidden('Bearer error="invalid_request", scope="write"')],
    ['no error', forbidden('Bearer scope="write"')],
    ['no scope', forbidden('Bearer error="insufficient_scope"')],
    ['an unreadable scope', forbidden('Bearer error="insufficient_scope", scope="\\"\\""')],
    ['a scheme of its own', forbidden('Basic error="insufficient_scope", scope="write"')],
  ])('STEP-4, U05, U17: a 403 with %s is passed on', async (_name, answer) => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.script('resource POST /mcp', () => answer);
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(scopesAsked()).toEqual(['read']);
    expect(world.requests('resource', 'POST', '/mcp')).toHaveLength(3);
  });
});

describe('at a server that the resource has come back to', () => {
  /** The person takes a while: meanwhile the store still names the other server. */
  function withSlowPerson() {
    const visits: Promise<unknown>[] = [];
    const { userAgent } = testHost((url) => {
      visits.push(pause(200).then(async () => made.engine.complete(await visit(url))));
    });
    const made = testEngine(world.resource, { userAgent });
    return { ...made, visits };
  }

  /** Whose tokens were sent to the resource, in order. */
  const senders = () =>
    world.requests('resource', 'POST', '/mcp').map(({ headers }) => headers['authorization']?.split('-')[1]);

  it('TOK-2, BIND-9, DISC-12: the token of the other server is not sent once more while a step-up waits', async () => {
    toolsNeedScopes('write');
    const { session, visits } = withSlowPerson();
    expect((await callTool(session, 'any')).status).toBe(200);
    world.moveTo('b');
    expect((await callTool(session, 'write')).status).toBe(200);
    world.moveTo('a');
    world.received.length = 0;
    expect((await callTool(session, 'write')).status).toBe(200);
    await Promise.all(visits);
    expect(senders()).toEqual(['b', 'a', 'a']);
  });

  it('TOK-2, BIND-9, DISC-12: nor while a login waits, where the first one has revoked all', async () => {
    const { session, visits } = withSlowPerson();
    expect((await callTool(session, 'any')).status).toBe(200);
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(200);
    world.expireAccessTokens('a');
    for (const [token, { issuer }] of world.refreshTokens)
      if (issuer === 'a') world.refreshTokens.delete(token);
    world.moveTo('a');
    world.received.length = 0;
    expect((await callTool(session, 'any')).status).toBe(200);
    await Promise.all(visits);
    expect(senders()).toEqual(['b', 'a', 'a']);
  });
});

describe('together and apart', () => {
  it('STEP-5, U13: requests that are challenged at the same time share one authorization', async () => {
    toolsNeedScopes('write', 'admin', 'delete');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const met = meeting(3);
    world.script('resource POST /mcp', async () => {
      await met();
      return undefined;
    });
    const answers = await Promise.all(['write', 'admin', 'delete'].map((tool) => callTool(session, tool)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(scopesAsked()).toHaveLength(2);
    expect(scopesAsked()[1]?.split(' ').sort()).toEqual(['admin', 'delete', 'read', 'write']);
  });

  it('STEP-5, U13: whoever is challenged while one is under way comes right after it', async () => {
    toolsNeedScopes('write', 'admin');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    const held = new Set(['admin']);
    world.script('resource POST /mcp', async (request) => {
      if (held.delete(toolOf(request))) await authorized;
      return undefined;
    });
    const authorized = new Promise<void>((resolve) => {
      world.script('a GET /authorize', () => {
        resolve();
        return undefined;
      });
    });
    const answers = await Promise.all(['write', 'admin'].map((tool) => callTool(session, tool)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(scopesAsked()).toEqual(['read', 'read write', 'read write admin']);
  });

  it.each([
    ['denied', 'access_denied', 'access_denied'],
    ['failed', 'server_error', 'server_unavailable'],
    ['refused', 'invalid_scope', 'authorization_refused'],
  ])(
    'STEP-5, U14: one that was %s leaves the old token usable, and passes the 403 on',
    async (_, error, code) => {
      toolsNeedScopes('write');
      refuseScope('write', error);
      const { session } = testEngine(world.resource);
      await callTool(session, 'any');
      const token = await session.token();
      world.script('resource POST /mcp', (request): Answer | undefined =>
        toolOf(request) === 'write' ? { ...insufficient('write'), body: { server: 'says' } } : undefined,
      );
      const answer = await callTool(session, 'write');
      expect(answer.status).toBe(403);
      expect(await answer.json()).toEqual({ server: 'says' });
      expect(session.explain().refusal?.code).toBe(code);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(await session.token()).toBe(token);
    },
  );

  it.each([
    ['an outage', { status: 503 }],
    ['another issuer', { body: { issuer: 'https://evil.example' } }],
  ])('STEP-5, U14: after a restart, also one that ended in %s', async (_name, answer) => {
    toolsNeedScopes('write');
    const store = memoryStore();
    const first = testEngine(world.resource, { store });
    await callTool(first.session, 'any');
    await first.engine.dispose();
    world.script('a GET /.well-known/oauth-authorization-server', () => answer);
    const { session } = testEngine(world.resource, { store });
    expect((await callTool(session, 'write')).status).toBe(403);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('U07: what a person denied is not brought up again by the next request', async () => {
    toolsNeedScopes('write');
    refuseScope('write', 'access_denied');
    const { session } = testEngine(world.resource);
    for (let at = 0; at < 4; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(scopesAsked()).toEqual(['read', 'read write']);
  });

  it('U07, STEP-1: what a person denied does not bar what they were not asked for', async () => {
    toolsNeedScopes('write', 'admin');
    refuseScope('write', 'access_denied');
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'write')).status).toBe(403);
    expect((await callTool(session, 'admin')).status).toBe(200);
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal?.message).toContain('"write" was denied before');
    expect(scopesAsked()).toEqual(['read', 'read write', 'read admin']);
  });

  it('STEP-5, AUTHZ-11: with `ask`, the 403 is passed on until a person logs in for more', async () => {
    toolsNeedScopes('write');
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    await session.login();
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal?.code).toBe('interaction_required');
    expect(scopesAsked()).toEqual(['read']);
    await session.login({ scopes: ['write'] });
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(session.explain().refusal).toBeUndefined();
  });

  it('U16: a step-up that did not help is told as that', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    grantOnly('read');
    toolsNeedScopes('write');
    const answer = await callTool(session, 'write');
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
    expect(session.explain()).toMatchObject({
      states: ['authorized.renewal.fresh', 'authorized.stepUp.settled'],
      refusal: { code: 'scope_not_granted', phase: 'steppingUp' },
    });
  });
});

describe('what was granted', () => {
  it.each([
    ['as it was asked for, where the answer does not say', 'read', null, ['read']],
    ['fewer', 'read', 'read', ['read']],
    ['more', 'read extra', 'read extra', ['read', 'extra']],
  ])('STEP-6, T09: is recorded: %s', async (_name, scope, said, granted) => {
    grantOnly(scope, said);
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.expireAccessTokens();
    await callTool(session, 'any');
    expect(grantTypes()).toEqual(['authorization_code', 'refresh_token']);
    expect(session.explain().grant).toMatchObject({ requested: ['read'], granted });
  });
});

function insufficient(scope: string): Answer {
  return forbidden(`Bearer error="insufficient_scope", scope="${scope}"`);
}

function forbidden(challenge: string): Answer {
  return { status: 403, headers: { 'www-authenticate': challenge } };
}

// Rows of the requirement register that no other test proves: what the host may decide, and where tokens never go.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { callTool, failureOf, settled, testEngine } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const authorizations = (at: 'a' | 'b'): readonly Received[] => world.requests(at, 'GET', '/authorize');

describe('what the host decides', () => {
  const listBoth = () => {
    world.documents.resource['authorization_servers'] = [world.origins.a, world.origins.b];
  };

  it('DISC-5: which of several servers, of those that are listed', async () => {
    listBoth();
    const asked: unknown[] = [];
    const selectServer = (choice: unknown) => {
      asked.push(choice);
      return world.origins.b;
    };
    const { session } = testEngine(world.resource, { policy: { interaction: 'auto', selectServer } });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.lines('a')).toEqual([]);
    expect(session.explain().boundTo).toBe(world.origins.b);
    expect(asked).toEqual([
      { session: session.id, listed: [world.origins.a, world.origins.b], bound: undefined },
    ]);
  });

  it('DISC-5: but none that the resource does not list', async () => {
    listBoth();
    const selectServer = () => 'https://elsewhere.example';
    const { session } = testEngine(world.resource, { policy: { selectServer } });
    expect(await failureOf(session.login())).toMatchObject({ code: 'config_invalid', phase: 'discovering' });
    expect([...world.lines('a'), ...world.lines('b')]).toEqual([]);
  });

  it.each([
    ['none by itself', {}, []],
    ['consent, where the host wants it', { prompt: 'consent' }, ['consent']],
  ])('SCOPE-3: the prompt: %s, also for offline access', async (_what, policy, prompts) => {
    world.documents.a['scopes_supported'] = ['read', 'offline_access'];
    const { session } = testEngine(world.resource, { policy });
    await session.login();
    const [request] = authorizations('a');
    expect(request?.query.get('scope')).toBe('read offline_access');
    expect(request?.query.getAll('prompt')).toEqual(prompts);
  });
});

describe('where tokens go', () => {
  it('TOK-2: to each resource those of its own server alone, whichever moves', async () => {
    const other = world.addResource('/other', 'b');
    const { engine } = testEngine(world.resource);
    const [one, two] = [engine.session({ resource: world.resource }), engine.session({ resource: other })];
    const callBoth = async () => {
      for (const session of [one, two]) expect((await callTool(session, 'any')).status).toBe(200);
    };
    await callBoth();
    await callBoth();
    const accepted = () =>
      world.exchanges.flatMap(({ request: { method, path, headers }, answer }) => {
        const [, issuer] = /^Bearer access-(.)-/.exec(headers['authorization'] ?? '') ?? [];
        return method === 'POST' && issuer !== undefined ? `${path} ${issuer} ${answer.status ?? 200}` : [];
      });
    expect(accepted()).toEqual(['/mcp a 200', '/other b 200', '/mcp a 200', '/other b 200']);

    // Both tokens still work elsewhere: a client that looked for any valid one would send the wrong one.
    world.moveTo('b');
    const before = accepted().length;
    await callBoth();
    await callBoth();
    // The token of A is shown once more, to learn of the move, and never again.
    expect(accepted().slice(before)).toEqual([
      '/mcp a 401',
      '/mcp b 200',
      '/other b 200',
      '/mcp b 200',
      '/other b 200',
    ]);
    expect(await one.token()).not.toBe(await two.token());
  });

  it('TOK-3: a refresh token travels in the body of a request to its own server, and nowhere else', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    for (let round = 0; round < 2; round += 1) {
      world.expireAccessTokens();
      await callTool(session, 'any');
    }
    world.moveTo('b');
    await callTool(session, 'any');
    await session.logout();
    const carriers = world.received.filter((one) => /refresh-[ab]-/.test(JSON.stringify({ ...one })));
    expect(carriers.map(({ at, method, path }) => `${at} ${method} ${path}`).sort()).toEqual([
      'a POST /revoke',
      'a POST /token',
      'a POST /token',
      'b POST /revoke',
    ]);
    for (const { at, body, query, headers } of carriers) {
      expect(body).toMatch(new RegExp(`=refresh-${at}-`));
      expect(`${query}${JSON.stringify(headers)}`).not.toContain('refresh-');
    }
  });
});

describe('what a login granted', () => {
  it.each([
    ['fewer scopes than were asked for', 'read', ['read']],
    ['more', 'read write extra', ['read', 'write', 'extra']],
    ['what was asked for, where the answer does not say', undefined, ['read', 'write']],
  ])('STEP-6: is recorded at once, and for the next process: %s', async (_what, scope, granted) => {
    world.documents.resource['scopes_supported'] = ['read', 'write'];
    world.script('a POST /token', ({ form }) => {
      const { scope: _, ...answer } = world.mint('a', 'read', form.get('client_id') ?? '');
      return { body: { ...answer, ...(scope !== undefined && { scope }) } };
    });
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store });
    await session.login();
    const { session: next } = testEngine(world.resource, { store });
    await settled(next);
    for (const { grant } of [session.explain(), next.explain()])
      expect(grant).toMatchObject({ requested: ['read', 'write'], granted });
  });
});

describe('the bound of step-ups', () => {
  it('STEP-4: outlives a transport that connects again, and the renewal of the token', async () => {
    let more = 0;
    world.needs = ({ body }) => (body.includes('greedy') ? `more-${++more}` : null);
    const { engine, session } = testEngine(world.resource);
    await callTool(session, 'any');
    expect((await callTool(session, 'greedy')).status).toBe(403);
    expect(authorizations('a')).toHaveLength(1 + 2);

    world.expireAccessTokens();
    const again = engine.session({ resource: world.resource });
    const stream = await again.fetch(world.resource, { headers: { accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    for (let at = 0; at < 3; at += 1) expect((await callTool(again, 'greedy')).status).toBe(403);
    expect(authorizations('a')).toHaveLength(1 + 2);
    expect(again.explain().refusal?.code).toBe('step_up_exhausted');
  });
});

// DISC-13, TOK-14: what a refused request has taught counts for the login after it, and a refused login is not given back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const ask = { policy: { interaction: 'ask' } } as const;
const logins = (): number => world.requests('a', 'GET', '/authorize').length;
const renewals = (): number =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.has('refresh_token')).length;

describe('a resource that challenges POST only', () => {
  const elsewhere = '/meta';
  beforeEach(() => {
    // At the well-known place there is another application's document.
    world.script('resource GET /mcp', () => ({ status: 405 }));
    world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({ status: 404 }));
    world.script('resource GET /.well-known/oauth-protected-resource', () => ({
      body: { resource: new URL(world.resource).origin, authorization_servers: [world.origins.b] },
    }));
    world.script(`resource GET ${elsewhere}`, () => ({ body: world.documents.resource }));
    world.script('resource POST /mcp', ({ headers }) =>
      headers['authorization'] === undefined
        ? {
            status: 401,
            headers: {
              'www-authenticate': `Bearer resource_metadata="${new URL(elsewhere, world.resource)}", scope="read"`,
            },
          }
        : undefined,
    );
  });

  it('DISC-13: the pointer that a call has met counts for login(), over every well-known place', async () => {
    const { session } = testEngine(world.resource, ask);
    expect((await callTool(session, 'any')).status).toBe(401);
    await session.login();
    expect(world.lines('b')).toEqual([]);
    expect(logins()).toBe(1);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('DISC-2, DISC-13: login() without a call before it asks by POST where the policy says so, and finds the same pointer', async () => {
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask', probe: 'POST' } });
    await session.login();
    expect(world.lines('b')).toEqual([]);
    const [probe, ...others] = world.requests('resource', 'POST', '/mcp');
    expect(others).toEqual([]);
    expect(JSON.parse(probe?.body ?? '')).toMatchObject({ jsonrpc: '2.0', method: 'ping' });
    expect(probe?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(probe?.headers['authorization']).toBeUndefined();
  });
});

describe('a probe by POST', () => {
  it.each([200, 202, 400, 403, 404, 405, 415, 503])(
    'DISC-2: that is answered with %i is followed by a GET, whose challenge counts',
    async (status) => {
      world.script('resource POST /mcp', ({ headers }) =>
        headers['authorization'] === undefined ? { status } : undefined,
      );
      const { session } = testEngine(world.resource, { policy: { interaction: 'ask', probe: 'POST' } });
      await session.login();
      expect(world.lines('resource').slice(0, 2)).toEqual(['POST /mcp', 'GET /mcp']);
    },
  );
});

describe('a resource that answers every path with JSON', () => {
  it.each([{}, { error: 'not found' }, { ok: true, path: '/.well-known' }])(
    'D16: the document of its root is found behind %j',
    async (catchAll) => {
      world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({ body: catchAll }));
      world.script('resource GET /.well-known/oauth-protected-resource', () => ({
        body: { ...world.documents.resource, resource: new URL(world.resource).origin },
      }));
      world.script('resource POST /mcp', ({ headers }) =>
        headers['authorization'] === undefined ? { status: 401 } : undefined,
      );
      world.script('resource GET /mcp', () => ({ status: 401 }));
      const { session } = testEngine(world.resource, ask);
      await session.login();
      expect((await callTool(session, 'any')).status).toBe(200);
    },
  );
});

describe('a step-up that needs a person', () => {
  it('STEP-5, DISC-13: its scopes are those that the next login() asks for', async () => {
    world.needs = ({ body }) => (body.includes('write') ? 'write' : 'read');
    const { session } = testEngine(world.resource, ask);
    await session.login();
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({ code: 'interaction_required', scopes: ['write'] });
    await session.login();
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(logins()).toBe(2);
  });
});

describe('a resource that refuses what renewals bring', () => {
  it('TOK-14: login() asks the person, not the refresh token', async () => {
    const { session } = testEngine(world.resource, ask);
    await session.login();
    let refuses = true;
    world.script('resource POST /mcp', () => (refuses ? { status: 401 } : undefined));
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(renewals()).toBe(1);
    await session.login();
    expect(logins()).toBe(2);
    expect(renewals()).toBe(1);
    refuses = false;
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('TOK-14: login({ again: true }) asks the person, however good the login looks', async () => {
    const { session } = testEngine(world.resource, ask);
    await session.login();
    await session.login();
    expect(logins()).toBe(1);
    const before = session.snapshot.context.grant?.version;
    await session.login({ again: true });
    expect(logins()).toBe(2);
    expect(renewals()).toBe(0);
    expect(session.snapshot.context.grant?.version).not.toBe(before);
    expect((await callTool(session, 'any')).status).toBe(200);
  });
});

// A resource that leads to another host: a server that nobody has met before, or another origin by a redirect.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostUserAgent } from '../../index.ts';
import { callTool, failureOf, personsTurn, testEngine, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('a server that is met for the first time, or is another one than before', () => {
  /** An engine that leads to a login only when asked, and notes what its person is told of each. */
  function withPerson() {
    const told: { readonly issuer: string; readonly url: string }[] = [];
    const userAgent = hostUserAgent({
      redirectUri: 'http://127.0.0.1/callback',
      present: ({ issuer, url }) => void told.push({ issuer, url }),
    });
    return { ...testEngine(world.resource, { userAgent, policy: { interaction: 'ask' } }), told };
  }

  it('M09: is named to the person before they are led there, and a mere request leads nobody there', async () => {
    const { engine, session, told } = withPerson();
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      const before = told.length;
      expect((await callTool(session, 'any')).status).toBe(401);
      expect(told).toHaveLength(before);
      const { failure } = session.explain();
      expect(failure).toMatchObject({ code: 'interaction_required', issuer: world.origins[place] });
      expect(failure?.message).toContain(world.origins[place]);
      expect(world.requests(place, 'POST')).toEqual([]);
      const login = session.login();
      await personsTurn(session);
      const shown = told.at(-1);
      expect(shown?.issuer).toBe(world.origins[place]);
      expect(world.requests(place, 'GET', '/authorize')).toEqual([]);
      await engine.complete(await visit(shown?.url));
      await login;
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    expect(told).toHaveLength(2);
    await engine.dispose();
  });
});

describe('a resource that moves to another origin by a redirect', () => {
  const KEY = 'key-of-the-host';

  it.each([
    [301, 'POST', '{}'],
    [302, 'POST', '{}'],
    [301, 'GET', undefined],
    [308, 'GET', undefined],
  ])(
    'M11: %i of a %s takes no Authorization header along, nor other credentials',
    async (status, method, body) => {
      const headers = { cookie: 'session=1', 'proxy-authorization': 'Basic AAAA' };
      const policy = { resourceHeaders: { [world.origins.resource]: { 'x-api-key': KEY } } };
      const { session } = testEngine(world.resource, { policy });
      await session.login();
      world.script(`resource ${method} /mcp`, () => ({
        status,
        headers: { location: `${world.origins.b}/mcp` },
      }));
      await session.fetch(world.resource, { method, headers, ...(body !== undefined && { body }) });
      const [first] = world.requests('resource', method, '/mcp').slice(-1);
      expect(first?.headers).toMatchObject({ authorization: expect.any(String), 'x-api-key': KEY });
      const there = world.requests('b');
      expect(there.map((one) => one.path)).toEqual(['/mcp']);
      const credentials = ['authorization', 'x-api-key', 'cookie', 'proxy-authorization', 'dpop'];
      for (const name of credentials) expect(there[0]?.headers).not.toHaveProperty(name);
    },
  );

  it('M11: the new origin is another resource: it needs a session, a login and a token of its own', async () => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    const moved = `${world.origins.b}/mcp`;
    const sent = world.received.length;
    expect((await failureOf(session.fetch(moved))).code).toBe('address_refused');
    expect(world.received).toHaveLength(sent);
    const pointer = `${world.origins.b}/.well-known/oauth-protected-resource/mcp`;
    world.script('b GET /.well-known/oauth-protected-resource/mcp', () => ({
      body: { resource: moved, authorization_servers: [world.origins.b] },
    }));
    world.script('b GET /mcp', ({ headers }) =>
      world.accessTokens.get(headers['authorization']?.slice('Bearer '.length) ?? '')?.issuer === 'b'
        ? { body: { ok: true } }
        : { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${pointer}"` } },
    );
    const next = engine.session({ resource: moved });
    expect((await next.fetch(moved)).status).toBe(200);
    expect(await next.token()).not.toBe(await session.token());
    const [first] = world.requests('b', 'GET', '/mcp');
    expect(first?.headers).not.toHaveProperty('authorization');
    await engine.dispose();
  });
});

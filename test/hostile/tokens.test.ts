// Tokens in unlucky moments: they run out on the way, name another server, or come without a refresh token.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../index.ts';
import { callTool, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const bearers = (path = '/mcp'): readonly string[] =>
  world
    .requests('resource', 'POST', path)
    .map(({ headers }) => (headers['authorization'] ?? '').replace('Bearer ', ''));
const refreshes = () =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.get('grant_type') === 'refresh_token');

describe('a token that runs out while a request is under way', () => {
  /** A session whose token is good when a request is sent, and has run out when the request arrives, so many times. */
  async function slowResource(times: number) {
    let now = 1_800_000_000_000;
    // Timers are late, as on a busy machine: only the answer of the resource tells that the token has run out.
    const sleep = (_: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const made = testEngine(world.resource, { now: () => now, sleep });
    await made.session.login();
    let left = times;
    world.script('resource POST /mcp', () => {
      if (left === 0) return undefined;
      left -= 1;
      now += 301_000;
      world.expireAccessTokens();
      return undefined;
    });
    return made;
  }

  it('T33: is renewed, and the request is sent once more with the new one', async () => {
    const { engine, session } = await slowResource(1);
    const answer = await callTool(session, 'any');
    expect(answer.status).toBe(200);
    expect(refreshes()).toHaveLength(1);
    const [first, second, ...more] = bearers();
    expect(first).toMatch(/^access-a-/);
    expect(second).toBe(await session.token());
    expect(second).not.toBe(first);
    expect(more).toEqual([]);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    await engine.dispose();
  });

  it('T33: is renewed once: where the new one runs out on its way as well, the answer is passed on', async () => {
    const { engine, session } = await slowResource(2);
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(refreshes()).toHaveLength(1);
    expect(bearers()).toHaveLength(2);
    await engine.dispose();
  });
});

describe('a token that is visibly meant for another server', () => {
  const part = (of: object): string => Buffer.from(JSON.stringify(of)).toString('base64url');

  it.each([
    [
      'by its `aud`',
      () => `${part({ alg: 'none' })}.${part({ aud: world.origins.b, iss: world.origins.b })}.x`,
    ],
    ['and has an end long ago', () => `${part({ alg: 'none' })}.${part({ aud: world.origins.b, exp: 1 })}.x`],
    ['and cannot be parsed', () => 'e30.not-json.x'],
  ])(
    'T36: is opaque, and belongs where its record says; it names another server %s',
    async (_what, tokenOf) => {
      const token = tokenOf();
      world.script('a POST /token', ({ form }): Answer => {
        const answer = world.mint('a', 'read', form.get('client_id') ?? '');
        world.accessTokens.set(token, { issuer: 'a', scope: 'read' });
        const elsewhere = { resource: world.origins.b, audience: world.origins.b, iss: world.origins.b };
        return { body: { ...answer, ...elsewhere, access_token: token } };
      });
      const store = memoryStore();
      const { session } = testEngine(world.resource, { store });
      expect((await callTool(session, 'any')).status).toBe(200);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(bearers().slice(-2)).toEqual([token, token]);
      expect(world.requests('b')).toEqual([]);
      expect(refreshes()).toEqual([]);
      const grants = (await textsOf(store, 'grant:')).map((text) => JSON.parse(text));
      expect(grants).toMatchObject([
        { issuer: world.origins.a, resource: world.resource, accessToken: token },
      ]);
    },
  );

  it('T36: is not sent to the server that it names, which is a resource of its own', async () => {
    const other = world.addResource('/other', 'a');
    world.script('a POST /token', (request): Answer => {
      // Each token is said to be for the other resource.
      const resource = request.form.get('resource') === other ? world.resource : other;
      const answer = world.correctly(request);
      return { ...answer, body: { ...(answer.body as object), resource } };
    });
    const { engine, session } = testEngine(world.resource);
    const second = engine.session({ resource: other });
    await session.login();
    await second.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect((await callTool(second, 'any')).status).toBe(200);
    const [[mine], [its]] = [bearers('/mcp'), bearers('/other')];
    expect(mine).toBe(await session.token());
    expect(its).toBe(await second.token());
    expect(mine).not.toBe(its);
    await engine.dispose();
  });
});

describe('a step-up whose grant has no refresh token', () => {
  /** Of the second login on, no refresh token comes. */
  function grantWithout(): void {
    world.needs = ({ body }) => (body.includes('"write"') ? 'write' : null);
    world.script('a POST /token', (request): Answer | undefined => {
      if (world.requests('a', 'GET', '/authorize').length < 2) return undefined;
      const answer = world.correctly(request);
      const { refresh_token: _, ...body } = answer.body as Record<string, unknown>;
      return { ...answer, body };
    });
  }
  const revoked = () => world.requests('a', 'POST', '/revoke').map(({ form }) => form.get('token'));

  it('T38: retires the old refresh token at its server only when the person signs out', async () => {
    grantWithout();
    const { session } = testEngine(world.resource);
    await session.login();
    const [old] = [...world.refreshTokens.keys()];
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(session.explain().grant).toMatchObject({ renewable: false });
    expect(revoked()).toEqual([]);
    const token = await session.token();
    await session.logout();
    expect(revoked()).toEqual([old, token]);
  });

  it('T38: keeps the old grant, which can be renewed, where the new one cannot be stored', async () => {
    grantWithout();
    const { put, ...rest } = memoryStore();
    let isFull = false;
    const store: Store = {
      ...rest,
      put: async (key, text, expected) => {
        if (isFull && key.startsWith('grant:')) throw new Error('full');
        return put(key, text, expected);
      },
    };
    const { engine, session } = testEngine(world.resource, { store });
    await session.login();
    const [old] = [...world.refreshTokens.keys()];
    isFull = true;
    expect((await callTool(session, 'write')).status).toBe(403);
    isFull = false;
    expect(revoked()).toEqual([]);
    world.expireAccessTokens();
    world.scripts.clear();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(refreshes().map(({ form }) => form.get('refresh_token'))).toEqual([old]);
    await engine.dispose();
  });
});

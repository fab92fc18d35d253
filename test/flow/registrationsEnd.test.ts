// REG-10, REG-11: registrations that their server has forgotten, and registrations that hold a client to too few scopes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, testEngine } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const registrations = (): readonly Record<string, unknown>[] =>
  world.requests('a', 'POST', '/register').map((one) => JSON.parse(one.body));
const asked = (): readonly URLSearchParams[] =>
  world.requests('a', 'GET', '/authorize').map((one) => one.query);

/** The authorization endpoint sends the person back with this error, where it objects to the request. */
function refuseLogins(error: string, objects: (query: URLSearchParams) => boolean): void {
  world.script('a GET /authorize', ({ query }: Received) => {
    if (!objects(query)) return undefined;
    const answer = new URLSearchParams({ error, state: query.get('state') ?? '', iss: world.origins.a });
    return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } };
  });
}

describe('a client that the authorization endpoint does not know any more', () => {
  it.each(['invalid_client', 'unauthorized_client'])(
    'REG-10: is registered anew within the same login, after %s',
    async (error) => {
      const { session } = testEngine(world.resource);
      await session.login();
      const forgotten = asked()[0]?.get('client_id');
      world.expireAccessTokens();
      world.refreshTokens.clear();
      refuseLogins(error, (query) => query.get('client_id') === forgotten);
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(registrations()).toHaveLength(2);
      expect(asked().map((query) => query.get('client_id') === forgotten)).toEqual([true, true, false]);
    },
  );

  it('REG-10: once, and then it is said', async () => {
    refuseLogins('unauthorized_client', () => true);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({
      code: 'client_refused',
      oauthError: 'unauthorized_client',
    });
    expect(registrations()).toHaveLength(2);
    expect(asked()).toHaveLength(2);
  });

  it('REG-10: is not replaced where a person registered it by hand', async () => {
    refuseLogins('invalid_client', () => true);
    const preRegistered = [{ issuer: world.origins.a, clientId: 'by-hand' }];
    const { session } = testEngine(world.resource, { client: { name: 'tests', preRegistered } });
    await expect(session.login()).rejects.toMatchObject({
      code: 'client_refused',
      message: expect.stringContaining('register the client there again'),
    });
    expect(registrations()).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  it('REG-10: says so at renewal with unauthorized_client, too', async () => {
    const { session } = testEngine(world.resource);
    await session.login();
    const forgotten = asked()[0]?.get('client_id');
    world.expireAccessTokens();
    world.script('a POST /token', ({ form }) =>
      form.get('client_id') === forgotten
        ? { status: 400, body: { error: 'unauthorized_client' } }
        : undefined,
    );
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(registrations()).toHaveLength(2);
  });
});

describe('a server that holds clients to the scopes of their registration', () => {
  const registered = new Map<string, readonly string[]>();
  beforeEach(() => {
    registered.clear();
    world.script('a POST /register', ({ body }) => {
      const request = JSON.parse(body);
      const id = `client-${registered.size}`;
      registered.set(id, String(request.scope ?? '').split(' '));
      return { status: 201, body: { ...request, client_id: id } };
    });
    refuseLogins('invalid_scope', (query) => {
      const mine = registered.get(query.get('client_id') ?? '') ?? [];
      return (query.get('scope') ?? '').split(' ').some((scope) => !mine.includes(scope));
    });
    world.needs = ({ body }) => (body.includes('write') ? 'write' : 'read');
  });

  it('REG-11: and lists them: one registration does for a step-up', async () => {
    world.documents.resource['scopes_supported'] = ['read', 'write'];
    const { session } = testEngine(world.resource);
    await session.login({ scopes: ['read'] });
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(registrations()).toHaveLength(1);
  });

  it('REG-11: and lists fewer: a step-up registers for the union, and keeps what the old grant had', async () => {
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'read')).status).toBe(200);
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(registrations().map(({ scope }) => scope)).toEqual(['read', 'read write']);
    expect(session.snapshot.context.grant?.granted).toEqual(['read', 'write']);
  });

  it('REG-11: and refuses every scope: the second time it is said', async () => {
    refuseLogins('invalid_scope', () => true);
    const { session } = testEngine(world.resource);
    await expect(session.login()).rejects.toMatchObject({
      code: 'authorization_refused',
      oauthError: 'invalid_scope',
    });
    expect(registrations()).toHaveLength(2);
  });
});

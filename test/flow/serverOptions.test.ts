// What a server needs besides, option by option: further parameters, another name for the resource, headers of a gateway.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnginePolicy, memoryStore } from '../../index.ts';
import {
  callTool,
  everythingTold,
  failureOf,
  type TestEngine,
  testEngine,
  textsOf,
} from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const withPolicy = (policy: EnginePolicy, store = memoryStore()): TestEngine =>
  testEngine(world.resource, { store, policy: { interaction: 'auto', ...policy } });
const seen = (place: 'a' | 'b' = 'a'): readonly Received[] => world.requests(place, 'GET', '/authorize');

describe('further parameters of authorization requests', () => {
  const parameters = { access_type: 'offline', audience: 'urn:mcp & more' };

  it('AUTHZ-2: go to their issuer, and to no other; ours stay as they are', async () => {
    const { session } = withPolicy({ authorizationParameters: { [world.origins.a]: parameters } });
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      expect((await callTool(session, 'any')).status).toBe(200);
      const query = seen(place)[0]?.query;
      expect(query?.get('access_type') ?? null).toBe(place === 'a' ? 'offline' : null);
      expect(query?.getAll('audience')).toEqual(place === 'a' ? ['urn:mcp & more'] : []);
      expect(query?.getAll('resource')).toEqual([world.resource]);
      expect(query?.getAll('code_challenge_method')).toEqual(['S256']);
    }
    for (const { form } of world.requests('a', 'POST', '/token')) expect(form.has('audience')).toBe(false);
    expect(session.explain().relaxed.join()).not.toContain('audience');
  });

  it('AUTHZ-2: replace what the endpoint itself says by the same name', async () => {
    world.documents.a['authorization_endpoint'] = `${world.origins.a}/authorize?audience=other&tenant=1`;
    await withPolicy({ authorizationParameters: { [world.origins.a]: parameters } }).session.login();
    expect(seen()[0]?.query.getAll('audience')).toEqual(['urn:mcp & more']);
    expect(seen()[0]?.query.get('tenant')).toBe('1');
  });

  it('AUTHZ-2: a name that every object has is no issuer', async () => {
    await withPolicy({ authorizationParameters: {}, dangerouslySendResourceAs: {} }).session.login();
    expect(seen()[0]?.query.getAll('resource')).toEqual([world.resource]);
  });

  it('EXT-6: go along when a code for another device is asked for', async () => {
    world.documents.a['device_authorization_endpoint'] = `${world.origins.a}/device`;
    world.documents.a['grant_types_supported'] = ['urn:ietf:params:oauth:grant-type:device_code'];
    world.script('a POST /device', () => ({ status: 400, body: { error: 'invalid_request' } }));
    const client = { name: 'tests', grant: { kind: 'device', show: () => {} } } as const;
    const policy = { authorizationParameters: { [world.origins.a]: parameters } };
    await failureOf(testEngine(world.resource, { client, policy }).session.login());
    const [asked] = world.requests('a', 'POST', '/device');
    expect(asked?.form.getAll('audience')).toEqual(['urn:mcp & more']);
    expect(asked?.form.getAll('resource')).toEqual([world.resource]);
  });
});

describe('another name for the resource', () => {
  it('AUTHZ-2: is sent to its issuer with each request, refreshes too; any other hears the real one', async () => {
    const dangerouslySendResourceAs = { [world.origins.a]: 'api://mcp-server' };
    const { session } = withPolicy({ dangerouslySendResourceAs });
    for (const place of ['a', 'b'] as const) {
      world.moveTo(place);
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      const tokens = world.requests(place, 'POST', '/token');
      const sent = [...seen(place).map(({ query }) => query), ...tokens.map(({ form }) => form)];
      expect(sent).toHaveLength(3);
      const name = place === 'a' ? 'api://mcp-server' : world.resource;
      for (const one of sent) expect(one.getAll('resource')).toEqual([name]);
    }
    expect(session.explain().relaxed.join()).toContain('in the name of api://mcp-server');
  });

  it('HOST-2: beside an issuer that is sent none at all is refused', () => {
    const issuer = 'https://as.example';
    const policy = { dangerouslyOmitResourceAt: [issuer], dangerouslySendResourceAs: { [issuer]: 'urn:a' } };
    expect(() => withPolicy(policy)).toThrow(
      'policy.dangerouslySendResourceAs must have no issuer that policy.dangerouslyOmitResourceAt has.',
    );
  });
});

describe('headers for the origin of the resource', () => {
  const KEY = 'hush-hush-key';
  const withKey = (more: EnginePolicy = {}, store = memoryStore()) =>
    withPolicy(
      { resourceHeaders: { [world.origins.resource]: { 'X-Api-Key': async () => KEY } }, ...more },
      store,
    );
  /** Every request to the resource without the key is turned away. */
  function gateway(): void {
    for (const line of ['GET /mcp', 'POST /mcp', 'GET /.well-known/oauth-protected-resource/mcp'] as const)
      world.script(`resource ${line}` as 'resource GET /mcp', ({ headers }) =>
        headers['x-api-key'] === KEY ? undefined : { status: 407, body: 'gateway' },
      );
  }
  const carriers = () => world.received.filter(({ headers }) => headers['x-api-key'] === KEY);

  it('L01: the call, the probe and the metadata have them; no server has, and nobody is told', async () => {
    gateway();
    const store = memoryStore();
    const test = withKey({}, store);
    await test.session.login();
    expect((await callTool(test.session, 'any')).status).toBe(200);
    expect(new Set(carriers().map(({ at }) => at))).toEqual(new Set(['resource']));
    expect(carriers()).toHaveLength(world.requests('resource').length);
    expect(carriers().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /mcp',
      'GET /.well-known/oauth-protected-resource/mcp',
      'POST /mcp',
    ]);
    expect(everythingTold(test) + (await textsOf(store)).join()).not.toContain(KEY);
  });

  it('TOK-1: a header that the call has itself is sent as the call says', async () => {
    const { session } = withKey();
    await session.login();
    await session.fetch(world.resource, { headers: { 'x-api-key': 'mine' } });
    expect(world.requests('resource').at(-1)?.headers['x-api-key']).toBe('mine');
  });

  it('TOK-1, TOK-2: a session of another origin sends none, nor does metadata that lies elsewhere', async () => {
    world.pointer = `${world.origins.b}/metadata`;
    world.script('b GET /metadata', () => ({ body: world.documents.resource }));
    expect((await callTool(withKey().session, 'any')).status).toBe(200);
    expect(world.requests('b')).toHaveLength(1);
    expect(carriers().every(({ at }) => at === 'resource')).toBe(true);
    const before = carriers().length;
    const other = { resourceHeaders: { [world.origins.a]: { 'x-api-key': KEY } } };
    expect((await callTool(withPolicy(other).session, 'any')).status).toBe(200);
    expect(carriers()).toHaveLength(before);
  });

  it.each([false, true])(
    'L06, TOK-1, TOK-2: a redirect to another origin gets neither them nor the token; logged in: %s',
    async (isLoggedIn) => {
      const arrived: unknown[] = [];
      const elsewhere = createServer((request, response) => {
        arrived.push(request.headers['x-api-key'], request.headers.authorization);
        response.end('elsewhere');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
      world.script('resource GET /mcp', ({ query }) =>
        query.has('moved') ? { status: 307, headers: { location } } : undefined,
      );
      world.script('resource GET /first', () => ({ status: 302, headers: { location: '/mcp?moved' } }));
      const { session } = withKey();
      if (isLoggedIn) await session.login();
      const response = await session.fetch(`${world.origins.resource}/first`);
      expect(await response.text()).toBe('elsewhere');
      expect(arrived).toEqual([undefined, undefined]);
      // The redirect within the origin has them.
      expect(carriers().at(-1)?.query.has('moved')).toBe(true);
      elsewhere.close();
    },
  );

  it('L01: a value that is none ends the call, and is not told', async () => {
    const resourceHeaders = { [world.origins.resource]: { 'x-api-key': async () => `${KEY}\n` } };
    const { session } = withPolicy({ resourceHeaders });
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ code: 'config_invalid', recovery: 'fix-config' });
    expect(failure.message).toContain('the header x-api-key of policy.resourceHeaders');
    expect(failure.message).not.toContain(KEY);
    expect(world.received).toEqual([]);
  });
});

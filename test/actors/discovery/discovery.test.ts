// Discovery, step by step: what is asked where, which server is chosen, and what the host may tolerate.
import { describe, expect, it } from 'vitest';
import { chooseServer } from '../../../actors/discovery/chooseServer.ts';
import { fetchResourceMetadata } from '../../../actors/discovery/fetchResourceMetadata.ts';
import { fetchServerMetadata, lookUpServer } from '../../../actors/discovery/fetchServerMetadata.ts';
import { probeResource } from '../../../actors/discovery/probeResource.ts';
import type { Policy } from '../../../actors/tools/hostOptions.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { store } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const session = { ...of.pending.value.session, resource: 'https://mcp.example/mcp' };
const { issuer } = of.registration.value;
const never = new AbortController().signal;

function asking(reply: Parameters<typeof doorThat>[0], policy: Policy = {}, more: Partial<Tools> = {}) {
  const door = doorThat(reply);
  const { tools, clock } = toolsFor({ doorOf: door.doorOf, policy, ...more });
  return { tools, clock, door };
}

describe('a probe', () => {
  const challenged: Reply = { status: 401, headers: { 'www-authenticate': 'Bearer scope="read"' } };
  const accept = 'application/json, text/event-stream';

  it('DISC-1: is a GET without a token, and reads the challenge', async () => {
    const { tools, clock, door } = asking(() => challenged);
    const { at, challenge } = await probeResource(tools)({ session, after: null }, never);
    expect([at, challenge.status, challenge.scopes]).toEqual([clock.now(), 401, ['read']]);
    expect(door.asked).toMatchObject([
      {
        purpose: 'probe',
        method: 'GET',
        url: session.resource,
        headers: { accept },
        resource: session.resource,
      },
    ]);
    expect(door.asked[0]?.headers).toEqual({ accept });
  });

  it('DISC-1: is a ping of MCP where the policy says so', async () => {
    const { tools, door } = asking(() => challenged, { probe: 'POST' });
    await probeResource(tools)({ session, after: null }, never);
    expect(door.asked).toHaveLength(1);
    const [{ method, headers, body = '' } = expect.unreachable()] = door.asked;
    expect([method, headers, JSON.parse(body)]).toEqual([
      'POST',
      { accept, 'content-type': 'application/json' },
      { jsonrpc: '2.0', id: 1, method: 'ping' },
    ]);
  });

  it('DISC-1: is a GET after a POST that was not challenged', async () => {
    const { tools, door } = asking(({ method }) => (method === 'GET' ? challenged : {}), { probe: 'POST' });
    const { challenge } = await probeResource(tools)({ session, after: null }, never);
    expect(door.asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(challenge.status).toBe(401);
  });

  it('DISC-12: is asked once for sessions that an earlier answer will do', async () => {
    const { tools, door } = asking(() => challenged);
    await probeResource(tools)({ session, after: null }, never);
    const other = { ...session, subject: 'eve' };
    expect((await probeResource(tools)({ session: other, after: null }, never)).challenge.status).toBe(401);
    expect(door.asked.length).toBeLessThanOrEqual(2);
  });
});

describe('the metadata of a resource', () => {
  const document: Reply = {
    body: { resource: session.resource, authorization_servers: [issuer] },
  };
  const challenge = { status: 401, resourceMetadata: 'https://mcp.example/here' } as never;

  it('DISC-2: is read where the challenge points, and nowhere else', async () => {
    const { tools, clock, door } = asking(() => document);
    const found = await fetchResourceMetadata(tools)({ session, challenge, after: null }, never);
    expect(found.at).toBe(clock.now());
    expect(found.resourceMetadata).toMatchObject({
      url: 'https://mcp.example/here',
      resource: session.resource,
      authorizationServers: [issuer],
    });
    expect(door.asked.map(({ purpose, url }) => [purpose, url])).toEqual([
      ['resource-metadata', 'https://mcp.example/here'],
    ]);
  });

  it('DISC-3: is read in the well-known places without a pointer', async () => {
    const { tools, door } = asking(() => ({ status: 404 }));
    const absent = fetchResourceMetadata(tools)({ session, challenge: null, after: null }, never);
    expect(await failureOf(absent)).toMatchObject({
      code: 'resource_metadata_absent',
      phase: 'discovering',
      message: expect.stringContaining('publishes no protected resource metadata'),
    });
    expect(door.asked.map(({ url }) => url)).toEqual([
      'https://mcp.example/.well-known/oauth-protected-resource/mcp',
      'https://mcp.example/.well-known/oauth-protected-resource',
    ]);
  });

  it('DISC-10: is that of the rules of 2025-03-26 where the policy says so and there is none', async () => {
    const { tools, clock } = asking(() => ({ status: 404 }), { legacyDiscovery: true });
    const found = await fetchResourceMetadata(tools)({ session, challenge: null, after: null }, never);
    expect(found.at).toBe(clock.now());
    expect(found.resourceMetadata.authorizationServers).toEqual(['https://mcp.example']);
  });

  it('DISC-2: that is broken is refused', async () => {
    const { tools } = asking(() => ({ body: 'no document' }));
    const broken = fetchResourceMetadata(tools)({ session, challenge, after: null }, never);
    expect((await failureOf(broken)).code).toBe('resource_metadata_broken');
  });
});

describe('the metadata of a server', () => {
  const document = (change: object = {}): Reply => ({
    body: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      code_challenge_methods_supported: ['S256'],
      ...change,
    },
  });
  const input = { session, issuer, legacy: false, after: null };

  it('DISC-7: is read in the well-known places', async () => {
    const { tools, clock, door } = asking(() => document());
    const { at, server } = await fetchServerMetadata(tools)(input, never);
    expect([at, server.issuer, server.tokenEndpoint]).toEqual([clock.now(), issuer, `${issuer}/token`]);
    expect(door.asked[0]).toMatchObject({ purpose: 'server-metadata', resource: session.resource });
  });

  it('DISC-7: that is not there is refused, or made up by the rules of 2025-03-26', async () => {
    const { tools } = asking(() => ({ status: 404 }));
    expect(await failureOf(fetchServerMetadata(tools)(input, never))).toMatchObject({
      code: 'server_metadata_absent',
      phase: 'discovering',
      issuer,
      message: expect.stringContaining(`${issuer} publishes no authorization server metadata`),
    });
    expect((await fetchServerMetadata(tools)({ ...input, legacy: true }, never)).server.tokenEndpoint).toBe(
      `${issuer}/token`,
    );
    expect(await lookUpServer(tools, session, { issuer, after: null }, never)).toBeUndefined();
  });

  it('DISC-7: that is broken is refused', async () => {
    const { tools } = asking(() => ({ body: 'no document' }));
    expect((await failureOf(fetchServerMetadata(tools)(input, never))).code).toBe('server_metadata_broken');
  });

  const withoutPkce = document({ code_challenge_methods_supported: undefined });
  it.each<[string, Reply, Policy, Partial<Tools>, string | undefined]>([
    ['PKCE', withoutPkce, {}, {}, 'pkce_unsupported'],
    [
      'PKCE that the host goes without',
      withoutPkce,
      { dangerouslyAllowWithoutPkceAt: [issuer] },
      {},
      undefined,
    ],
    [
      'PKCE, for a grant without a code',
      withoutPkce,
      {},
      { client: { name: 'Test', grant: { kind: 'client-credentials' } } },
      undefined,
    ],
    ['its own name', document({ issuer: `${issuer}/` }), {}, {}, 'issuer_mismatch'],
    [
      'its own name but for a slash that the host ignores',
      document({ issuer: `${issuer}/` }),
      { dangerouslyIgnoreTrailingSlashOf: [issuer] },
      {},
      undefined,
    ],
  ])('DISC-8: without %s is judged by the policy', async (_what, reply, policy, more, code) => {
    const { tools } = asking(() => reply, policy, more);
    const judging = fetchServerMetadata(tools)(input, never);
    if (code === undefined) expect((await judging).server.tokenEndpoint).toBe(`${issuer}/token`);
    else expect((await failureOf(judging)).code).toBe(code);
  });
});

describe('the choice of a server', () => {
  const [a, b] = ['https://a.example', 'https://b.example'];
  const input = { session: of.pending.value.session, listed: [a, b], passedOver: [] as readonly string[] };
  const choosing = async (policy: Policy = {}, client: object = {}, change: object = {}) => {
    const { tools, clock } = toolsFor({ policy, client: { name: 'Test', ...client } });
    const run = () => chooseServer(tools)({ ...input, ...change }, never);
    return { tools, clock, run };
  };

  it('DISC-5: is the first one, or the one that is left, or none', async () => {
    const { clock, run } = await choosing();
    expect(await run()).toEqual({ at: clock.now(), issuer: a, isBound: false });
    expect((await (await choosing({}, {}, { passedOver: [a] })).run()).issuer).toBe(b);
    expect(await (await choosing({}, {}, { passedOver: [a, b] })).run()).toMatchObject({
      issuer: null,
      isBound: false,
    });
  });

  it('DISC-5: is the one that the resource is bound to', async () => {
    const { tools, run } = await choosing({}, {}, { listed: [a, issuer] });
    await store(tools, 'binding');
    expect(await run()).toMatchObject({ issuer, isBound: true });
  });

  it('DISC-5: is one where the host has a client', async () => {
    const { run } = await choosing(
      {},
      { preRegistered: [{ clientId: 'by hand' }, { clientId: 'x', issuer: b }] },
    );
    expect((await run()).issuer).toBe(b);
  });

  it('DISC-5: is put to the host where there is more than one', async () => {
    const asked: unknown[] = [];
    const selectServer = (request: unknown): string => {
      asked.push(request);
      return b;
    };
    expect((await (await choosing({ selectServer })).run()).issuer).toBe(b);
    expect(asked).toEqual([{ session: input.session, listed: [a, b], bound: undefined }]);
    expect((await (await choosing({ selectServer }, {}, { listed: [a] })).run()).issuer).toBe(a);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Policy['selectServer'], readonly string[], string | undefined]>([
    ['the only one that the host allows', b, [a, b], b],
    ['not the only listed one where the host allows another', b, [a], undefined],
    ['not one that is not listed', () => 'https://c.example', [a, b], undefined],
    ['not made where the host fails', () => Promise.reject(new Error('of the host')), [a, b], undefined],
  ])('DISC-5: is %s', async (_what, selectServer, listed, chosen) => {
    const { run } = await choosing({ selectServer } as Policy, {}, { listed });
    if (chosen !== undefined) expect((await run()).issuer).toBe(chosen);
    else expect(await failureOf(run())).toMatchObject({ code: 'config_invalid', phase: 'discovering' });
  });
});

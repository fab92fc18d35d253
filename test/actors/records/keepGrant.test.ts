// A grant that was just issued: how it is stored, what is remembered of the one before, and how the binding moves.
import { describe, expect, it } from 'vitest';
import type { IssuedTokens } from '../../../actors/network/tokenEndpoint.ts';
import { type GrantRequest, keepGrant } from '../../../actors/records/keepGrant.ts';
import type { ClientRecord } from '../../../stores/records.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, issuer, client, dpopKey } = of.grant.value;
const request = (change: Partial<GrantRequest> = {}): GrantRequest => ({
  session,
  issuer,
  client,
  resource: 'https://mcp.example/asked',
  requested: ['read', 'write'],
  ...change,
});
const tokens = (change: Partial<IssuedTokens> = {}): IssuedTokens => ({
  accessToken: 'new access',
  client,
  ...change,
});
const bearer = { dpopKey: undefined, tokenType: undefined };

describe('a grant that was just issued', () => {
  it('TOK-4: is stored with all that belongs to it, and told without a token', async () => {
    const { tools, clock } = toolsFor();
    const now = clock.now();
    const issued = tokens({
      refreshToken: 'new refresh',
      expiresIn: 600,
      granted: ['read'],
      bound: true,
      ...(dpopKey && { dpopKey }),
    });
    const times = { expiresAt: now + 600_000, refreshAt: now + 540_000 };
    expect(await keepGrant(tools, request(), issued)).toEqual({
      key: of.grant.key,
      version: (await tools.records.read(of.grant.key))?.version,
      issuer,
      clientId: 'client',
      ...times,
      renewable: true,
      bound: true,
      requested: ['read', 'write'],
      granted: ['read'],
    });
    expect(await stored(tools, 'grant')).toEqual({
      v: 1,
      session,
      issuer,
      client,
      resource: 'https://mcp.example/asked',
      accessToken: 'new access',
      tokenType: 'DPoP',
      dpopKey,
      refreshToken: 'new refresh',
      ...times,
      requested: ['read', 'write'],
      granted: ['read'],
    });
  });

  it('TOK-4: has what was asked for where the server names no scopes, and nothing that it does not say', async () => {
    const { tools } = toolsFor();
    const grant = await keepGrant(tools, request(), tokens());
    expect(grant).toMatchObject({ granted: ['read', 'write'], renewable: false });
    expect(Object.keys((await stored(tools, 'grant')) ?? {}).sort()).toEqual(
      'accessToken client granted issuer requested resource session v'.split(' '),
    );
  });

  it('TOK-4: runs out with its token where it cannot be renewed', async () => {
    const { tools, clock } = toolsFor();
    const grant = await keepGrant(tools, request(), tokens({ expiresIn: 600 }));
    expect(grant).toMatchObject({ expiresAt: clock.now() + 600_000, refreshAt: clock.now() + 600_000 });
  });

  it('TOK-10: remembers the refresh tokens that it replaces, 8 of them, the last one first', async () => {
    const { tools } = toolsFor();
    const superseded = Array.from({ length: 8 }, (_, at) => `before ${at}`);
    await store(tools, 'grant', { ...bearer, refreshToken: 'last', superseded });
    await keepGrant(tools, request(), tokens());
    expect((await stored(tools, 'grant'))?.superseded).toEqual(['last', ...superseded.slice(0, 7)]);
  });

  it('TOK-10: remembers those of a grant that was given up', async () => {
    const { tools } = toolsFor();
    await store(tools, 'grant', { ...bearer, refreshToken: undefined, superseded: ['given up'] });
    await keepGrant(tools, request(), tokens());
    expect((await stored(tools, 'grant'))?.superseded).toEqual(['given up']);
  });

  it('TOK-11: is remembered with the method that was accepted, and ends a doubt about its client', async () => {
    const { tools } = toolsFor();
    const place = keys.registration(issuer, tools.userAgent.name);
    await tools.records.write(place, { ...of.registration.value, awaitedInVain: true }, undefined);
    await keepGrant(tools, request(), tokens({ client: { ...client, authMethod: 'client_secret_post' } }));
    expect((await stored(tools, 'grant'))?.client.authMethod).toBe('client_secret_post');
    const kept = (await tools.records.read(place))?.value;
    expect(kept?.client.authMethod).toBe('client_secret_post');
    expect(kept).not.toHaveProperty('awaitedInVain');
  });
});

describe('the binding, after a grant was issued', () => {
  it('BIND-8: is to the issuer of the grant', async () => {
    const { tools, clock } = toolsFor();
    await keepGrant(tools, request(), tokens({ granted: ['other'] }));
    expect(await stored(tools, 'binding')).toEqual({
      v: 1,
      session,
      current: issuer,
      servers: {
        [issuer]: {
          kind: 'dynamic',
          clientId: 'client',
          grantKey: of.grant.key,
          formerGrantKeys: [],
          scopes: ['read', 'write', 'other'],
          boundAt: clock.now(),
        },
      },
    });
  });

  it('BIND-8: keeps what was bound at other issuers', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    const elsewhere = 'https://b.example';
    await keepGrant(tools, request({ issuer: elsewhere }), tokens());
    const binding = await stored(tools, 'binding');
    expect(binding?.current).toBe(elsewhere);
    expect(binding?.servers[issuer]).toEqual(of.binding.value.servers[issuer]);
  });

  it('STEP-7: accumulates the scopes, and knows the grants of clients before, 8 of them', async () => {
    const { tools } = toolsFor();
    const before = of.binding.value.servers[issuer] ?? expect.unreachable();
    const formerGrantKeys = Array.from({ length: 9 }, (_, at) => keys.grant(issuer, `client ${at}`, session));
    const bound = {
      ...before,
      grantKey: keys.grant(issuer, 'last', session),
      formerGrantKeys,
      scopes: ['old'],
    };
    await store(tools, 'binding', { servers: { [issuer]: bound } });
    await keepGrant(tools, request(), tokens({ granted: ['read'] }));
    const now = (await stored(tools, 'binding'))?.servers[issuer];
    expect(now?.scopes).toEqual(['old', 'read', 'write']);
    expect(now?.formerGrantKeys).toEqual([bound.grantKey, ...formerGrantKeys.slice(0, 7)]);
  });

  it('STEP-7: does not count the grant of the same client as a former one', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding');
    await keepGrant(tools, request(), tokens());
    const [former] = of.binding.value.servers[issuer]?.formerGrantKeys ?? [];
    expect((await stored(tools, 'binding'))?.servers[issuer]?.formerGrantKeys).toEqual([former]);
  });

  it.each<[ClientRecord['kind'], object]>([
    ['dynamic', {}],
    ['metadata-document', { refreshNamesScope: true }],
    ['pre-registered', { authMethod: 'client_secret_basic', refreshNamesScope: true }],
  ])('TOK-11: remembers of a %s client what no other record does', async (kind, expected) => {
    const { tools } = toolsFor();
    const used: ClientRecord = { ...client, kind, refreshNamesScope: true };
    await keepGrant(tools, request({ client: used }), tokens({ client: used }));
    const bound = (await stored(tools, 'binding'))?.servers[issuer] ?? expect.unreachable();
    const { authMethod, refreshNamesScope } = bound;
    expect(bound.kind).toBe(kind);
    expect({ ...(authMethod && { authMethod }), ...(refreshNamesScope && { refreshNamesScope }) }).toEqual(
      expected,
    );
  });
});

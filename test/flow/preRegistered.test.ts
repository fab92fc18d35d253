// Clients that a person registered by hand: they belong to one issuer, and a mismatch is said, not worked around.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore, type PreRegisteredClient } from '../../index.ts';
import { callTool, failureOf, standing, testEngine, textsOf } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

const METADATA = 'GET /.well-known/oauth-authorization-server';
const elsewhere = 'rejected: bound_elsewhere in bindChecking, fix-config';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  // B would take anyone, in any way.
  for (const place of ['a', 'b'] as const)
    world.documents[place]['client_id_metadata_document_supported'] = true;
});
afterEach(() => world.close());

const byHand = (more: Partial<PreRegisteredClient> = {}): PreRegisteredClient => ({
  clientId: 'by-hand',
  clientSecret: 'hand-secret',
  authMethod: 'client_secret_post',
  ...more,
});

/** An engine with these credentials, and with every other way open. */
function engineWith(preRegistered: readonly PreRegisteredClient[], options: Partial<EngineOptions> = {}) {
  const metadataUrl = 'https://app.example/oauth/client.json';
  const client = { name: 'authchart tests', metadataUrl, preRegistered };
  return testEngine(world.resource, { client, ...options });
}

describe('bound, and the resource moves', () => {
  it('BIND-6, R16: both issuers are named; nothing is sent, nothing is overwritten', async () => {
    const store = memoryStore();
    const { session } = engineWith([byHand({ issuer: world.origins.a })], { store });
    await callTool(session, 'any');
    const stored = await textsOf(store);
    world.moveTo('b');
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(standing(session)).toBe(elsewhere);
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ issuer: world.origins.b, otherIssuer: world.origins.a });
    expect(failure.message).toContain(world.origins.a);
    expect(failure.message).toContain(world.origins.b);
    expect(world.lines('b')).toEqual([METADATA, METADATA]);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
    expect(await textsOf(store)).toEqual(stored);
  });

  it('BIND-6, BIND-8: when it moves back, the grant from before still works', async () => {
    const { session } = engineWith([byHand({ issuer: world.origins.a })]);
    await callTool(session, 'any');
    world.moveTo('b');
    await callTool(session, 'any');
    world.moveTo('a');
    await session.login();
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });

  it('BIND-6: the rejection outlives a restart', async () => {
    const store = memoryStore();
    const own = [byHand({ issuer: world.origins.a })];
    await callTool(engineWith(own, { store }).session, 'any');
    world.moveTo('b');
    const { session } = engineWith(own, { store });
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(world.lines('b')).toEqual([METADATA]);
    expect(standing(session)).toBe(elsewhere);
  });

  it('BIND-6, REG-3: credentials for both servers: each gets its own', async () => {
    const of = (place: 'a' | 'b') =>
      byHand({ issuer: world.origins[place], clientId: `hand-${place}`, clientSecret: `secret-${place}` });
    const { session } = engineWith([of('a'), of('b')]);
    for (const place of ['a', 'b', 'a'] as const) {
      world.moveTo(place);
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    for (const place of ['a', 'b'] as const) {
      const sent = world.requests(place, 'POST', '/token').map(({ form }) => [...form.values()].join(' '));
      expect(sent).toEqual([expect.stringContaining(`secret-${place}`)]);
      expect(world.requests(place, 'GET', '/authorize')[0]?.query.get('client_id')).toBe(`hand-${place}`);
    }
  });
});

describe('on first contact', () => {
  it('BIND-6: credentials for this resource, of another issuer: rejected', async () => {
    const { session } = engineWith([byHand({ issuer: world.origins.b, resource: world.resource })]);
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ issuer: world.origins.a, otherIssuer: world.origins.b });
    expect(world.lines('a')).toEqual([METADATA]);
    expect(world.lines('b')).toEqual([]);
    expect(standing(session)).toBe(elsewhere);
  });

  it.each<[string, () => PreRegisteredClient]>([
    ['of another resource', () => byHand({ issuer: world.origins.a, resource: `${world.resource}/other` })],
    ['of another resource, without an issuer', () => byHand({ resource: `${world.resource}/other` })],
    ['of another issuer, for no resource', () => byHand({ issuer: world.origins.b })],
  ])('BIND-6: credentials %s are none of our business', async (_what, own) => {
    const { session } = engineWith([own()]);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/token')[0]?.body).not.toContain('hand');
    expect(session.explain().server?.registration).toBe('metadata-document');
  });

  it('BIND-2, BIND-6: credentials of an issuer that differs by a slash: told, and no client is registered', async () => {
    const { session } = engineWith([byHand({ issuer: `${world.origins.a}/` })]);
    const failure = await failureOf(session.login());
    expect(failure).toMatchObject({ issuer: world.origins.a, otherIssuer: `${world.origins.a}/` });
    expect(failure.message).toMatch(
      /only a slash differs, write client\.preRegistered\[\]\.issuer as the server does\.$/,
    );
    expect(world.lines('a')).toEqual([METADATA]);
    expect(standing(session)).toBe(elsewhere);
  });

  it.each([false, true])(
    'BIND-10, S07: without an issuer nothing is sent; for this resource: %s',
    async (pinned) => {
      const { session } = engineWith([byHand(pinned ? { resource: world.resource } : {})]);
      const failure = await failureOf(session.login());
      expect(failure).toMatchObject({ issuer: world.origins.a });
      expect(failure.message).toContain(world.origins.a);
      expect(world.lines('a')).toEqual([METADATA]);
      expect(standing(session)).toBe('rejected: credential_without_issuer in bindChecking, fix-config');
    },
  );

  it('BIND-10: with the issuer confirmed they are used', async () => {
    const { session } = engineWith([byHand(), byHand({ issuer: world.origins.a, clientId: 'confirmed' })]);
    await session.login();
    expect(world.requests('a', 'POST', '/token')[0]?.form.get('client_id')).toBe('confirmed');
  });
});

describe('dangerouslyTrustFirstIssuer', () => {
  const trusting = () => [byHand({ dangerouslyTrustFirstIssuer: true })];
  const bodiesAtB = () => world.requests('b').map((one) => String(one.query) + one.body);

  it('BIND-10: binds to the first server', async () => {
    const { session } = engineWith(trusting());
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/token')[0]?.form.get('client_secret')).toBe('hand-secret');
  });

  // For good means: nobody but A ever hears of these credentials.
  const later: readonly [string, () => Promise<unknown>][] = [
    [
      'the resource moves',
      async () => {
        const { session } = engineWith(trusting());
        await session.login();
        world.moveTo('b');
        return callTool(session, 'any').then(() => session.login());
      },
    ],
    [
      'the host restarts, and the resource has moved',
      async () => {
        const store = memoryStore();
        await engineWith(trusting(), { store }).session.login();
        world.moveTo('b');
        const { session } = engineWith(trusting(), { store });
        return callTool(session, 'any').then(() => session.login());
      },
    ],
    [
      'the person logs out, and the resource moves',
      async () => {
        const { session } = engineWith(trusting());
        await session.login();
        await session.logout();
        world.moveTo('b');
        return session.login();
      },
    ],
    [
      'the resource moves, and another person logs in',
      async () => {
        const { engine, session } = engineWith(trusting());
        await session.login();
        world.moveTo('b');
        return engine.session({ resource: world.resource, subject: 'another' }).login();
      },
    ],
    [
      'another resource names another server',
      async () => {
        const { engine, session } = engineWith(trusting());
        await session.login();
        return engine.session({ resource: world.addResource('/other', 'b') }).login();
      },
    ],
  ];

  it.each(later)('BIND-2, BIND-10: and for good, when %s', async (_what, happen) => {
    const failure = await failureOf(happen());
    expect(failure).toMatchObject({ code: 'bound_elsewhere', otherIssuer: world.origins.a });
    expect(bodiesAtB().filter((text) => text.includes('hand'))).toEqual([]);
  });
});

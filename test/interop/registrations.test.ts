// Against real servers: each kind of registration logs in, widens, renews with rotation, and signs out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import type { ClientOptions } from '../../index.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { callTool, testEngine } from '../support/engine.ts';

let playground: Playground;
let folder: string;
beforeEach(async () => {
  playground = await startPlayground();
  folder = await mkdtemp(join(tmpdir(), 'authchart-interop-'));
});
afterEach(async () => {
  await playground.close();
  await rm(folder, { recursive: true, force: true });
});

interface Kind {
  readonly name: string;
  readonly client: (playground: Playground) => ClientOptions;
  readonly registrations: number;
  /** How the token endpoint is told who asks. */
  readonly authentication: 'none' | 'basic';
}

const name = 'authchart interop';
const kinds: readonly Kind[] = [
  {
    name: 'metadata document',
    client: ({ clientMetadataUrl }) => ({ name, metadataUrl: clientMetadataUrl }),
    registrations: 0,
    authentication: 'none',
  },
  { name: 'dynamic', client: () => ({ name }), registrations: 1, authentication: 'none' },
  {
    name: 'pre-registered with an awkward secret',
    client: ({ a }) => ({ name, preRegistered: [{ issuer: a.issuer, ...a.preRegistered }] }),
    registrations: 0,
    authentication: 'basic',
  },
];

const tokenRequests = (grantType: string) =>
  playground.exchanges.filter(
    (one) => one.path === '/token' && new URLSearchParams(one.body).get('grant_type') === grantType,
  );

describe.each(kinds)('REG-1: a client by $name', ({ client, registrations, authentication }) => {
  it('STEP-1, TOK-4, TOK-10, TOK-11, AUTHZ-10: lives a whole life', async () => {
    const options = { client: client(playground), store: fileStore({ folder }) };
    const first = testEngine(playground.resource, options);

    expect((await callTool(first.session, 'read_note')).status).toBe(200);
    expect((await callTool(first.session, 'write_note')).status).toBe(200);
    expect(first.session.actor.getSnapshot().context.grant?.granted).toEqual(['notes:read', 'notes:write']);
    expect(playground.a.registrations).toBe(registrations);

    // Rotation, twice: the second refresh works only with the token that the first one brought.
    for (const refreshes of [1, 2]) {
      playground.expireAccessTokens();
      expect((await callTool(first.session, 'write_note')).status).toBe(200);
      expect(tokenRequests('refresh_token')).toHaveLength(refreshes);
    }
    const [one, two] = tokenRequests('refresh_token').map((exchange) =>
      new URLSearchParams(exchange.body).get('refresh_token'),
    );
    expect(one).not.toBe(two);
    for (const exchange of playground.exchanges.filter(({ path }) => path === '/token')) {
      const isBasic = exchange.headers['authorization']?.startsWith('Basic ') ?? false;
      expect(isBasic).toBe(authentication === 'basic');
      expect(new URLSearchParams(exchange.body).get('resource')).toBe(playground.resource);
    }
    await first.engine.dispose();

    // A restart: no login, no registration, and the third rotation.
    playground.forgetExchanges();
    playground.expireAccessTokens();
    const second = testEngine(playground.resource, { ...options, store: fileStore({ folder }) });
    expect((await callTool(second.session, 'write_note')).status).toBe(200);
    expect(tokenRequests('refresh_token')).toHaveLength(1);
    expect(tokenRequests('authorization_code')).toHaveLength(0);
    expect(playground.a.registrations).toBe(registrations);

    await second.session.logout();
    const revoked = playground.exchanges.filter(({ path }) => path === '/revoke');
    expect(new URLSearchParams(revoked[0]?.body).get('token_type_hint')).toBe('refresh_token');
    expect(revoked[0]?.status).toBe(200);
    await second.engine.dispose();
  });
});

describe('BIND-4, BIND-11: the resource moves and comes back', () => {
  it('registers once at each server and carries nothing over', async () => {
    const { session, engine } = testEngine(playground.resource, { store: fileStore({ folder }) });
    for (const place of ['a', 'b', 'a'] as const) {
      playground.moveTo(place);
      expect((await callTool(session, 'read_note')).status).toBe(200);
      expect(session.actor.getSnapshot().context.grant?.issuer).toBe(playground[place].issuer);
    }
    expect(playground.a.registrations).toBe(1);
    expect(playground.b.registrations).toBe(1);
    expect(tokenRequests('authorization_code').map(({ at }) => at)).toEqual(['a', 'b']);
    await engine.dispose();
  });
});

describe('TOK-5: many callers', () => {
  it('share one login, one renewal and one step-up', async () => {
    const { session, engine } = testEngine(playground.resource);
    const calls = (tool: string) =>
      Promise.all(Array.from({ length: 20 }, async () => (await callTool(session, tool)).status));

    expect(new Set(await calls('read_note'))).toEqual(new Set([200]));
    expect(tokenRequests('authorization_code')).toHaveLength(1);
    playground.expireAccessTokens();
    expect(new Set(await calls('read_note'))).toEqual(new Set([200]));
    expect(tokenRequests('refresh_token')).toHaveLength(1);
    expect(new Set(await calls('write_note'))).toEqual(new Set([200]));
    expect(tokenRequests('authorization_code')).toHaveLength(2);
    await engine.dispose();
  });
});

describe('TOK-10: after a step-up', () => {
  it('signing out revokes the refresh token that the step-up replaced, too', async () => {
    const { session, engine } = testEngine(playground.resource);
    await callTool(session, 'read_note');
    await callTool(session, 'write_note');
    const issued = playground.exchanges
      .filter(({ path }) => path === '/token')
      .map(({ responseBody }) => (JSON.parse(responseBody) as { refresh_token: string }).refresh_token);
    expect(issued).toHaveLength(2);
    await session.logout();
    const revoked = playground.exchanges
      .filter(({ path }) => path === '/revoke')
      .map(({ body }) => new URLSearchParams(body).get('token'));
    expect(revoked).toEqual(expect.arrayContaining(issued));
    await engine.dispose();
  });
});

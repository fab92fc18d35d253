// `mcpAuthProvider` of `authchart/mcp`, for transports of the MCP SDK 2 that are given an `authProvider`.
import { type AuthProvider, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcpAuthProvider } from '../../adapters/mcp.ts';
import type { EngineOptions, Session } from '../../index.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { failureOf, testEngine, testHost } from '../support/engine.ts';

let playground: Playground;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
beforeEach(async () => {
  playground = await startPlayground({ dpop: 'allowed' });
  ends.push(() => playground.close());
});

function start(options: Partial<EngineOptions> = {}): Session {
  const { engine, session } = testEngine(playground.resource, options);
  ends.push(() => engine.dispose());
  return session;
}

async function connect(authProvider: AuthProvider): Promise<Client> {
  const client = new Client({ name: 'authchart interop', version: '1.0.0' });
  const url = new URL(playground.resource);
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
  ends.push(() => client.close());
  return client;
}

const count = (path: string) => playground.exchanges.filter((one) => one.path === path).length;
const read = (client: Client) => client.callTool({ name: 'read_note', arguments: { name: 'hello' } });

describe('HOST-1: mcpAuthProvider', () => {
  it('logs in where the policy allows it, and renews what was refused', async () => {
    const client = await connect(mcpAuthProvider(start()));
    await read(client);
    playground.expireAccessTokens();
    await read(client);
    expect(count('/token')).toBe(2);
  });

  it('says by a code that a person has to log in', async () => {
    const session = start({ policy: { interaction: 'ask' } });
    expect(await failureOf(connect(mcpAuthProvider(session)))).toMatchObject({
      code: 'interaction_required',
    });
    await session.login();
    await read(await connect(mcpAuthProvider(session)));
  });

  it('waits for a person only so long', async () => {
    const session = start({ userAgent: testHost().userAgent });
    const refused = await failureOf(connect(mcpAuthProvider(session, { loginWait: 50 })));
    expect(refused).toMatchObject({ code: 'login_pending' });
    // A login that is under way is not waited for without a limit either.
    const next = await failureOf(mcpAuthProvider(session, { loginWait: 50 }).token());
    expect(next).toMatchObject({ code: 'login_pending' });
  });

  it('BIND-1: follows the resource to another server', async () => {
    const client = await connect(mcpAuthProvider(start()));
    playground.moveTo('b');
    await read(client);
    expect(playground.exchanges.map(({ at, path }) => `${at} ${path}`)).toContain('b /token');
  });

  it('says what helps where there is no other token', async () => {
    const session = start();
    await session.login();
    const response = new Response(null, { status: 403 });
    const hears = mcpAuthProvider(session).onUnauthorized({
      response,
      serverUrl: new URL(session.id.resource),
    });
    expect((await failureOf(hears)).message).toContain('again: true');
  });

  it('EXT-5: a token that is bound to a key is not for it, and it says what is', async () => {
    const session = start({ client: { name: 'authchart interop', dpop: 'required' } });
    await session.login();
    const refused = await failureOf(mcpAuthProvider(session).token());
    expect(refused).toMatchObject({ code: 'config_invalid' });
    expect(refused.message).toContain('mcpFetch');
  });

  it('HOST-2: refuses options that are none, and a session that is none', () => {
    const session = start();
    expect(() => mcpAuthProvider(session, { loginWait: 0 })).toThrow('loginWait must be');
    expect(() => mcpAuthProvider({} as Session)).toThrow('The session must be one of engine.session().');
  });

  it('a session alone does not compile as an AuthProvider', () => {
    // @ts-expect-error: nobody would hear of a 401.
    const wrong: AuthProvider = start();
    expect(wrong.onUnauthorized).toBeUndefined();
  });
});

// `authchart/mcp` with the clients of the MCP SDKs and of the AI SDK, against a real MCP server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcpFetch } from '../../adapters/mcp.ts';
import { headlessUserAgent } from '../../adapters/node.ts';
import type { EngineOptions, UserAgent } from '../../index.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { failureOf, type TestEngine, testEngine } from '../support/engine.ts';
import { type ConnectedClient, streamableClients } from './mcpClients.ts';

const NOTE = { name: 'hello', text: 'Hello again.' };

let playground: Playground;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  playground = await startPlayground();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await playground.close();
});

function start(options: Partial<EngineOptions> = {}): TestEngine {
  const client = { name: 'authchart interop', metadataUrl: playground.clientMetadataUrl };
  const started = testEngine(playground.resource, { client, ...options });
  ends.push(() => started.engine.dispose());
  return started;
}

const pages = () => playground.exchanges.filter(({ path }) => path.startsWith('/auth')).length;
const tokenRequests = () => playground.exchanges.filter(({ path }) => path === '/token').length;

/** A person who has a page open, and finishes it when they come. */
function slowPerson() {
  const quick = headlessUserAgent();
  let pages = 0;
  let comes = (): void => {};
  const coming = new Promise<void>((resolve) => {
    comes = resolve;
  });
  const userAgent: UserAgent = {
    ...quick,
    async present(request) {
      pages += 1;
      void coming.then(() => quick.present(request));
    },
  };
  return { userAgent, comes, pages: () => pages };
}

describe.each(Object.entries(streamableClients))('HOST-1: %s', (_name, connect) => {
  async function connected({ session }: TestEngine): Promise<ConnectedClient> {
    const client = await connect(session, mcpFetch(session));
    ends.push(() => client.close());
    return client;
  }

  it('STEP-1: connects, lists, calls, and steps up in mid-session, with one login for each', async () => {
    const client = await connected(start());
    expect(await client.tools()).toEqual(['read_note', 'write_note', 'delete_note']);
    expect(await client.call('read_note', { name: 'hello' })).toBe('The first note.');
    expect(tokenRequests()).toBe(1);
    expect(await client.call('write_note', NOTE)).toBe('Written.');
    expect(await client.call('read_note', { name: 'hello' })).toBe('Hello again.');
    expect(tokenRequests()).toBe(2);
  });

  it('says by a code that a person has to log in, and asks nobody', async () => {
    const started = start({ policy: { interaction: 'ask' } });
    const refused = await failureOf(connected(started));
    expect(refused).toMatchObject({ code: 'interaction_required', recovery: 'ask-user' });
    expect(refused.message).toContain('call login()');
    await started.session.login();
    expect(await (await connected(started)).call('read_note', { name: 'hello' })).toBe('The first note.');
  });

  it('says by a code that a person has to allow more, with the scopes to give to login()', async () => {
    const started = start({ policy: { interaction: 'ask' } });
    await started.session.login();
    const client = await connected(started);
    const refused = await failureOf(client.call('write_note', NOTE));
    expect(refused).toMatchObject({ code: 'interaction_required', phase: 'steppingUp' });
    await started.session.login({ scopes: refused.scopes ?? [] });
    expect(await client.call('write_note', NOTE)).toBe('Written.');
  });

  it('BIND-1: follows the resource to another server in mid-session', async () => {
    const client = await connected(start());
    playground.moveTo('b');
    playground.expireAccessTokens();
    expect(await client.call('read_note', { name: 'hello' })).toBe('The first note.');
  });

  it('renews a token that has run out in mid-session, and opens no page for it', async () => {
    const client = await connected(start());
    playground.expireAccessTokens();
    playground.forgetExchanges();
    expect(await client.call('read_note', { name: 'hello' })).toBe('The first note.');
    expect([pages(), tokenRequests()]).toEqual([0, 1]);
  });

  it('after a sign-out says that nobody is logged in', async () => {
    const started = start({ policy: { interaction: 'ask' } });
    await started.session.login();
    const client = await connected(started);
    await started.session.logout();
    expect(await failureOf(client.call('read_note', { name: 'hello' }))).toMatchObject({
      code: 'interaction_required',
    });
  });

  it('passes a denial on by its code', async () => {
    playground.denyNextConsent();
    expect(await failureOf(connected(start()))).toMatchObject({ code: 'access_denied' });
  });

  it('two servers at once are two logins, whose tokens stay apart', async () => {
    const other = await startPlayground();
    ends.push(() => other.close());
    const started = start();
    const second = started.engine.session({ resource: other.resource });
    const clients = await Promise.all([
      connected(started),
      connect(second, mcpFetch(second)).then((client) => {
        ends.push(() => client.close());
        return client;
      }),
    ]);
    const texts = clients.map((client) => client.call('read_note', { name: 'hello' }));
    expect(await Promise.all(texts)).toEqual(['The first note.', 'The first note.']);
    const tokens = [playground, other].map(
      ({ exchanges }) => new Set(exchanges.flatMap(({ headers }) => headers['authorization'] ?? [])),
    );
    expect([...(tokens[0] ?? [])].filter((token) => tokens[1]?.has(token))).toEqual([]);
  });

  it('a person who is slower than the request gets the time that they need', async () => {
    const person = slowPerson();
    const { session } = start({ userAgent: person.userAgent });
    const early = await failureOf(connect(session, mcpFetch(session, { loginWait: 100 })));
    expect(early).toMatchObject({ code: 'login_pending', recovery: 'ask-user' });
    expect(early.message).toContain('Waiting for a login');
    const joined = connect(session, mcpFetch(session));
    person.comes();
    const client = await joined;
    ends.push(() => client.close());
    expect(await client.call('read_note', { name: 'hello' })).toBe('The first note.');
    expect([person.pages(), tokenRequests()]).toEqual([1, 1]);
  });
});

describe('HOST-1: a body that can be read only once', () => {
  // The types of the platform do not know `duplex` yet.
  const stream = () => ({ method: 'POST', body: new Blob(['{}']).stream(), duplex: 'half' }) as RequestInit;

  it('C15: gets the answer as it is where there is another token by now, and the next request has that', async () => {
    const { session } = start();
    const fetch = mcpFetch(session);
    await session.login();
    playground.expireAccessTokens();
    expect((await fetch(playground.resource, stream())).status).toBe(401);
    expect(fetch.refused).toBeUndefined();
    expect((await fetch(playground.resource, { method: 'POST', body: '{}' })).status).not.toBe(401);
  });

  it('is told what helps where there is none', async () => {
    const { session } = start({ policy: { interaction: 'ask' } });
    expect(await failureOf(mcpFetch(session)(playground.resource, stream()))).toMatchObject({
      code: 'interaction_required',
    });
  });
});

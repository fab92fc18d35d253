// What crosses the proxy: streams that are cut and resumed, cancels, notifications and requests both ways, big messages.
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { Server as OldServer } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpLink } from '../../cli/proxy/link.ts';
import { startWorld } from '../support/world.ts';
import { newFolder, removeFolder } from './command.ts';
import { connectHost, type Hosted, untilGone } from './proxyHost.ts';
import { type SessionServer, startSessionServer } from './sessionServer.ts';

const TIME = 60_000;
const eventually = { timeout: 20_000, interval: 50 };

let server: SessionServer;
let folder: string;
let hosted: Hosted | undefined;
beforeEach(async () => {
  [server, folder] = await Promise.all([startSessionServer(), newFolder()]);
});
afterEach(async () => {
  await hosted?.close();
  if (hosted) expect(await untilGone(hosted.pid)).toBe(true);
  hosted = undefined;
  await Promise.all([server.close(), removeFolder(folder)]);
});

async function connect(...args: readonly string[]): Promise<Hosted> {
  return connectIn(undefined, ...args);
}

/** @param env of the proxy; undefined: as hosts start it. */
async function connectIn(
  env: Readonly<Record<string, string>> | undefined,
  ...args: readonly string[]
): Promise<Hosted> {
  hosted = await connectHost(folder, [server.url, ...args], {
    ...(env && { env }),
    capabilities: { roots: { listChanged: true } },
    prepare: (client) => {
      client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///home' }] }));
      client.setNotificationHandler('notifications/tools/list_changed', () => {
        changes += 1;
      });
    },
  });
  return hosted;
}

let changes = 0;
const textOf = (result: { readonly content?: unknown }) => (result.content as { text: string }[])[0]?.text;

describe('a server with sessions', () => {
  test('C18: a tool that is silent for longer than the platform waits still answers', {
    timeout: TIME,
  }, async () => {
    // As Node's 5 minutes, and shorter: every request that goes the platform's own way is given up by it.
    const limit = join(folder, 'limit.mjs');
    const text = `import { Agent, setGlobalDispatcher } from '${import.meta.resolve('undici')}';
      setGlobalDispatcher(new Agent({ headersTimeout: 500, bodyTimeout: 500 }));`;
    await writeFile(limit, text);
    const env = { SSH_CONNECTION: 'here', NODE_OPTIONS: `--import ${limit}` };
    const { client } = await connectIn(env);
    const answer = client.callTool({ name: 'slow', arguments: {} });
    await vi.waitFor(() => expect(server.told).toEqual(['slow']), eventually);
    await pause(3_000);
    server.release();
    expect(textOf(await answer)).toBe('done');
    expect(server.arrived.filter((line) => /^GET \d+$/.test(line))).toEqual([]);
  });

  test('a stream that is cut is resumed, and the answer comes', { timeout: TIME }, async () => {
    const { client } = await connect();
    const progress: number[] = [];
    const answer = client.callTool(
      { name: 'slow', arguments: {} },
      { onprogress: (one) => void progress.push(one.progress) },
    );
    await vi.waitFor(() => expect(server.told).toEqual(['slow']), eventually);
    await vi.waitFor(() => expect(progress).toEqual([1]), eventually);
    server.cut();
    server.release();
    expect(textOf(await answer)).toBe('done');
    expect(server.arrived.filter((line) => /^GET \d+$/.test(line)).length).toBeGreaterThan(0);
    expect(server.arrived.filter((line) => line === 'POST tools/call')).toHaveLength(1);
  });

  test('the stream of the server itself is opened again after a cut', { timeout: TIME }, async () => {
    await connect();
    await vi.waitFor(() => expect(server.arrived).toContain('GET'), eventually);
    server.cut();
    const before = changes;
    await vi.waitFor(
      () => expect(server.arrived.filter((line) => line.startsWith('GET')).length).toBeGreaterThan(1),
      eventually,
    );
    for (const one of server.sessions.values()) await one.server.server.sendToolListChanged();
    await vi.waitFor(() => expect(changes).toBe(before + 1), eventually);
  });

  test('the cancel of the host reaches the server, and no answer comes', { timeout: TIME }, async () => {
    const { client } = await connect();
    const abort = new AbortController();
    const answer = client.callTool({ name: 'slow', arguments: {} }, { signal: abort.signal });
    await vi.waitFor(() => expect(server.told).toEqual(['slow']), eventually);
    abort.abort('enough');
    await expect(answer).rejects.toThrow('enough');
    await vi.waitFor(() => expect(server.told).toContain('cancelled: enough'), eventually);
    server.release();
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'on' } }))).toBe('on');
  });

  test('requests of the server, and notifications both ways', { timeout: TIME }, async () => {
    const { client } = await connect();
    await vi.waitFor(() => expect(server.arrived).toContain('GET'), eventually);
    expect(textOf(await client.callTool({ name: 'roots', arguments: {} }))).toBe('file:///home');
    await client.sendRootsListChanged();
    await vi.waitFor(() => expect(server.told).toContain('roots/list_changed'), eventually);
    const before = changes;
    for (const one of server.sessions.values()) await one.server.server.sendToolListChanged();
    await vi.waitFor(() => expect(changes).toBe(before + 1), eventually);
    expect(server.headers['mcp-protocol-version']).toBe('2025-11-25');
  });

  test('a message of 6 MB each way, and forty calls at once', { timeout: TIME }, async () => {
    const { client } = await connect();
    const big = 'x'.repeat(6 * 1024 * 1024);
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: big } }))).toBe(big);
    const forty = Array.from({ length: 40 }, (_, index) =>
      client.callTool({ name: 'echo', arguments: { text: `${index}` } }),
    );
    expect((await Promise.all(forty)).map(textOf)).toEqual(forty.map((_, index) => `${index}`));
  });

  test('a session that the server has forgotten is begun anew, once for all calls', {
    timeout: TIME,
  }, async () => {
    const { client } = await connect();
    server.forget();
    const three = await Promise.all(
      ['a', 'b', 'c'].map((text) => client.callTool({ name: 'echo', arguments: { text } })),
    );
    expect(three.map(textOf)).toEqual(['a', 'b', 'c']);
    expect(server.arrived.filter((line) => line === 'POST initialize')).toHaveLength(2);
    expect(server.sessions.size).toBe(1);
  });

  test('a call whose session is forgotten meanwhile fails, and does not hang', {
    timeout: TIME,
  }, async () => {
    const { client } = await connect();
    const slow = client.callTool({ name: 'slow', arguments: {} });
    slow.catch(() => {});
    await vi.waitFor(() => expect(server.told).toEqual(['slow']), eventually);
    server.forget();
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    await expect(slow).rejects.toMatchObject({ code: -32_603, data: { code: 'server_unavailable' } });
  });

  test('at the end the session is ended at the server, too', { timeout: TIME }, async () => {
    const one = await connect();
    const [id] = server.sessions.keys();
    await one.close();
    expect(await untilGone(one.pid)).toBe(true);
    expect(server.closed).toEqual([id]);
  });

  test('--ignore-tool: the tool is not listed, and cannot be called', { timeout: TIME }, async () => {
    const { client } = await connect('--ignore-tool', 'S*w', '--ignore-tool', 'roots');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
    await expect(client.callTool({ name: 'slow', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('The tool "slow" is switched off by --ignore-tool.'),
    });
    expect(server.arrived).not.toContain('POST tools/call');
  });

  test('--header: the header goes along, and there is no login', { timeout: TIME }, async () => {
    hosted = await connectHost(
      folder,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the proxy reads it.
      [server.url, '--header', 'Authorization:${AUTH}', '--header', 'X-Team: ${TEAM}'],
      { env: { AUTH: 'Bearer abc', TEAM: 'red' } },
    );
    expect(server.headers).toMatchObject({ authorization: 'Bearer abc', 'x-team': 'red' });
    expect(hosted.said()).toBe('');
  });
});

test('a stream that could not be opened again for long is opened with the next message', {
  timeout: TIME,
}, async () => {
  const told: JSONRPCMessage[] = [];
  const troubles: unknown[] = [];
  const options = {
    url: new URL(server.url),
    fetch,
    backgroundFetch: fetch,
    onMessage: (message: JSONRPCMessage) => void told.push(message),
    onLost: () => {},
    onTrouble: (thrown: unknown) => void troubles.push(thrown),
  };
  const often = {
    initialReconnectionDelay: 10,
    maxReconnectionDelay: 10,
    reconnectionDelayGrowFactor: 1,
    maxRetries: 2,
  };
  const link = await httpLink(options, often);
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'link', version: '1' },
  };
  await link.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  await vi.waitFor(() => expect(told).toHaveLength(1), eventually);
  await link.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await vi.waitFor(() => expect(server.arrived).toContain('GET'), eventually);
  server.isMute = true;
  server.cut();
  await vi.waitFor(
    () => expect(String(troubles.at(-1))).toContain('Maximum reconnection attempts'),
    eventually,
  );
  server.isMute = false;
  await link.send({ jsonrpc: '2.0', id: 2, method: 'ping' });
  await vi.waitFor(() => expect(server.arrived.filter((line) => line === 'GET')).toHaveLength(2), eventually);
  await link.close();
});

test('behind a login: a stream that is cut is resumed with a token that was renewed meanwhile', {
  timeout: TIME,
}, async () => {
  const world = await startWorld();
  const guarded = await startSessionServer(world);
  hosted = await connectHost(folder, [guarded.url, '--user-agent', 'headless']);
  const answer = hosted.client.callTool({ name: 'slow', arguments: {} });
  await vi.waitFor(() => expect(guarded.told).toEqual(['slow']), eventually);
  world.expireAccessTokens();
  guarded.cut();
  guarded.release();
  expect(textOf(await answer)).toBe('done');
  expect(world.requests('a', 'POST', '/token').map(({ form }) => form.get('grant_type'))).toEqual([
    'authorization_code',
    'refresh_token',
  ]);
  await hosted.close();
  await vi.waitFor(() => expect(guarded.closed).toHaveLength(1), eventually);
  await Promise.all([guarded.close(), world.close()]);
});

test('a stream in the background brings up no page', { timeout: TIME }, async () => {
  const world = await startWorld();
  const guarded = await startSessionServer(world);
  hosted = await connectHost(folder, [guarded.url, '--user-agent', 'headless']);
  await vi.waitFor(() => expect(guarded.arrived).toContain('GET'), eventually);
  world.expireAccessTokens();
  world.refreshTokens.clear();
  guarded.cut();
  await vi.waitFor(() => expect(world.requests('a', 'POST', '/token').length).toBeGreaterThan(1), eventually);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  expect(textOf(await hosted.client.callTool({ name: 'echo', arguments: { text: 'on' } }))).toBe('on');
  expect(world.requests('a', 'GET', '/authorize')).toHaveLength(2);
  await Promise.all([guarded.close(), world.close()]);
});

describe('a server of 2024-11-05', () => {
  let old: { readonly url: string; readonly arrived: string[]; cut(): void; close(): void };
  beforeEach(async () => {
    old = await startOldServer();
  });
  afterEach(() => old.close());

  test.each(['http-first', 'sse-first', 'sse-only'])(
    'is understood with --transport %s',
    { timeout: TIME },
    async (strategy) => {
      hosted = await connectHost(folder, [old.url, '--transport', strategy]);
      expect((await hosted.client.listTools()).tools).toEqual([expect.objectContaining({ name: 'old' })]);
      expect(old.arrived.includes('POST /sse')).toBe(strategy === 'http-first');
    },
  );

  test('a stream that is cut: another one is begun with the next message', { timeout: TIME }, async () => {
    hosted = await connectHost(folder, [old.url]);
    old.cut();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await hosted.client.listTools()).tools).toHaveLength(1);
    expect(old.arrived.filter((line) => line === 'GET /sse')).toHaveLength(2);
  });

  test('is refused with --transport http-only', { timeout: TIME }, async () => {
    await expect(connectHost(folder, [old.url, '--transport', 'http-only'])).rejects.toThrow(
      'answered with the status 405. Check the URL of the server.',
    );
  });

  test('sse-first comes to the newer transport, too', { timeout: TIME }, async () => {
    hosted = await connectHost(folder, [server.url, '--transport', 'sse-first']);
    expect((await hosted.client.listTools()).tools).toHaveLength(3);
  });
});

/** A server of the old transport: a stream at one address, messages at another. */
async function startOldServer() {
  const transports = new Map<string, SSEServerTransport>();
  const arrived: string[] = [];
  const http: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://old.invalid');
    arrived.push(`${request.method} ${url.pathname}`);
    if (request.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      const server = new OldServer({ name: 'old', version: '1.0.0' }, { capabilities: { tools: {} } });
      server.setRequestHandler(ListToolsRequestSchema, () => ({
        tools: [{ name: 'old', inputSchema: { type: 'object' } }],
      }));
      await server.connect(transport);
    } else if (request.method === 'POST' && url.pathname === '/messages') {
      await transports.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
    } else response.writeHead(405).end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`,
    arrived,
    cut: () => http.closeAllConnections(),
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
}

describe('a server that is none', () => {
  test.each([
    ['a web page', 'text/html', '<html></html>'],
    ['JSON that is no message', 'application/json', '{"a":1}'],
    ['what is no JSON', 'application/json', '{'],
  ])('%s is told with what to do, and is no defect of ours', { timeout: TIME }, async (_what, type, body) => {
    const page = createServer((_request, response) => response.setHeader('content-type', type).end(body));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/mcp`;
    try {
      const refused = await connectHost(folder, [url]).then(
        () => undefined,
        (thrown: Error & { data?: unknown }) => thrown,
      );
      expect(refused?.message).toContain('Check the URL of the server');
      expect(refused?.data).toMatchObject({ code: 'response_invalid' });
    } finally {
      page.closeAllConnections();
      page.close();
    }
  });
});

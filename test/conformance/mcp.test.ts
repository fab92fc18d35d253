// The minimal MCP client against a real HTTP server on loopback: what it sends on each wire, and what it refuses.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { McpError, useTools } from './mcp.ts';

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

interface Received {
  readonly http: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly message: Message;
}

type Answer = (message: Message, response: ServerResponse) => unknown;

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts a server that records every request and lets `answer` give a result, or write the response by itself. */
async function listen(answer: Answer): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  server = createServer(async (request, response) => {
    const message: Message = JSON.parse(await text(request));
    received.push({ http: request.method, headers: request.headers, message });
    const result = await answer(message, response);
    if (response.writableEnded) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, received };
}

function results(message: Message, tools = ['other', 'test-tool']): unknown {
  if (message.method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: {} };
  if (message.method === 'tools/list') return { tools: tools.map((name) => ({ name })) };
  return { content: [] };
}

async function failure(promise: Promise<unknown>): Promise<McpError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(McpError);
  return error as McpError;
}

test('the 2025-11-25 wire opens with initialize, then keeps the session and the negotiated version', async () => {
  const { url, received } = await listen((message, response) => {
    if (message.method === 'initialize') response.setHeader('mcp-session-id', 'session-1');
    if (message.method.startsWith('notifications/')) response.writeHead(202).end();
    return results(message);
  });
  await expect(useTools(fetch, url, { protocolVersion: '2025-11-25' })).resolves.toEqual({
    tool: 'test-tool',
    calls: 1,
  });
  expect(received.map(({ message }) => message.method)).toEqual([
    'initialize',
    'notifications/initialized',
    'tools/list',
    'tools/call',
  ]);
  expect(received[0]?.headers).not.toHaveProperty('mcp-session-id');
  for (const { http, headers } of received.slice(1)) {
    expect(http).toBe('POST');
    expect(headers).toMatchObject({ 'mcp-session-id': 'session-1', 'mcp-protocol-version': '2025-11-25' });
  }
  expect(received[1]?.message).not.toHaveProperty('id');
  expect(received[3]?.message.params).toEqual({ name: 'test-tool', arguments: {} });
});

test('the 2026-07-28 wire says version and capabilities in each request, and nothing before it', async () => {
  const { url, received } = await listen((message) => results(message));
  await useTools(fetch, url, { protocolVersion: '2026-07-28' });
  expect(received.map(({ message }) => message.method)).toEqual(['tools/list', 'tools/call']);
  for (const { headers, message } of received) {
    expect(headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': message.method });
    expect(message.params?.['_meta']).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    });
  }
  expect(received[1]?.headers['mcp-name']).toBe('test-tool');
});

test('an answer may come as an event stream, behind other messages and in several lines', async () => {
  const { url } = await listen((message, response) => {
    const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: results(message) }, null, 1);
    const lines = answer.split('\n').map((line) => `data: ${line}\r\n`);
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    response.write(': hello\r\n\r\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\r\n\r\n');
    response.end(`event: message\r\nid: 7\r\n${lines.join('')}\r\n`);
  });
  const used = await useTools(fetch, url, { protocolVersion: '2026-07-28' });
  expect(used.tool).toBe('test-tool');
});

test('without a tool of the wanted name the first one is called', async () => {
  const { url, received } = await listen((message) => results(message, ['first', 'second']));
  const used = await useTools(fetch, url, { protocolVersion: '2026-07-28' });
  expect(used.tool).toBe('first');
  expect(received.at(-1)?.message.params).toMatchObject({ name: 'first' });
});

test('each round has its calls in flight at the same time', async () => {
  const waiting: (() => void)[] = [];
  const { url, received } = await listen(async (message) => {
    if (message.method === 'tools/call') {
      // Answers only when three calls are here: a client that calls one by one would wait for ever.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 3) for (const release of waiting.splice(0)) release();
      });
    }
    return results(message);
  });
  const options = { protocolVersion: '2026-07-28', concurrency: 3, repeat: 2, sleepMs: 1 };
  await expect(useTools(fetch, url, options)).resolves.toEqual({ tool: 'test-tool', calls: 6 });
  expect(new Set(received.map(({ message }) => message.id)).size).toBe(7);
});

test('a status that is not 2xx is an error with that status and without the text of the answer', async () => {
  const { url, received } = await listen((_, response) => response.writeHead(403).end('do not show this'));
  const error = await failure(useTools(fetch, url, { protocolVersion: '2026-07-28' }));
  expect(error).toMatchObject({ code: 'request_failed', status: 403, rpcCode: undefined });
  expect(error.message).not.toContain('do not show this');
  expect(received).toHaveLength(1);
});

test('a JSON-RPC error is an error with its code', async () => {
  const { url } = await listen((message, response) => {
    if (message.method === 'tools/list') return results(message);
    response.setHeader('content-type', 'application/json');
    const error = { code: -32602, message: 'do not show this' };
    return response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
  });
  const error = await failure(useTools(fetch, url, { protocolVersion: '2026-07-28' }));
  expect(error).toMatchObject({ code: 'request_failed', status: 200, rpcCode: -32602 });
});

test.each<{ name: string; body: (message: Message) => string }>([
  { name: 'is larger than 1 MiB', body: () => `"${'x'.repeat(1024 * 1024)}"` },
  { name: 'is not JSON', body: () => '<html>' },
  { name: 'answers another request', body: () => '{"jsonrpc":"2.0","id":99,"result":{}}' },
  { name: 'has a result of another shape', body: ({ id }) => `{"jsonrpc":"2.0","id":${id},"result":{}}` },
  { name: 'lists no tool', body: ({ id }) => `{"jsonrpc":"2.0","id":${id},"result":{"tools":[]}}` },
])('an answer is refused that $name', async ({ body }) => {
  const { url } = await listen((message, response) => {
    response.setHeader('content-type', 'application/json');
    return response.end(body(message));
  });
  const error = await failure(useTools(fetch, url, { protocolVersion: '2026-07-28' }));
  expect(error.code).toBe('invalid_response');
});

test('an aborted signal ends the pause between two rounds', async () => {
  const controller = new AbortController();
  const { url, received } = await listen((message) => results(message));
  const isCall = (): boolean => received.at(-1)?.message.method === 'tools/call';
  // The whole body is here before the client gets it, so that the abort meets the pause and not the reading.
  const abortAfterCall: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    const body = await response.text();
    if (isCall()) setImmediate(() => controller.abort());
    return new Response(body, response);
  };
  const options = { protocolVersion: '2026-07-28', repeat: 2, sleepMs: 3_600_000, signal: controller.signal };
  await expect(useTools(abortAfterCall, url, options)).rejects.toThrow('aborted');
  expect(received.filter(({ message }) => message.method === 'tools/call')).toHaveLength(1);
});

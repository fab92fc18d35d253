// A small MCP server behind the resource of a case: one tool, JSON answers, no session.
import type { TestRequest } from '../../adapters/testing/record.ts';

const tool = { name: 'test-tool', description: 'Does nothing.', inputSchema: { type: 'object' } };

const results: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => unknown>> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'torture', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'done' }] }),
};

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** The method of a JSON-RPC request; nothing when it is none. */
export function methodOf({ raw }: TestRequest): string | undefined {
  const method = messageOf(raw.body)?.method;
  return typeof method === 'string' ? method : undefined;
}

/** Answers a request that was allowed. @see Model Context Protocol, Streamable HTTP transport */
export function serveMcp(request: TestRequest): Response {
  const message = messageOf(request.raw.body);
  // There is neither a stream to listen to nor a session to end.
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
  if (typeof message?.method !== 'string') return new Response(null, { status: 400 });
  if (message.id === undefined) return new Response(null, { status: 202 });
  const { id, method, params } = message;
  const make = Object.hasOwn(results, method) ? results[method] : undefined;
  const answer = make
    ? { result: make(typeof params === 'object' && params !== null ? { ...params } : {}) }
    : { error: { code: -32601, message: 'There is no such method.' } };
  return Response.json({ jsonrpc: '2.0', id, ...answer });
}

function messageOf(body: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

// An MCP server of the official package with sessions and streams that can be resumed. It does as tests say, and needs a login
// where an authorization server is given.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { type EventStore, type JSONRPCMessage, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { World } from '../support/world.ts';

export interface SessionServer {
  readonly url: string;
  /** Requests that arrived, as `POST method` or `GET last-event-id`. */
  readonly arrived: readonly string[];
  /** The ids of sessions that were ended by DELETE. */
  readonly closed: readonly string[];
  readonly sessions: ReadonlyMap<string, { readonly server: McpServer }>;
  /** Headers of the last request. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** What servers were told: names of notifications, and reasons of cancelled calls. */
  readonly told: readonly string[];
  /** Whether streams of the server itself are refused. */
  isMute: boolean;
  /** Ends the wait of the tool `slow`. */
  release(): void;
  /** Cuts all connections. */
  cut(): void;
  /** Forgets all sessions, as after a restart. */
  forget(): void;
  close(): Promise<void>;
}

const MB = 1024 * 1024;

/** Starts it on loopback. @param world Its first server issues the tokens that are accepted. Default: no login is needed. */
export async function startSessionServer(world?: World): Promise<SessionServer> {
  const sessions = new Map<string, { server: McpServer; transport: NodeStreamableHTTPServerTransport }>();
  const arrived: string[] = [];
  const closed: string[] = [];
  const told: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  let release = (): void => {};
  const eventStore = eventsInMemory();

  async function begin(): Promise<NodeStreamableHTTPServerTransport> {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore,
      retryInterval: 200,
      maxRequestBodySize: 64 * MB,
      onsessioninitialized: (id) => void sessions.set(id, { server, transport }),
      onsessionclosed: (id) => void closed.push(id),
    });
    const server = serverWith(told, (free) => {
      release = free;
    });
    await server.connect(transport);
    return transport;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    headers = request.headers;
    if (world && !isAdmitted(world, request, response)) return;
    if (isMute && request.method === 'GET') return void response.writeHead(503).end();
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const body = text === '' ? undefined : JSON.parse(text);
    arrived.push(`${request.method} ${body?.method ?? request.headers['last-event-id'] ?? ''}`.trim());
    const id = String(request.headers['mcp-session-id'] ?? '');
    const transport =
      sessions.get(id)?.transport ?? (body?.method === 'initialize' ? await begin() : undefined);
    if (transport) return transport.handleRequest(request, response, body);
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}');
  }

  let isMute = false;
  const http = createServer((request, response) => void answer(request, response));
  http.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    arrived,
    closed,
    sessions,
    told,
    get headers() {
      return headers;
    },
    get isMute() {
      return isMute;
    },
    set isMute(value) {
      isMute = value;
    },
    release: () => release(),
    cut: () => http.closeAllConnections(),
    forget: () => sessions.clear(),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Answers for the metadata, and for requests without a token that is good. */
function isAdmitted(
  { origins, accessTokens }: World,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const origin = `http://${request.headers.host}`;
  if (request.url?.startsWith('/.well-known/')) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ resource: `${origin}/mcp`, authorization_servers: [origins.a] }));
    return false;
  }
  if (accessTokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? '')) return true;
  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
  response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${metadata}"` }).end();
  return false;
}

function serverWith(told: string[], onWait: (free: () => void) => void): McpServer {
  const server = new McpServer(
    { name: 'sessions', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true } } },
  );
  const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });
  const none = z.object({});
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, async ({ text }) =>
    said(text),
  );
  server.registerTool('roots', { inputSchema: none }, async () => {
    const { roots } = await server.server.listRoots();
    return said(roots.map(({ uri }) => uri).join(' '));
  });
  server.registerTool('slow', { inputSchema: none }, async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    const waiting = new Promise<void>((resolve) => onWait(resolve));
    mcpReq.signal.addEventListener('abort', () => told.push(`cancelled: ${mcpReq.signal.reason}`));
    if (progressToken !== undefined)
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    told.push('slow');
    await waiting;
    return said('done');
  });
  server.server.setNotificationHandler('notifications/roots/list_changed', () => {
    told.push('roots/list_changed');
  });
  return server;
}

/** Keeps the events of all streams. */
function eventsInMemory(): EventStore {
  const events: { readonly id: string; readonly stream: string; readonly message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      const id = `${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async getStreamIdForEventId(id) {
      return events[Number(id)]?.stream;
    },
    async replayEventsAfter(last, { send }) {
      const stream = events[Number(last)]?.stream ?? '';
      const later = events.slice(Number(last) + 1).filter((one) => one.stream === stream);
      for (const { id, message } of later) if (Object.keys(message).length > 0) await send(id, message);
      return stream;
    },
  };
}

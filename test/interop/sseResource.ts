// An MCP server of 2024-11-05 over HTTP and SSE, protected by an authorization server of a scripted world.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { World } from '../support/world.ts';

const METADATA = '/.well-known/oauth-protected-resource/sse';

export interface SseResource {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a resource at `/sse` that takes the tokens of server `a` of this world. */
export async function startSseResource(world: World): Promise<SseResource> {
  const transports = new Map<string, SSEServerTransport>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/sse`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new URL(request.url ?? '/', origin);
    if (at.pathname === METADATA) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ resource: url, authorization_servers: [world.origins.a] }));
      return;
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!world.accessTokens.has(token ?? '')) {
      response
        .writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${origin}${METADATA}"` })
        .end();
    } else if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      await notes().connect(transport);
    } else {
      await transports.get(at.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
    }
  }

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function notes(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('read_note', { description: 'Read the note' }, () => ({
    content: [{ type: 'text', text: 'The first note.' }],
  }));
  return server;
}

// The MCP clients that authchart is tried with, all used in one way: the official SDKs, and the client of the AI SDK.
import { createMCPClient } from '@ai-sdk/mcp';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SseOne } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as StreamableOne } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Fetch, Session } from '../../index.ts';

/** What a host does with its client. */
export interface ConnectedClient {
  /** Names of the tools. */
  tools(): Promise<readonly string[]>;
  /** The text that a tool answers with. */
  call(tool: string, input: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export type Connect = (session: Session, fetch: Fetch) => Promise<ConnectedClient>;

const info = { name: 'authchart interop', version: '1.0.0' };

interface Said {
  readonly content?: unknown;
}

const textOf = ({ content }: Said): string =>
  (content as readonly { readonly text: string }[]).map(({ text }) => text).join(' ');

interface OfficialClient {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

const official = (client: OfficialClient): ConnectedClient => ({
  tools: async () => (await client.listTools()).tools.map(({ name }) => name),
  call: async (name, input) => textOf((await client.callTool({ name, arguments: input })) as Said),
  close: () => client.close(),
});

const connectTwo: Connect = async ({ id }, fetch) => {
  const client = new Client(info);
  await client.connect(new StreamableHTTPClientTransport(new URL(id.resource), { fetch }));
  return official(client);
};

const connectOne: Connect = async ({ id }, fetch) => {
  const client = new ClientOne(info);
  // Its types do not allow for `exactOptionalPropertyTypes`.
  const transport = new StreamableOne(new URL(id.resource), { fetch }) as Parameters<
    typeof client.connect
  >[0];
  await client.connect(transport);
  return official(client);
};

const connectAi: Connect = async ({ id }, fetch) => {
  const client = await createMCPClient({ transport: { type: 'http', url: id.resource, fetch } });
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, input) {
      const tool = (await client.tools())[name];
      return textOf((await tool?.execute(input, { toolCallId: '1', messages: [] })) as Said);
    },
    close: () => client.close(),
  };
};

/** By name and transport: over Streamable HTTP. */
export const streamableClients: Readonly<Record<string, Connect>> = {
  'MCP SDK 2': connectTwo,
  'MCP SDK 1': connectOne,
  'AI SDK': connectAi,
};

/** Over HTTP and SSE, as in the protocol of 2024-11-05. */
export const sseClients: Readonly<Record<string, Connect>> = {
  'MCP SDK 2': async ({ id }, fetch) => {
    const client = new Client(info);
    await client.connect(new SSEClientTransport(new URL(id.resource), { fetch }));
    return official(client);
  },
  'MCP SDK 1': async ({ id }, fetch) => {
    const client = new ClientOne(info);
    await client.connect(new SseOne(new URL(id.resource), { fetch }));
    return official(client);
  },
  'AI SDK': async ({ id }, fetch) => {
    const client = await createMCPClient({ transport: { type: 'sse', url: id.resource, fetch } });
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      async call(name, input) {
        const tool = (await client.tools())[name];
        return textOf((await tool?.execute(input, { toolCallId: '1', messages: [] })) as Said);
      },
      close: () => client.close(),
    };
  },
};

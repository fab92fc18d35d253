// Calls of the tools of the playground: the request of an MCP client, and the text in the answer.
import * as z from 'zod/mini';

/** The request that calls a tool: one POST with a JSON-RPC body. */
export function toolCall(name: string) {
  const params = { name, arguments: { name: 'hello', text: 'Hello again.' } };
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  };
}

const Answer = z.object({ result: z.object({ content: z.array(z.object({ text: z.string() })) }) });

/** The text of the answer; the HTTP status when there is none. */
export async function textOf(response: Response): Promise<string> {
  const body = await response.text();
  const data = /^data: (.+)$/m.exec(body)?.[1];
  if (response.status !== 200 || data === undefined) return `HTTP ${response.status}`;
  return Answer.parse(JSON.parse(data))
    .result.content.map(({ text }) => text)
    .join(' ');
}

// What an MCP client sends to call a tool of the playground's resource, and what it makes of the answer.
import * as z from 'zod/mini';

/** One POST with a JSON-RPC body. */
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

/** The text that the tool answers, or the HTTP status when it does not. */
export async function textOf(response: Response): Promise<string> {
  const body = await response.text();
  const data = /^data: (.+)$/m.exec(body)?.[1];
  if (response.status !== 200 || data === undefined) return `HTTP ${response.status}`;
  return Answer.parse(JSON.parse(data))
    .result.content.map(({ text }) => text)
    .join(' ');
}

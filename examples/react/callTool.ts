// One call of a tool, as an MCP client sends it. An MCP SDK that takes a `fetch` does this, too.
import type { Auth } from 'authchart/react';

/** What came of a call: the text of the tool, or the status of a refusal. */
export interface ToolAnswer {
  readonly status: number;
  readonly text: string;
}

export async function callTool(
  fetch: Auth['fetch'],
  resource: string,
  name: string,
  args: Readonly<Record<string, string>>,
): Promise<ToolAnswer> {
  const response = await fetch(resource, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  const { status, statusText } = response;
  const text = await response.text();
  return { status, text: response.ok ? textIn(text) : `${status} ${statusText}` };
}

interface RpcAnswer {
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: { readonly message?: string };
}

/** The answer is JSON, or one event of a stream. */
function textIn(body: string): string {
  const json = /^data: ?(.+)$/m.exec(body)?.[1] ?? body;
  const { result, error }: RpcAnswer = JSON.parse(json);
  return result?.content?.map(({ text }) => text).join('\n') ?? error?.message ?? 'The answer is empty.';
}

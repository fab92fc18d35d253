// Tools that the host does not get to see, and cannot call: `--ignore-tool`.
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/client';
import { own } from '../../protocol/json.ts';
import { isRequest } from './messages.ts';

/** Hides tools. */
export interface Screen {
  /** The answer to a request that must not be sent: a call of a hidden tool. */
  refusal(request: JSONRPCRequest): JSONRPCMessage | undefined;
  /** The answer of the server without the hidden tools. */
  cleaned(answer: JSONRPCMessage, request: JSONRPCRequest): JSONRPCMessage;
}

/** @see JSON-RPC 2.0 §5.1, "Invalid params": what servers answer for a tool that they do not have. */
const INVALID_PARAMS = -32_602;

/** Hides the tools whose name fits one of these patterns: `*` stands for any text, and case does not count. */
export function screenFor(patterns: readonly string[]): Screen {
  const isHidden = (name: unknown): boolean =>
    typeof name === 'string' && patterns.some((pattern) => fits(name.toLowerCase(), pattern.toLowerCase()));
  return {
    refusal(request) {
      const name = request.method === 'tools/call' ? own(request.params ?? {}, 'name') : undefined;
      if (!isHidden(name)) return undefined;
      const message = `The tool ${JSON.stringify(name)} is switched off by --ignore-tool.`;
      return { jsonrpc: '2.0', id: request.id, error: { code: INVALID_PARAMS, message } };
    },
    cleaned(answer, request) {
      if (request.method !== 'tools/list' || isRequest(answer) || !('result' in answer)) return answer;
      const tools = own(answer.result, 'tools');
      if (!Array.isArray(tools)) return answer;
      return {
        ...answer,
        result: { ...answer.result, tools: tools.filter((tool) => !isHidden(tool?.name)) },
      };
    },
  };
}

/** Without a regular expression: a pattern with many `*` would take one forever. */
function fits(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

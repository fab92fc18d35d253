// What a host has sent: a message, or what is none, with the answer that it gets.
import {
  INVALID_REQUEST,
  type JSONRPCMessage,
  PARSE_ERROR,
  parseJSONRPCMessage,
} from '@modelcontextprotocol/client';
import { own } from '../../protocol/json.ts';
import type { RequestId } from './messages.ts';

/** An answer to what is no message. JSON-RPC has null for an id that nobody could read. */
interface Refusal {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** What a line is. */
export type ReadLine =
  | { readonly kind: 'message'; readonly message: JSONRPCMessage }
  | {
      readonly kind: 'none';
      /** A sentence, which quotes nothing of the line. */
      readonly complaint: string;
      /** None for an answer: an answer to an answer could go on for ever. */
      readonly answer?: Refusal;
    };

/** Reads a line. @see JSON-RPC 2.0 §5, §5.1 */
export function readMessage(line: string): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused(null, PARSE_ERROR, 'The host sent a line that is not JSON.');
  }
  // @see MCP 2025-06-18, Changelog
  if (Array.isArray(value))
    return refused(null, INVALID_REQUEST, 'The host sent a batch, which MCP does not have any more.');
  try {
    return { kind: 'message', message: parseJSONRPCMessage(value) };
  } catch {
    return refusedMessage(value);
  }
}

function refusedMessage(value: unknown): ReadLine {
  const complaint = 'The host sent what is not a message of MCP.';
  if (typeof value !== 'object' || value === null) return refused(null, INVALID_REQUEST, complaint);
  const has = (name: string) => Object.hasOwn(value, name);
  if (!has('method') && (has('result') || has('error'))) return { kind: 'none', complaint };
  return refused(usable(own({ ...value }, 'id')), INVALID_REQUEST, complaint);
}

function usable(id: unknown): RequestId | null {
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as RequestId) : null;
}

function refused(id: RequestId | null, code: number, complaint: string): ReadLine {
  const message = complaint.replace('The host sent', 'Invalid request:');
  return { kind: 'none', complaint, answer: { jsonrpc: '2.0', id, error: { code, message } } };
}

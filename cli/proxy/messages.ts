// What the proxy has to know of JSON-RPC messages: requests, their ids, and answers of its own.
import type { JSONRPCErrorResponse, JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/client';
import type { Failure } from '../../contract/errors.ts';
import { own } from '../../protocol/json.ts';

/** The id of a request. */
export type RequestId = JSONRPCRequest['id'];

/** @see JSON-RPC 2.0 §5.1: "Internal JSON-RPC error". Other codes have meanings of their own for hosts. */
const INTERNAL_ERROR = -32_603;

/** The member of a request's `_meta` that names the protocol of 2026-07-28 and later: there a stream belongs to a request. */
const VERSION = 'io.modelcontextprotocol/protocolVersion';

/** Whether a message is a request: it has a method, and wants an answer. */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}

/** The id of the request that a message answers; nothing for any other message. */
export function answeredId(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message ? undefined : message.id;
}

/** The id of the request that a message cancels; nothing for any other message. */
export function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id = own(message.params ?? {}, 'requestId');
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

/** Whether a request is cancelled by ending its stream, and not by a notification. @see MCP 2026-07-28, Cancellation */
export function ownsItsStream({ params }: JSONRPCRequest): boolean {
  return typeof own(params?._meta ?? {}, VERSION) === 'string';
}

/** The answer for a request that failed here. Its `data` is what a host decides on, and its message is for people. */
export function errorAnswer(
  id: RequestId,
  { code, recovery, status }: Failure,
  message: string,
): JSONRPCErrorResponse {
  const data = { code, recovery, ...(status !== undefined && { status }) };
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message, data } };
}

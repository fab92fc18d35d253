// What the status of an answer says that was not a success, as the two transports report it.
import { SdkHttpError, SseError } from '@modelcontextprotocol/client';

/** The status of the answer that a transport has failed with; nothing when there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  if (SdkHttpError.isInstance(thrown)) return thrown.status;
  if (SseError.isInstance(thrown)) return thrown.code;
  const found =
    thrown instanceof Error ? /^Error POSTing to endpoint \(HTTP (\d{3})\)/.exec(thrown.message) : null;
  return found ? Number(found[1]) : undefined;
}

/** Whether a server speaks the other transport only. @see MCP 2025-11-25, Backwards Compatibility */
export function isOfOtherTransport(thrown: unknown): boolean {
  return [400, 404, 405, 406, 415].includes(statusOf(thrown) ?? 0);
}

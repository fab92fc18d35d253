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

/**
 * Where a redirect leads that the transport did not follow, as it says it: within the origin it follows those that keep the
 * method. It leaves out the query.
 */
export function redirectOf(thrown: unknown): string | undefined {
  const status = statusOf(thrown) ?? 0;
  if (status < 300 || status > 399 || !(thrown instanceof Error)) return undefined;
  const [, to, secure] =
    /Redirect (?:to (\S+) not followed|from https to plain http not followed; try (\S+) as)/.exec(
      thrown.message,
    ) ?? [];
  return to ?? secure;
}

/** Whether a server speaks the other transport only. @see MCP 2025-11-25, Backwards Compatibility */
export function isOfOtherTransport(thrown: unknown): boolean {
  return [400, 404, 405, 406, 415].includes(statusOf(thrown) ?? 0);
}

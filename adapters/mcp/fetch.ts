// A `fetch` for MCP clients: where a person is needed it rejects with a typed error, so that nobody takes it for a plain 401.
import { AuthError } from '../../contract/errors.ts';
import { isRepeatable } from '../../engine/sessionFetch.ts';
import type { Fetch, Session } from '../../engine/sessionSurface.ts';
import type { McpOptions } from './options.ts';
import { refusalOf } from './refusal.ts';
import { waiting } from './waiting.ts';

/** A `fetch` for the transports of the MCP SDKs. */
export interface McpFetch extends Fetch {
  /**
   * What the last request was refused with; undefined when it was not. For transports that pass on nothing but the text of
   * an error: the one for HTTP and SSE of 2024-11-05 does so when it connects.
   */
  readonly refused: AuthError | undefined;
}

/**
 * The `fetch` to give to a transport of `@modelcontextprotocol/client`, `@modelcontextprotocol/sdk`, or the AI SDK.
 * It does what `session.fetch` does, and rejects where that would return the server's 401 or 403: with the reason, and with
 * what helps. What can be read only once (a stream) is not sent again: then the answer comes as it is, and the next request has
 * the new token. A request that waits for a person longer than `loginWait` (default 45,000 milliseconds) rejects; the login
 * goes on.
 * @throws AuthError `config_invalid` for options. Its requests: `interaction_required` when a person has to log in, or has
 *   to allow more scopes; `login_pending` when they are about to; what the login has ended with; and as `session.fetch`.
 * @example
 * ```ts
 * import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
 * import type { Session } from 'authchart';
 * import { mcpFetch } from 'authchart/mcp';
 *
 * export async function connect(session: Session): Promise<Client> {
 *   const client = new Client({ name: 'notes', version: '1.0.0' });
 *   const url = new URL(session.id.resource);
 *   await client.connect(new StreamableHTTPClientTransport(url, { fetch: mcpFetch(session) }));
 *   return client;
 * }
 * ```
 * @see RFC 6750 §3.1
 */
export function mcpFetch(session: Session, options: McpOptions = {}): McpFetch {
  const { fetch } = waiting(session, options);
  let refused: AuthError | undefined;
  const send: Fetch = async (input, init) => {
    const before = versionOf(session);
    try {
      const response = await fetch(input, init);
      // There is another token by now, and this body cannot be read again: the answer is not about what comes next.
      const isOutdated = !isRepeatable(init?.body) && versionOf(session) !== before;
      const refusal = response.ok || isOutdated ? undefined : refusalOf(session, response);
      if (refusal) {
        await response.body?.cancel();
        throw refusal;
      }
      refused = undefined;
      return response;
    } catch (thrown) {
      refused = thrown instanceof AuthError ? thrown : undefined;
      throw thrown;
    }
  };
  return Object.defineProperty(send, 'refused', { get: () => refused, enumerable: true }) as McpFetch;
}

/** Which token requests are sent with now. */
const versionOf = ({ snapshot }: Session): string | undefined => snapshot.context.grant?.version;

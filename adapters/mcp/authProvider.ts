// An `AuthProvider` of the MCP SDK 2.x that hears which token was refused, and gets another one.
import { AuthError, refuse } from '../../contract/errors.ts';
import type { AuthorizationHeaders, Session } from '../../engine/sessionSurface.ts';
import { placeOf } from '../../protocol/text.ts';
import type { McpOptions } from './options.ts';
import { refusalOf } from './refusal.ts';
import { waiting } from './waiting.ts';

/** What the SDK says of a 401. */
export interface Unauthorized {
  readonly response: Response;
  /** Where the request was sent to. */
  readonly serverUrl: URL;
}

/** An `AuthProvider` of `@modelcontextprotocol/client`. */
export interface McpAuthProvider {
  /** The token to send; undefined when there is none. @throws AuthError `login_pending`; what the login has ended with. */
  token(): Promise<string | undefined>;
  /** Gets another token than the one that was refused. @throws AuthError `interaction_required`, `login_pending`; what the login has ended with. */
  onUnauthorized(context: Unauthorized): Promise<void>;
}

/**
 * For hosts whose transport takes an `authProvider` and no `fetch`. It renews tokens, and logs in where the policy says
 * `interaction: 'auto'`. The SDK asks no `AuthProvider` about a 403: for step-up, and for tokens that are bound to a key
 * (DPoP), give it `mcpFetch` instead. Both methods wait for a person for `loginWait` (default 45,000 milliseconds), and the
 * login goes on after that.
 * @throws AuthError `config_invalid` for options. Its methods: `login_pending` when a person is still awaited;
 *   `interaction_required` when a person has to log in first; `config_invalid` for a token that is bound to a key; what the
 *   login has ended with.
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
 */
export function mcpAuthProvider(session: Session, options: McpOptions = {}): McpAuthProvider {
  const waits = waiting(session, options);
  return {
    async token() {
      try {
        return bearerOf(session, await waits.authorization({ method: 'POST', url: session.id.resource }));
      } catch (thrown) {
        // Without a token the server challenges, and `onUnauthorized` hears of it; but a person is waited for only once.
        if (!(thrown instanceof AuthError) || thrown.code === 'login_pending') throw thrown;
        if (thrown.recovery === 'ask-user') return undefined;
        throw thrown;
      }
    },
    async onUnauthorized({ response, serverUrl }) {
      if (await waits.answered(response, { url: serverUrl, method: 'POST' })) return;
      throw refusalOf(session, response) ?? refuseUnauthorized(session);
    },
  };
}

function bearerOf(session: Session, { authorization, dpop }: AuthorizationHeaders): string {
  if (dpop === undefined) return authorization.replace(/^Bearer /, '');
  return refuse(
    'config_invalid',
    'configuring',
    `The token for ${placeOf(session.id.resource)} is bound to a key, and an AuthProvider cannot send its proof; give the transport mcpFetch(session) instead.`,
  );
}

const refuseUnauthorized = (session: Session): never =>
  refuse(
    'interaction_required',
    'requesting',
    `${placeOf(session.id.resource)} refused a request, and there is no other token; log in again with login({ again: true }).`,
  );

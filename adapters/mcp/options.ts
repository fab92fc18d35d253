// What the adapters for MCP clients may be told, and the part of a session that they use.
import type { EngineSession } from '../../engine/session.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { invalid, object, optional, type Shape } from '../../protocol/options.ts';
import { duration } from '../../protocol/optionValues.ts';

/** What `mcpFetch` and `mcpAuthProvider` may be told. */
export interface McpOptions {
  /**
   * How long a request waits for a person who logs in, in milliseconds. It then rejects with `login_pending`, and the login
   * goes on. Default: 45,000, since the SDKs give a request up after 60 seconds.
   */
  readonly loginWait?: number;
}

const LOGIN_WAIT = 45_000;

const shape: Shape<McpOptions> = { loginWait: optional(duration) };

/**
 * The requests of a session which wait for a person so long as the options say.
 * @throws AuthError `config_invalid`
 */
export function waiting(session: Session, options: McpOptions): ReturnType<EngineSession['within']> {
  object(shape)(options, '');
  const { within } = session as Partial<EngineSession>;
  if (typeof within !== 'function') return invalid('The session must be one of engine.session().');
  return within.call(session, options.loginWait ?? LOGIN_WAIT);
}

// The part of a session that the adapters for MCP clients use: requests which wait for a person only so long.
import type { EngineSession } from '../../engine/session.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { invalid, object, optional, type Shape } from '../../protocol/options.ts';
import { duration } from '../../protocol/optionValues.ts';
import type { McpOptions } from './options.ts';

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

// Looks for a login of this session that is under way already, before a redirect URI is reserved or a client registered.
import { resourceAt } from '../network/resourceParameter.ts';
import { findCurrent, loginFacts } from '../records/loginUnderWay.ts';
import type { Act } from '../tools/tools.ts';

/** Reads only. */
export const findLogin: Act<'findLogin'> = (tools) => async (given) => {
  const wanted = { ...given, resource: resourceAt(tools, given.server.issuer, given.resource) };
  const found = await findCurrent(tools, wanted);
  return { at: tools.now(), login: found ? loginFacts(tools, found) : null };
};

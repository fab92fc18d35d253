// Looks for a login of this session that is under way already, before a redirect URI is reserved or a client registered.
// Waits while another engine is about to begin one.
import { resourceAt } from '../network/resourceParameter.ts';
import { mayBegin } from '../records/beginning.ts';
import { findCurrent, loginFacts } from '../records/loginUnderWay.ts';
import type { Act } from '../tools/tools.ts';

/** @throws AuthError `cancelled`; what the store throws. */
export const findLogin: Act<'findLogin'> = (tools) => async (given, signal) => {
  const wanted = { ...given, resource: resourceAt(tools, given.server.issuer, given.resource) };
  for (;;) {
    const { version, found } = await findCurrent(tools, wanted);
    if (found) return { at: tools.now(), login: loginFacts(tools, found) };
    if (await mayBegin(tools, given.session, version ?? '', signal)) return { at: tools.now(), login: null };
  }
};

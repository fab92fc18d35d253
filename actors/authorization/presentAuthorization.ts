// Leads the person to the authorization server.
import { keys } from '../../stores/records.ts';
import { readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Leads the person there; ends when that was done.
 * @throws AuthError `code_already_spent` when the login was finished elsewhere; what the user agent throws.
 */
export const presentAuthorization: Act<'presentAuthorization'> =
  (tools) =>
  async ({ session, pending }, signal) => {
    const key = keys.as('pending', pending.key);
    const leave = tools.attended.enter(key);
    try {
      const { url, redirectUri, state, server } = (await readPending(tools, session, key)).value;
      await tools.userAgent.present({ session, url, redirectUri, state, issuer: server.issuer, signal });
      return { at: tools.now() };
    } finally {
      leave();
    }
  };

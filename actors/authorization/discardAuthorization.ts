// Ends a pending authorization: its record goes, its listener goes, a late answer finds nobody.
import { keys } from '../../stores/records.ts';
import { endBeginning } from '../records/beginning.ts';
import { abandon } from '../records/loginUnderWay.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Lets go of the redirect URI, and ends the login for all who wait for it, unless another engine holds it.
 * @throws AuthError `store_failed`
 */
export const discardAuthorization: Act<'discardAuthorization'> =
  (tools) =>
  async ({ session, pending, redirectUri, failure }) => {
    try {
      if (redirectUri !== null) await tools.userAgent.release(redirectUri);
    } finally {
      await endBeginning(tools, session);
      if (pending?.redirectUri === null) await tools.records.forget(keys.as('device', pending.key));
      else if (pending) await abandon(tools, session, keys.as('pending', pending.key), failure);
    }
    return { at: tools.now() };
  };

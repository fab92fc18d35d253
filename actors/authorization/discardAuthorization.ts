// Ends a pending authorization: its record goes, its listener goes, a late answer finds nobody.
import { keys } from '../../stores/records.ts';
import { forgetLogin } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

export const discardAuthorization: Act<'discardAuthorization'> =
  (tools) =>
  async ({ session, pending, redirectUri }) => {
    if (redirectUri !== null) await tools.userAgent.release(redirectUri);
    if (pending) {
      tools.logins.end(pending.key);
      await tools.records.forget(keys.as(pending.redirectUri === null ? 'device' : 'pending', pending.key));
      await forgetLogin(tools.records, session, pending.key);
    }
    return { at: tools.now() };
  };

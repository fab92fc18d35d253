// Leads the person to the authorization server.
import { readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

export const presentAuthorization: Act<'presentAuthorization'> =
  (tools) =>
  async ({ session, pending }, signal) => {
    const { url, redirectUri, state, server } = (await readPending(tools, pending.key)).value;
    await tools.userAgent.present({
      session,
      url,
      redirectUri,
      state,
      issuer: server.issuer,
      signal,
    });
    return { at: tools.now() };
  };

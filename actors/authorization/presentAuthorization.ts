// Leads the person to the authorization server.
import { keys } from '../../stores/records.ts';
import { readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

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

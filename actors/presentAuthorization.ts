// Leads the person to the authorization server.
import { readPending } from './pendingRequest.ts';
import type { Act } from './tools.ts';

export const presentAuthorization: Act<'presentAuthorization'> =
  (tools) =>
  async ({ pending }, signal) => {
    const { url, redirectUri, state, server } = (await readPending(tools, pending.key)).value;
    await tools.userAgent.present({ url, redirectUri, state, issuer: server.issuer, signal });
    return { at: tools.now() };
  };

// Makes a redirect URI ready to receive, before it is registered or sent.
import type { Act } from './tools.ts';

export const reserveRedirect: Act<'reserveRedirect'> =
  (tools) =>
  async ({ wanted }, signal) => {
    const redirectUri = await tools.userAgent.reserve(wanted, signal);
    return { at: tools.now(), redirectUri };
  };

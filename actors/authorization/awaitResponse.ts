// Waits for the authorization response, and stores it with its request: the chart hears only that it came.
import { readPending, storeResponse } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

export const awaitResponse: Act<'awaitResponse'> =
  (tools) =>
  async ({ session, pending }, signal) => {
    const { redirectUri, state, server, response: early } = (await readPending(tools, pending.key)).value;
    if (early !== undefined) return { at: tools.now() };
    const heard = tools.logins.heard(pending.key, signal);
    const received = tools.userAgent
      .receive({ session, redirectUri, state, issuer: server.issuer, signal })
      .then((response) => storeResponse(tools, pending.key, response));
    await Promise.race([received, heard]);
    return { at: tools.now() };
  };

// Waits for the authorization response, and stores it with its request: the chart hears only that it came.
import { readPending, storeResponse } from './pendingRequest.ts';
import type { Act } from './tools.ts';

export const awaitResponse: Act<'awaitResponse'> =
  (tools) =>
  async ({ pending }, signal) => {
    const { redirectUri, state, server } = (await readPending(tools, pending.key)).value;
    const response = await tools.userAgent.receive({ redirectUri, state, issuer: server.issuer, signal });
    await storeResponse(tools, pending.key, response);
    return { at: tools.now() };
  };

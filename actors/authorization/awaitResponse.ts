// Waits for the authorization response, and stores it with its request: the chart hears only that it came.
import { keys } from '../../stores/records.ts';
import { readPending, storeResponse } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Waits for the response, and stores it with its request.
 * @throws AuthError `code_already_spent` when the login was finished elsewhere; what it ended with there; what the user agent throws.
 */
export const awaitResponse: Act<'awaitResponse'> =
  (tools) =>
  async ({ session, pending }, signal) => {
    const key = keys.as('pending', pending.key);
    const leave = tools.attended.enter(key);
    try {
      const { value } = await readPending(tools, session, key);
      const { redirectUri, state, server } = value;
      if (value.response !== undefined) return { at: tools.now() };
      const response = await tools.userAgent.receive({
        session,
        redirectUri,
        state,
        issuer: server.issuer,
        signal,
      });
      await storeResponse(tools, key, response);
      return { at: tools.now() };
    } finally {
      leave();
    }
  };

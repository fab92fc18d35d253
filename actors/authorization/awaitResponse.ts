// Waits for the authorization response, and stores it with its request: the chart hears only that it came.
import { refuse } from '../../contract/errors.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { keys, type PendingRecord } from '../../stores/records.ts';
import { readPending, storeResponse } from '../records/pendingRequest.ts';
import { despiteFailures } from '../tools/keepTrying.ts';
import type { Act, Tools } from '../tools/tools.ts';

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
      const seen = await readPending(tools, session, key);
      if (seen.value.response !== undefined) return { at: tools.now() };
      const response = await receive(tools, seen.value, signal);
      await despiteFailures(tools, () => storeResponse(tools, key, response, { seen }));
      return { at: tools.now() };
    } finally {
      leave();
    }
  };

/** After so many responses of other logins the user agent has nothing else to give: one that answers at once would be asked without end. */
const MOST_FOREIGN = 20;

/** The response to this request: those of others are passed over (AUTHZ-3). */
async function receive(
  tools: Tools,
  { session, redirectUri, state, server }: PendingRecord,
  signal: AbortSignal,
): Promise<string> {
  const { issuer, sendsIssuer } = server;
  for (let foreign = 0; foreign < MOST_FOREIGN; foreign += 1) {
    const response = await tools.userAgent.receive({ session, redirectUri, state, issuer, signal });
    const verdict = judgeAuthorizationResponse(response, { state, issuer, sendsIssuer });
    if (verdict.kind !== 'not-ours') return response;
  }
  return refuse(
    'user_agent_failed',
    'authorizing',
    `The user agent gave the responses of ${MOST_FOREIGN} other logins, and none to this one; check the user agent.`,
  );
}

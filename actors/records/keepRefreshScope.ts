// Remembers with a registration that its server takes no refresh without the scopes (TOK-5).
import { boundAt, type ClientRecord, type GrantRecord, keys } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { updateRegistration } from './updateRegistration.ts';

/**
 * From now on a refresh of this client names the scopes at once. A client that is registered here has a record of its own;
 * any other is remembered with the binding. Best effort: where it cannot be stored, the next refresh finds it out again.
 * @param renewed the grant as its refresh began with it.
 * @param accepted its client as the server has accepted it.
 */
export async function keepRefreshScope(
  tools: Tools,
  { session, issuer, client: asked }: GrantRecord,
  { clientId, kind, refreshNamesScope }: ClientRecord,
): Promise<void> {
  if (refreshNamesScope === undefined || asked.refreshNamesScope) return;
  if (kind === 'dynamic') {
    return updateRegistration(tools, { issuer, clientId }, (now) => ({
      ...now,
      client: { ...now.client, refreshNamesScope },
    }));
  }
  await tools.records
    .update(keys.binding(session), (now) => {
      const bound = boundAt(now, issuer);
      if (!now || bound?.clientId !== clientId) return undefined;
      return { ...now, servers: { ...now.servers, [issuer]: { ...bound, refreshNamesScope } } };
    })
    .catch(() => {});
}

// On start: what does the store remember of this session? Reads only.

import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import type { Memory } from '../../contract/work.ts';
import { judgeNamedAddress } from '../../protocol/reach.ts';
import { keys } from '../../stores/records.ts';
import { bindingFacts, pendingFacts, registrationFacts, serverFacts } from '../records/facts.ts';
import { hostSettings, readBinding, readGrant } from '../records/recall.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';

/**
 * Reads what is stored of the session: its binding, its grant, and a login that is under way. It sends and writes nothing.
 * @throws AuthError `store_failed`, `record_newer`
 */
export const recallSession: Act<'recallSession'> =
  (tools) =>
  async ({ session }) => {
    const { records, now } = tools;
    const binding = await readBinding(records, session);
    return {
      at: now(),
      ...hostSettings(tools),
      binding: binding ? bindingFacts(binding, binding.current) : null,
      grant: binding ? await readGrant(tools, session, binding, binding.current) : null,
      login: await recallLogin(tools, session),
    };
  };

/** A login that can still be finished: not expired, its code not sent, and its endpoints still ones we would use. */
async function recallLogin(tools: Tools, session: SessionId): Promise<Memory['login']> {
  const { records, now } = tools;
  const key = (await records.read(keys.login(session)))?.value.pendingKey;
  const pending = key === undefined ? undefined : (await records.read(key))?.value;
  if (key === undefined || !pending || pending.spent || pending.expiresAt <= now()) return null;
  const server = serverFacts(pending.server);
  if (!isSafe(server, session.resource, tools.policy.dangerouslyAllowPrivateAddressAt)) return null;
  const { issuer } = server;
  return {
    pending: pendingFacts(key, pending),
    server,
    registration: registrationFacts(
      keys.registration(issuer, registrationPlace(tools)),
      issuer,
      pending.client,
    ),
    answered: pending.response !== undefined,
  };
}

// S11: what lay in a store is judged again.
function isSafe(server: ServerMetadata, resource: string, privateOrigins: readonly string[] = []): boolean {
  return [server.authorizationEndpoint ?? '', server.tokenEndpoint].every(
    (url) => judgeNamedAddress(url, resource, privateOrigins).ok,
  );
}

// Chooses one of the listed authorization servers: the one that is bound, one that was, else the first (DISC-5).
import { refuse } from '../protocol/errors.ts';
import type { SessionId } from '../protocol/facts.ts';
import { boundAt } from '../stores/records.ts';
import { fromHost } from './clientAuthentication.ts';
import { readBinding } from './recall.ts';
import type { Act, Tools } from './tools.ts';

export const chooseServer: Act<'chooseServer'> =
  (tools) =>
  async ({ session, listed, passedOver }) => {
    const binding = await readBinding(tools.records, session);
    const open = listed.filter((issuer) => !passedOver.includes(issuer));
    const preferences: readonly ((issuer: string) => boolean)[] = [
      (issuer) => issuer === binding?.current,
      (issuer) => boundAt(binding, issuer) !== undefined,
      (issuer) => (tools.client.preRegistered ?? []).some((client) => client.issuer === issuer),
      () => true,
    ];
    const preferred = preferences
      .map((isPreferred) => open.find(isPreferred))
      .find((issuer) => issuer !== undefined);
    const chosen =
      preferred === undefined ? undefined : await ask(tools, session, open, binding?.current, preferred);
    return {
      at: tools.now(),
      issuer: chosen ?? null,
      isBound: chosen !== undefined && chosen === binding?.current,
    };
  };

/** The host's own choice, where it wants one and there is one to make. It is held to the list. */
async function ask(
  tools: Tools,
  session: SessionId,
  listed: readonly string[],
  bound: string | undefined,
  preferred: string,
): Promise<string> {
  const { selectServer } = tools.policy;
  if (!selectServer || listed.length < 2) return preferred;
  const chosen = await fromHost(async () => selectServer({ session, listed, bound }), 'its choice of server');
  if (chosen !== undefined && listed.includes(chosen)) return chosen;
  return refuse(
    'config_invalid',
    'discovering',
    'The host chose an authorization server that the resource does not list; choose one of the list.',
  );
}

// Chooses one of the listed authorization servers; the host may have a say (DISC-5).
import { AuthError } from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import {
  isBoundServer,
  judgeHostChoice,
  preferServer,
  type ServerEvidence,
  type ServerPreference,
} from '../../protocol/serverChoice.ts';
import { fromHost } from '../network/fromHost.ts';
import { readBinding } from '../records/recall.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'chooseServer'>>>[0];

/**
 * Chooses one of the listed servers that were not passed over; null when none is left.
 * @throws AuthError `config_invalid` when the host's choice failed, or is not one of the list; what the store throws.
 * @see RFC 9728 §7.6
 */
export const chooseServer: Act<'chooseServer'> = (tools) => async (input) => {
  const evidence = await gather(tools, input);
  const { preferred, ...preference } = preferServer(evidence);
  const issuer = preferred === null ? null : await ask(tools, input.session, { ...preference, preferred });
  return { at: tools.now(), issuer, isBound: issuer !== null && isBoundServer(issuer, evidence) };
};

async function gather(tools: Tools, { session, listed, passedOver }: Input): Promise<ServerEvidence> {
  const binding = await readBinding(tools.records, session);
  const { preRegistered = [] } = tools.client;
  return {
    listed,
    passedOver,
    binding: binding ? { current: binding.current, issuers: Object.keys(binding.servers) } : null,
    hostIssuers: preRegistered.flatMap(({ issuer }) => issuer ?? []),
    ignoresSlashOf: tools.policy.dangerouslyIgnoreTrailingSlashOf ?? [],
  };
}

/** The host's own choice, where it wants one and there is one to make. It is held to the list. */
async function ask(
  tools: Tools,
  session: SessionId,
  { open, preferred, bound }: ServerPreference & { readonly preferred: string },
): Promise<string> {
  const { selectServer } = tools.policy;
  const isOnly = typeof selectServer === 'string';
  if (!selectServer || (open.length < 2 && !isOnly)) return preferred;
  const choose = async (): Promise<string> =>
    isOnly ? selectServer : selectServer({ session, listed: open, bound });
  const chosen = await fromHost(tools, choose, 'its choice of server', { phase: 'discovering' });
  const verdict = judgeHostChoice(chosen, open);
  if (verdict.kind === 'refused') throw new AuthError(verdict.failure);
  return verdict.issuer;
}

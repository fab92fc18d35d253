// Chooses one of the listed authorization servers: the one that is bound, one that was, else the first (DISC-5).
import { refuse } from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import { boundAt } from '../../stores/records.ts';
import { fromHost } from '../network/clientAuthentication.ts';
import { readBinding } from '../records/recall.ts';
import type { Act, Tools } from '../tools/tools.ts';

export const chooseServer: Act<'chooseServer'> =
  (tools) =>
  async ({ session, listed, passedOver }) => {
    const binding = await readBinding(tools.records, session);
    const open = listed.filter((issuer) => !passedOver.includes(issuer));
    const names = (issuer: string): readonly string[] => spellings(tools, issuer);
    const isBound = (issuer: string): boolean =>
      binding !== undefined && names(issuer).includes(binding.current);
    const preferences: readonly ((issuer: string) => boolean)[] = [
      isBound,
      (issuer) => names(issuer).some((name) => boundAt(binding, name) !== undefined),
      (issuer) =>
        (tools.client.preRegistered ?? []).some((own) => names(issuer).some((name) => name === own.issuer)),
      () => true,
    ];
    const preferred = preferences
      .map((isPreferred) => open.find(isPreferred))
      .find((issuer) => issuer !== undefined);
    const bound = open.find(isBound) ?? binding?.current;
    const chosen = preferred === undefined ? undefined : await ask(tools, session, open, bound, preferred);
    return { at: tools.now(), issuer: chosen ?? null, isBound: chosen !== undefined && isBound(chosen) };
  };

/** What a listed server may call itself: its own name is the one that is bound. */
function spellings({ policy }: Tools, listed: string): readonly string[] {
  const isTolerated = (policy.dangerouslyIgnoreTrailingSlashOf ?? []).includes(listed);
  const other = listed.endsWith('/') ? listed.slice(0, -1) : `${listed}/`;
  return isTolerated ? [listed, other] : [listed];
}

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
  const choose = async () => selectServer({ session, listed, bound });
  const chosen = await fromHost(choose, 'its choice of server', { phase: 'discovering' });
  if (chosen !== undefined && listed.includes(chosen)) return chosen;
  return refuse(
    'config_invalid',
    'discovering',
    'The host chose an authorization server that the resource does not list; choose one of the list.',
  );
}

// One login is begun at a time among all engines that share a store, so that the others find it and join it (AUTHZ-12, R13).
import type { SessionId } from '../../contract/facts.ts';
import { keys } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { claim } from './spending.ts';

/**
 * How long another engine may take from here to a login that can be joined, in milliseconds. Whoever has waited so long
 * begins one as well: that costs a second registration, and no second page.
 */
const PATIENCE = 3_000;
/** How often it is looked for meanwhile, in milliseconds: a person who is logged in at the server already answers at once. */
const LOOK = 50;

/** The version of the login that a session has under way; empty where there is none. */
export async function loginVersion({ records }: Tools, session: SessionId): Promise<string> {
  return (await records.read(keys.login(session)))?.version ?? '';
}

/**
 * Asks for the right to begin a login, and waits while another engine has it.
 * @param version of the login when it was looked for: see `loginVersion`.
 * @returns whether to begin now; otherwise there may be a login meanwhile, and it is looked for again.
 * @throws AuthError `cancelled` by the signal; what the store throws.
 */
export async function mayBegin(
  tools: Tools,
  session: SessionId,
  version: string,
  signal: AbortSignal,
): Promise<boolean> {
  const key = keys.login(session);
  const current = (): Promise<string> => loginVersion(tools, session);
  const beginning = { session, at: keys.spend(key), key, version, current, patience: PATIENCE, look: LOOK };
  const claimed = await claim(tools, beginning, signal);
  if (claimed.kind === 'broken off') await claimed.remove();
  return claimed.kind === 'held';
}

/** The login is there, or will not be: whoever waits goes on. Best effort, since nobody waits for long. */
export async function endBeginning({ records, holder }: Tools, session: SessionId): Promise<void> {
  const at = keys.spend(keys.login(session));
  try {
    const found = await records.read(at);
    if (found?.value.holder === holder) await records.remove(at, found.version);
  } catch {
    // A store that fails is told by what comes next.
  }
}

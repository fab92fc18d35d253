// Sign-out, second half: every copy of the session's tokens, its bindings and its pending login are deleted.
import { grantKeysOf, keys, type LoginRecord } from '../../stores/records.ts';
import { endBeginning } from '../records/beginning.ts';
import { readBinding } from '../records/recall.ts';
import type { Act, Tools } from '../tools/tools.ts';

/**
 * Deletes the records of a session. The login goes first: whoever waits for it in another engine hears that it was ended,
 * and does not start another one. Its request goes last, when there is no binding that a finished login would have left.
 */
export const forgetSession: Act<'forgetSession'> =
  (tools) =>
  async ({ session, redirectUri }) => {
    const { records, userAgent } = tools;
    if (redirectUri !== null) await userAgent.release(redirectUri);
    const login = (await records.read(keys.login(session)))?.value;
    const binding = await readBinding(records, session);
    const issuers = [...Object.keys(binding?.servers ?? {}), ...(await issuersOf(tools, login))];
    await records.forget(keys.login(session));
    await endBeginning(tools, session);
    for (const key of grantKeysOf(binding)) {
      await records.forget(key);
      await records.forget(keys.spend(key));
    }
    await records.forget(keys.binding(session));
    if (login) await records.forget(login.pendingKey);
    return { at: tools.now(), issuers: [...new Set(issuers)] };
  };

/** Where a login was under way, or has ended. */
async function issuersOf({ records }: Tools, login: LoginRecord | undefined): Promise<readonly string[]> {
  if (!login) return [];
  const pending = (await records.read(login.pendingKey))?.value;
  return [pending?.server.issuer, login.ended?.issuer].filter((issuer) => issuer !== undefined);
}

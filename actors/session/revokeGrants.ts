// Sign-out, first half: each grant of the session is revoked at its own issuer, best effort. (RFC 7009)
import { grantKeysOf } from '../../stores/records.ts';
import { readBinding } from '../records/recall.ts';
import { revokeTokens } from '../tokens/revokeTokens.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Revokes what each grant has. A server that does not answer is no reason to stop.
 * @throws AuthError `store_failed`
 * @see RFC 7009 §2.1
 */
export const revokeGrants: Act<'revokeGrants'> =
  (tools) =>
  async ({ session }, signal) => {
    const binding = await readBinding(tools.records, session);
    await Promise.allSettled(
      grantKeysOf(binding).map(async (key) => {
        const grant = (await tools.records.read(key))?.value;
        if (grant) await revokeTokens(tools, session, grant, signal);
      }),
    );
    return { at: tools.now() };
  };

// Which authorization server holds what of a session: for people, and for the live page.
import { readBinding } from '../actors/records/recall.ts';
import type { SessionId } from '../contract/facts.ts';
import type { Holding } from '../contract/live.ts';
import type { Records } from '../stores/records.ts';

/** The server that the resource is bound to comes first; the others in the order of their binding, newest first. */
export async function holdingsOf(records: Records, session: SessionId): Promise<readonly Holding[]> {
  const binding = await readBinding(records, session);
  const servers = Object.entries(binding?.servers ?? {}).sort(
    ([one, { boundAt: first }], [other, { boundAt: second }]) =>
      Number(other === binding?.current) - Number(one === binding?.current) || second - first,
  );
  return Promise.all(
    servers.map(async ([issuer, { kind, scopes, grantKey }]) => {
      const grant = (await records.read(grantKey))?.value;
      return {
        issuer,
        isCurrent: issuer === binding?.current,
        kind,
        scopes,
        ...(grant?.issuer === issuer && {
          grant: {
            granted: grant.granted,
            ...(grant.expiresAt !== undefined && { expiresAt: grant.expiresAt }),
            renewable: grant.refreshToken !== undefined,
          },
        }),
      };
    }),
  );
}

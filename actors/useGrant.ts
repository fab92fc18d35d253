// Hands out the access token of a grant to the one who sends it: read when needed, kept nowhere else.
import { refuse } from '../protocol/errors.ts';
import type { Grant, SessionId } from '../protocol/facts.ts';
import type { Records } from '../stores/records.ts';
import { isOf } from './recall.ts';

export interface UsableToken {
  readonly accessToken: string;
  /** Generation of the token: says which one an answer speaks of. */
  readonly version: string;
}

/**
 * @param activeIssuer the issuer that the resource is bound to now.
 * @returns nothing when the grant was forgotten meanwhile, or the record is somebody else's.
 * @throws AuthError `token_of_other_issuer` (BIND-9)
 */
export async function useGrant(
  records: Records,
  session: SessionId,
  grant: Grant,
  activeIssuer: string | undefined,
): Promise<UsableToken | undefined> {
  const record = await records.read('grant', grant.key);
  if (!record) return undefined;
  if (record.value.issuer !== activeIssuer) {
    refuse(
      'token_of_other_issuer',
      'requesting',
      `The stored token is of ${record.value.issuer}, but the resource is bound to ${activeIssuer ?? 'nobody'}; it was not sent, log in again.`,
      { issuer: activeIssuer ?? '', otherIssuer: record.value.issuer },
    );
  }
  if (!isOf(record, session, grant.issuer, grant.clientId)) return undefined;
  return { accessToken: record.value.accessToken, version: record.version };
}

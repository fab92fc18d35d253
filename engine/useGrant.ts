// Hands out the access token of a grant to the one who sends it: read when needed, kept nowhere else.

import type { ProofKey } from '../actors/network/dpopKey.ts';
import { isOf } from '../actors/records/recall.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import type { Grant, SessionId } from '../contract/facts.ts';
import { foreignTokenFailure } from '../protocol/ownership.ts';
import { placeOf } from '../protocol/text.ts';
import { type GrantRecord, keys, type Versioned } from '../stores/records.ts';
import type { AuthorizationHeaders } from './sessionSurface.ts';

/** A token with all that is needed to send it. */
export interface UsableToken {
  readonly accessToken: string;
  /** Generation of the token: says which one an answer speaks of. */
  readonly version: string;
  /** Bound to a key: of no use without a proof. */
  readonly isBound: boolean;
  /** The headers that show the token for one request, once. @see RFC 6750 §2.1, RFC 9449 §7.1 */
  headersFor(request: RequestFacts): Promise<AuthorizationHeaders>;
}

interface RequestFacts {
  /** As it is sent: case counts. */
  readonly method: string;
  readonly url: URL;
}

/**
 * @param activeIssuer the issuer that the resource is bound to now.
 * @returns nothing when the grant was forgotten meanwhile, or the record is somebody else's.
 * @throws AuthError `token_of_other_issuer` (BIND-9); `grant_refused` when its key is lost, or it has none and must.
 */
export async function useGrant(
  tools: Tools,
  session: SessionId,
  grant: Grant,
  activeIssuer: string | undefined,
): Promise<UsableToken | undefined> {
  const record = await tools.records.read(keys.as('grant', grant.key));
  if (!record) return undefined;
  const foreign = foreignTokenFailure(record.value.issuer, activeIssuer);
  if (foreign) throw new AuthError(foreign);
  if (!isOf(record, session, grant.issuer, grant.clientId)) return undefined;
  const opened = await tools.dpop.open(record.value);
  if (!opened) {
    return refuse(
      'grant_refused',
      'requesting',
      `The token for ${placeOf(session.resource)} has no key that it can be used with; log in again.`,
      { issuer: record.value.issuer },
    );
  }
  return usable(tools, record, record.value.tokenType === 'DPoP' ? opened.key : undefined);
}

/** The header that shows a token which is bound to no key. @see RFC 6750 §2.1 */
export function bearerHeaders({ accessToken }: Pick<UsableToken, 'accessToken'>): AuthorizationHeaders {
  return { authorization: `Bearer ${accessToken}` };
}

/** @param key what the access token is bound to. */
function usable(
  { dpop }: Tools,
  { value: { accessToken }, version }: Versioned<GrantRecord>,
  key: ProofKey | undefined,
): UsableToken {
  return {
    accessToken,
    version,
    isBound: key !== undefined,
    async headersFor({ method, url }) {
      if (!key) return bearerHeaders({ accessToken });
      const proof = await dpop.prove(key, { method, url, accessToken, nonce: dpop.nonceFor(url) });
      return { authorization: `DPoP ${accessToken}`, dpop: proof };
    },
  };
}

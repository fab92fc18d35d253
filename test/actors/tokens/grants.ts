// A grant to be renewed, and what a token endpoint answers.

import { grantFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { Work } from '../../../contract/work.ts';
import { samples } from '../../stores/recordSamples.ts';
import type { Reply } from '../door.ts';

const of = samples();
const { clientSecret: _, secretExpiresAt: __, ...client } = of.grant.value.client;

/** Members of a grant that is bound to no key, of a client without a secret. */
export const plain = {
  dpopKey: undefined,
  tokenType: undefined,
  client: { ...client, authMethod: 'none' as const },
};

/** What the chart gives to renew this version of the sample grant. */
export function inputFor(version: string): Work['refreshGrant']['input'] {
  const { session } = of.grant.value;
  const grant = grantFacts(of.grant.key, { version, value: of.grant.value });
  return { session, server: serverFacts(of.pending.value.server), grant };
}

/** New tokens. */
export const renewed: Reply = {
  body: { access_token: 'new-access', token_type: 'Bearer', refresh_token: 'new-refresh', expires_in: 600 },
};

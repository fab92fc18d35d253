// What the actors of one engine share: made with the first use of one of its sessions.

import type { Door } from '../actors/network/door.ts';
import { Dpop } from '../actors/network/dpop.ts';
import { RememberedAnswers } from '../actors/network/rememberedAnswers.ts';
import { systemResolver } from '../actors/network/resolution.ts';
import { resourceHeaders } from '../actors/network/resourceHeaders.ts';
import { holderIn } from '../actors/records/holder.ts';
import { Standstills } from '../actors/records/standstills.ts';
import { RefusedRenewals } from '../actors/tokens/refusedRenewals.ts';
import { AttendedLogins } from '../actors/tools/attendedLogins.ts';
import type { HostTools } from '../actors/tools/hostOptions.ts';
import { Shared } from '../actors/tools/shared.ts';
import type { Tools } from '../actors/tools/tools.ts';
import type { SessionId } from '../contract/facts.ts';
import { Records } from '../stores/records.ts';
import type { EnginePolicy } from './engineOptions.ts';
import type { HostCode } from './hostCode.ts';
import type { Observers } from './observers.ts';
import { loginPart } from './parts.ts';

/** How long a server may take for one answer, in milliseconds, unless the policy says otherwise. */
const REQUEST_TIMEOUT = 10_000;
/** How long metadata is remembered, in milliseconds, unless the policy says otherwise. */
const REMEMBERED = 60_000;
/**
 * A refresh is at most six requests (two methods of authentication and one that names the scopes, each with one nonce), and
 * some work around them.
 */
const LEASE_REQUESTS = 7;

/** What tools are made of, besides what the host gives. */
export interface ToolParts extends Pick<HostCode, 'fetch' | 'hasOwnFetch' | 'store' | 'onProgress'> {
  readonly observers: Observers;
}

/** Makes the tools of an engine. */
export function toolsOf(
  host: HostTools & { readonly policy: EnginePolicy },
  { fetch, hasOwnFetch, store, onProgress, observers }: ToolParts,
): Tools {
  const { client, policy, now, sleep } = host;
  const headersFor = resourceHeaders(host);
  const resolve = hasOwnFetch ? undefined : systemResolver();
  const doorOf =
    (session: SessionId): Door =>
    async (request) => {
      const { createDoor } = await loginPart.load();
      const door = createDoor({
        fetch,
        headersFor,
        resolve,
        privateOrigins: policy.dangerouslyAllowPrivateAddressAt ?? [],
        ...(policy.requestTimeout !== undefined && { deadlineMs: policy.requestTimeout }),
        onExchange: (facts) => observers.of(session).request(facts),
      });
      return door(request);
    };
  return {
    ...host,
    doorOf,
    headersFor,
    tellRegistration: (session, one) => observers.of(session).registration(one),
    tellWaiting: (session, on, most) => observers.of(session).waiting(on, most),
    records: new Records(store, (key) => onProgress({ kind: 'set-aside', key }), { sleep }),
    unsaved: new Map(),
    registering: new Shared(),
    refreshing: new Shared(),
    refusedRenewals: new RefusedRenewals(),
    standstills: new Standstills(),
    attended: new AttendedLogins(),
    remembered: new RememberedAnswers(policy.rememberMetadata ?? REMEMBERED, now),
    dpop: new Dpop(client.dpop ?? 'off', now),
    ...holderIn(store.processes),
    leaseTerm: LEASE_REQUESTS * (policy.requestTimeout ?? REQUEST_TIMEOUT),
  };
}

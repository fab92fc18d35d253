// What is recalled: the host's own word, and records of a session; one that speaks of somebody else is not used (S06).
import type { Grant, SessionId } from '../../contract/facts.ts';
import type { HostSettings } from '../../contract/work.ts';
import { isSameOwner, isSameSession } from '../../protocol/ownership.ts';
import {
  type BindingRecord,
  boundAt,
  type GrantRecord,
  keys,
  type Records,
  type Versioned,
} from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { grantFacts } from './facts.ts';

/** How the host is set up, as the chart hears it. */
export function hostSettings({ client, policy }: Pick<Tools, 'client' | 'policy'>): HostSettings {
  const { grant } = client;
  const strategy = grant === undefined ? 'code' : grant.kind === 'device' ? 'device' : 'direct';
  return { strategy, limits: { floor: policy.scopeFloor ?? [], ceiling: policy.scopeCeiling ?? null } };
}

/** The session's binding. */
export async function readBinding(records: Records, session: SessionId): Promise<BindingRecord | undefined> {
  const found = (await records.read(keys.binding(session)))?.value;
  return found && isSameSession(found.session, session) ? found : undefined;
}

/**
 * The session's grant at an issuer, as facts for the chart. One whose key is lost is none, nor is one that has to be
 * bound to a key and is not.
 */
export async function readGrant(
  { records, dpop }: Pick<Tools, 'records' | 'dpop'>,
  session: SessionId,
  binding: BindingRecord | undefined,
  issuer: string,
): Promise<Grant | null> {
  const bound = boundAt(binding, issuer);
  const found = bound && (await records.read(bound.grantKey));
  if (!bound || !found || !isOf(found, session, issuer, bound.clientId)) return null;
  if (!(await dpop.open(found.value)) || dpop.isOutgrown(found.value)) return null;
  return grantFacts(bound.grantKey, found);
}

/** The session's grant at the issuer that the resource is bound to, unless another one is meant. */
export async function currentGrant(
  tools: Pick<Tools, 'records' | 'dpop'>,
  session: SessionId,
  issuer?: string,
): Promise<Grant | null> {
  const binding = await readBinding(tools.records, session);
  return binding ? readGrant(tools, session, binding, issuer ?? binding.current) : null;
}

/**
 * The same, where a login is under way: a grant that was given up because its renewal was broken off is why there is a
 * login, and not what it brings.
 */
export async function grantBesideLogin(
  tools: Pick<Tools, 'records' | 'dpop'>,
  session: SessionId,
  issuer?: string,
): Promise<Grant | null> {
  const grant = await currentGrant(tools, session, issuer);
  const record = grant && (await tools.records.read(keys.as('grant', grant.key)));
  return record?.value.givenUp ? null : grant;
}

/** Whether a grant record is of this session, issuer and client. */
export function isOf(
  { value }: Versioned<GrantRecord>,
  session: SessionId,
  issuer: string,
  clientId: string,
): boolean {
  const owner = { session: value.session, issuer: value.issuer, clientId: value.client.clientId };
  return isSameOwner(owner, { session, issuer, clientId });
}

// What is recalled: the host's own word, and records of a session; one that speaks of somebody else is not used (S06).
import type { Grant, SessionId } from '../../contract/facts.ts';
import type { HostSettings } from '../../contract/work.ts';
import { isSameOwner, isSameSession } from '../../protocol/ownership.ts';
import {
  type BindingRecord,
  type BoundRecord,
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

/** What a session has at an issuer, and the grant that is stored there. */
interface Held {
  readonly session: SessionId;
  readonly issuer: string;
  readonly bound: BoundRecord;
  readonly found: Versioned<GrantRecord>;
}

/** As facts for the chart. One whose key is lost is none, nor is one that has to be bound to a key and is not. */
async function usableGrant(
  { dpop }: Pick<Tools, 'dpop'>,
  { session, issuer, bound, found }: Held,
): Promise<Grant | null> {
  if (!isOf(found, session, issuer, bound.clientId)) return null;
  if (!(await dpop.open(found.value)) || dpop.isOutgrown(found.value)) return null;
  return grantFacts(bound.grantKey, found);
}

async function heldAt(
  records: Records,
  session: SessionId,
  binding: BindingRecord | undefined,
  issuer: string,
): Promise<Held | undefined> {
  const bound = boundAt(binding, issuer);
  const found = bound && (await records.read(bound.grantKey));
  return bound && found && { session, issuer, bound, found };
}

/** The session's grant at an issuer. */
export async function readGrant(
  tools: Pick<Tools, 'records' | 'dpop'>,
  session: SessionId,
  binding: BindingRecord | undefined,
  issuer: string,
): Promise<Grant | null> {
  const held = await heldAt(tools.records, session, binding, issuer);
  return held ? usableGrant(tools, held) : null;
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
  const binding = await readBinding(tools.records, session);
  const held = binding && (await heldAt(tools.records, session, binding, issuer ?? binding.current));
  return held && !held.found.value.givenUp ? usableGrant(tools, held) : null;
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

// Makes the store say what an actor is to find there: facts of the model as records, as a sibling would have left them.
import { randomUUID } from 'node:crypto';
import { serverRecord } from '../../../actors/records/facts.ts';
import { digest } from '../../../actors/tools/digest.ts';
import type { Binding, Grant, Registration, SessionId } from '../../../contract/facts.ts';
import type { Bound, Memory } from '../../../contract/work.ts';
import {
  type BindingRecord,
  type ClientRecord,
  type GrantRecord,
  keys,
  type PendingRecord,
  type RegistrationRecord,
} from '../../../stores/records.ts';
import type { TestStore } from './testStore.ts';

/** Where things are put: whose session it is, and under which name clients of this host are registered. */
export interface Fixture {
  readonly store: TestStore;
  readonly session: SessionId;
  readonly place: string;
  /** Version of the grant that the chart knows, if it knows one: who finds that one finds this version. */
  readonly known: string | undefined;
  /** The authorization request that was shown, if one was. */
  readonly shown: string | null;
}

/** What a start is to find. */
export async function putMemory(
  fixture: Fixture,
  memory: Pick<Memory, 'binding' | 'grant' | 'login'>,
): Promise<void> {
  await putBinding(fixture, memory.binding, memory.grant);
  await putLogin(fixture, memory.login);
}

/** The login that is under way, or none. */
export async function putLogin(fixture: Fixture, login: Memory['login']): Promise<void> {
  const { store, session } = fixture;
  const key = login && (await putPending(fixture, login));
  await store.put(keys.login(session), key ? { v: 1, pendingKey: key } : undefined);
}

/** What the bind-check is to find. */
export async function putBound(fixture: Fixture, issuer: string, bound: Bound): Promise<void> {
  await putBinding(fixture, bound.binding, bound.grant, bound.preRegisteredElsewhere ?? undefined);
  await putRegistration(fixture, issuer, bound.registration);
}

/** What the choice of a server is to find: nothing, or that this one is bound. */
export async function putChoice(fixture: Fixture, issuer: string | null): Promise<void> {
  await putBinding(fixture, issuer === null ? null : { issuer, kind: 'dynamic', scopes: [] }, null);
}

/** @param elsewhere the issuer that is bound now, by hand, when it is another than the one of this binding. */
async function putBinding(
  fixture: Fixture,
  binding: Binding | null,
  grant: Grant | null,
  elsewhere?: string,
): Promise<void> {
  const { store, session } = fixture;
  if (!binding) return store.put(keys.binding(session), undefined);
  const { issuer, kind, scopes } = binding;
  const clientId = grant?.clientId ?? 'nobody';
  const grantKey = keys.grant(issuer, clientId, session);
  const bound = { kind, clientId, grantKey, scopes: [...scopes], boundAt: 0 };
  const byHand = {
    ...bound,
    kind: 'pre-registered' as const,
    grantKey: keys.grant(issuer, 'by hand', session),
    scopes: [],
  };
  const servers = { [issuer]: bound, ...(elsewhere !== undefined && { [elsewhere]: byHand }) };
  const record: BindingRecord = { v: 1, session, current: elsewhere ?? issuer, servers };
  await store.put(keys.binding(session), record);
  if (grant && !(await isThere(fixture, grantKey, grant)))
    await store.put(
      grantKey,
      grantRecord(fixture, grant, kind),
      grant.version === fixture.known ? grant.version : undefined,
    );
}

/** A grant that the chart knows is left as it is: its version tells. */
async function isThere({ store }: Fixture, key: string, grant: Grant): Promise<boolean> {
  return (await store.records.get(key))?.version === grant.version;
}

function grantRecord({ session }: Fixture, grant: Grant, kind: ClientRecord['kind']): GrantRecord {
  const { issuer, clientId, expiresAt, refreshAt, renewable, requested, granted } = grant;
  return {
    v: 1,
    session,
    issuer,
    client: { kind, clientId, authMethod: 'none', redirectUris: [] },
    resource: session.resource,
    accessToken: `access of a sibling ${expiresAt}`,
    ...(renewable && { refreshToken: `refresh of a sibling ${expiresAt}` }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(refreshAt !== undefined && { refreshAt }),
    requested: [...requested],
    granted: [...granted],
  };
}

async function putRegistration(
  { store, place }: Fixture,
  issuer: string,
  registration: Registration | null,
): Promise<void> {
  const key = keys.registration(issuer, place);
  if (registration?.kind !== 'dynamic') return store.put(key, undefined);
  const { kind, clientId, authMethod, redirectUris } = registration;
  const client: ClientRecord = { kind, clientId, authMethod, redirectUris: [...redirectUris] };
  await store.put(key, { v: 1, issuer, client } satisfies RegistrationRecord);
}

/** A login of a sibling is a new one each time, unless it is the one that was shown. */
async function putPending(
  { store, session, shown }: Fixture,
  { pending, server, registration, answered }: NonNullable<Memory['login']>,
): Promise<string> {
  const { kind, clientId, authMethod, redirectUris } = registration;
  const state = `state of a sibling ${randomUUID()}`;
  const record: PendingRecord = {
    v: 1,
    session,
    server: serverRecord(server),
    client: { kind, clientId, authMethod, redirectUris: [...redirectUris] },
    redirectUri: pending.redirectUri ?? '',
    resource: session.resource,
    state,
    verifier: 'a verifier of forty-three characters or more of it',
    url: `${server.authorizationEndpoint}?state=of-a-sibling`,
    requested: [...pending.requested],
    expiresAt: pending.expiresAt,
    ...(answered && {
      response: callbackOf(pending.redirectUri ?? '', { state, iss: server.issuer, code: 'code' }),
    }),
  };
  const key = pending.key === shown ? shown : keys.pending(await digest(state));
  await store.put(key, record);
  return key;
}

/** A callback URL with these parameters. */
export function callbackOf(redirectUri: string, params: Readonly<Record<string, string>>): string {
  return `${redirectUri}?${new URLSearchParams(params)}`;
}

// From records to facts: what of a record may be told to the chart.
import type { Binding, Grant, Pending, Registration, ServerMetadata } from '../../contract/facts.ts';
import {
  type BindingRecord,
  boundAt,
  type ClientRecord,
  type GrantRecord,
  type PendingRecord,
  type Versioned,
} from '../../stores/records.ts';

/** What the chart may know of a grant: never its tokens. */
export function grantFacts(
  key: string,
  { version, value }: Pick<Versioned<GrantRecord>, 'version' | 'value'>,
): Grant {
  return {
    key,
    version,
    issuer: value.issuer,
    clientId: value.client.clientId,
    ...(value.expiresAt !== undefined && { expiresAt: value.expiresAt }),
    ...(value.refreshAt !== undefined && { refreshAt: value.refreshAt }),
    renewable: value.refreshToken !== undefined,
    ...(value.tokenType === 'DPoP' && { bound: true }),
    requested: value.requested,
    granted: value.granted,
  };
}

/** What the chart may know of a client: never its secret. */
export function registrationFacts(key: string, issuer: string, client: ClientRecord): Registration {
  return {
    key,
    kind: client.kind,
    issuer,
    clientId: client.clientId,
    authMethod: client.authMethod,
    redirectUris: client.redirectUris,
  };
}

/** What the chart may know of a pending request: neither its `state` nor its verifier. */
export function pendingFacts(key: string, value: PendingRecord): Pending {
  return {
    key,
    issuer: value.server.issuer,
    redirectUri: value.redirectUri,
    expiresAt: value.expiresAt,
    requested: value.requested,
  };
}

/** What was bound to this issuer; nothing when it never was. */
export function bindingFacts(value: BindingRecord | undefined, issuer: string): Binding | null {
  const bound = boundAt(value, issuer);
  return bound ? { issuer, kind: bound.kind, scopes: bound.scopes } : null;
}

/** Server metadata as it was recorded; what older records do not know is absent. */
export function serverFacts(stored: PendingRecord['server']): ServerMetadata {
  const absent = { requiresPush: false, dpopAlgorithms: [] as readonly string[] };
  const known = Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined));
  return { ...absent, ...known } as ServerMetadata;
}

/** The same as a record. */
export function serverRecord(server: ServerMetadata): PendingRecord['server'] {
  const { grantTypes, ...rest } = server;
  return {
    ...rest,
    scopesSupported: [...server.scopesSupported],
    authMethods: [...server.authMethods],
    ...(grantTypes && { grantTypes: [...grantTypes] }),
    dpopAlgorithms: [...server.dpopAlgorithms],
  };
}

// The binding verdict (SEP-2352): which client may be used at the server that the resource names now, if any?
import type { ClientAuthMethod, Registration, RegistrationKind, ServerMetadata } from '../contract/facts.ts';
import { secretAuthMethod } from './registration.ts';
import { identifies, isSameButSlash } from './wellKnown.ts';

/** A client that the host registered by hand: what it says of it, without the secrets. */
export interface HostClient {
  readonly clientId: string;
  /** The issuer that the credentials belong to. Absent: the host did not say. */
  readonly issuer?: string;
  /** The only resource that it is for. Absent: for any. */
  readonly resource?: string;
  readonly hasSecret: boolean;
  readonly hasPrivateKey: boolean;
  /** As agreed at registration. Absent: by what it has, and what the server offers. */
  readonly authMethod?: ClientAuthMethod;
  /** The host lets credentials without an issuer belong to the first one that they are used with. */
  readonly trustsFirstIssuer: boolean;
}

/** A server that the resource was bound to, and with which client. */
export interface BoundServer {
  readonly issuer: string;
  readonly kind: RegistrationKind;
  readonly clientId: string;
}

/** A registration that is kept for this issuer, and until when its secret is good. */
export interface StoredRegistration {
  readonly registration: Registration;
  /** Epoch milliseconds. Absent: it does not expire. */
  readonly secretExpiresAt?: number;
  /** A person was awaited in vain with it, and no login has succeeded since. */
  readonly awaitedInVain: boolean;
}

/** Everything that the verdict is made of. No secret is in it. */
export interface BindingEvidence {
  /** The resource of the session. */
  readonly resource: string;
  /** The server that the resource names now. */
  readonly server: Pick<ServerMetadata, 'issuer' | 'authMethods' | 'registrationEndpoint'>;
  /** Somebody asked for a login, and it is not only looked what is there. */
  readonly isAskedFor: boolean;
  /** Whether the host allows dynamic registration. */
  readonly mayRegister: boolean;
  readonly hostClients: readonly HostClient[];
  /** Null when the resource was never bound. */
  readonly binding: { readonly current: string; readonly servers: readonly BoundServer[] } | null;
  /** The issuer that a client without one was pinned to; null when it was not looked up. */
  readonly pin: { readonly clientId: string; readonly issuer: string } | null;
  /** The host's metadata document; null when it has none. */
  readonly metadataUrl: string | null;
  readonly stored: StoredRegistration | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * - `pre-registered`, `metadata-document`, `stored`: this client is used. The grant that is kept for this issuer may be
 *   recalled, unless it is of another client than the one that the host gives now.
 * - `nothing`: no client is known here yet; a grant that is kept for this issuer may be recalled.
 * - `bound-elsewhere`: the host's credentials for this resource belong to this other issuer; nothing may be sent (BIND-6).
 * - `without-issuer`: the host gave credentials, and did not say whose they are; nothing may be sent (BIND-10).
 * - `pin`: this client has to be pinned to an issuer first, and the evidence judged again with the pin.
 */
export type BindingVerdict =
  | {
      readonly kind: 'pre-registered' | 'metadata-document' | 'stored';
      readonly registration: Registration;
      readonly mayRecallGrant: boolean;
    }
  | { readonly kind: 'nothing'; readonly registration: null; readonly mayRecallGrant: true }
  | { readonly kind: 'bound-elsewhere'; readonly issuer: string }
  | { readonly kind: 'without-issuer' }
  | { readonly kind: 'pin'; readonly clientId: string };

/**
 * Decides which client may be used at a server. The host's own credentials come first; and where they belong to another
 * issuer, or to nobody knows whom, nothing else is tried. Issuers are compared code point by code point. Never throws.
 * @see SEP-2352, RFC 8414 §2, draft-ietf-oauth-client-id-metadata-document-00
 */
export function judgeBinding(evidence: BindingEvidence): BindingVerdict {
  return judgeHostClients(evidence) ?? judgeDocument(evidence) ?? judgeStored(evidence);
}

/** @returns nothing when the host has no credentials that matter here. */
function judgeHostClients(evidence: BindingEvidence): BindingVerdict | undefined {
  const { issuer } = evidence.server;
  const eligible = evidence.hostClients.filter(
    ({ resource }) => resource === undefined || identifies(resource, evidence.resource) === 'exact',
  );
  const here = eligible.find((one) => one.issuer === issuer);
  if (here) return useHostClient(here, evidence);
  // A slip of the pen: without a word, another client would be registered here in place of the host's own.
  const almost = eligible.find((one) => one.issuer !== undefined && isSameButSlash(one.issuer, issuer));
  if (almost?.issuer !== undefined) return boundElsewhere(almost.issuer);
  // BIND-6. Bound by hand before, and the resource has moved: nothing else is tried, even where it would be possible.
  const before = boundAt(evidence, evidence.binding?.current);
  if (before?.kind === 'pre-registered' && before.issuer !== issuer) return boundElsewhere(before.issuer);
  const withoutIssuer = eligible.find((one) => one.issuer === undefined);
  if (withoutIssuer?.trustsFirstIssuer) return judgePin(withoutIssuer, evidence);
  const elsewhere = eligible.find((one) => one.issuer !== undefined && one.resource !== undefined);
  if (elsewhere?.issuer !== undefined) return boundElsewhere(elsewhere.issuer);
  return withoutIssuer && { kind: 'without-issuer' };
}

/** Credentials without an issuer belong to the first one that they were used with, and to no other (BIND-10). */
function judgePin(client: HostClient, evidence: BindingEvidence): BindingVerdict {
  const { pin, server } = evidence;
  if (pin?.clientId !== client.clientId) return { kind: 'pin', clientId: client.clientId };
  return pin.issuer === server.issuer ? useHostClient(client, evidence) : boundElsewhere(pin.issuer);
}

function useHostClient(client: HostClient, evidence: BindingEvidence): BindingVerdict {
  const { server } = evidence;
  const { clientId, authMethod = authMethodOf(client, server) } = client;
  const bound = boundAt(evidence, server.issuer);
  return {
    kind: 'pre-registered',
    registration: {
      key: `pre-registered:${clientId}`,
      kind: 'pre-registered',
      issuer: server.issuer,
      clientId,
      authMethod,
      redirectUris: [],
    },
    // A grant of another client than the one that the host gives now is left where it is.
    mayRecallGrant: bound === undefined || bound.clientId === clientId,
  };
}

function authMethodOf(
  { hasPrivateKey, hasSecret }: HostClient,
  server: BindingEvidence['server'],
): ClientAuthMethod {
  if (hasPrivateKey) return 'private_key_jwt';
  return hasSecret ? secretAuthMethod(server) : 'none';
}

/** BIND-7: a document is known by how it was used before, not by its look. */
function judgeDocument(evidence: BindingEvidence): BindingVerdict | undefined {
  const { metadataUrl, server } = evidence;
  const bound = boundAt(evidence, server.issuer);
  if (bound?.kind !== 'metadata-document' || bound.clientId !== metadataUrl) return undefined;
  return {
    kind: 'metadata-document',
    registration: {
      key: metadataUrl,
      kind: 'metadata-document',
      issuer: server.issuer,
      clientId: metadataUrl,
      authMethod: 'none',
      redirectUris: [],
    },
    mayRecallGrant: true,
  };
}

/**
 * R08: a client whose secret has expired is no client. REG-10: nor is one that its server has perhaps forgotten, when
 * somebody asks for a login and another one can be had.
 */
function judgeStored(evidence: BindingEvidence): BindingVerdict {
  const { stored, server, now } = evidence;
  const isGood =
    stored?.registration.issuer === server.issuer &&
    (stored.secretExpiresAt === undefined || stored.secretExpiresAt > now) &&
    !(stored.awaitedInVain && isReplaceable(evidence));
  return isGood
    ? { kind: 'stored', registration: stored.registration, mayRecallGrant: true }
    : { kind: 'nothing', registration: null, mayRecallGrant: true };
}

const isReplaceable = ({ isAskedFor, mayRegister, server }: BindingEvidence): boolean =>
  isAskedFor && mayRegister && server.registrationEndpoint !== undefined;

function boundElsewhere(issuer: string): BindingVerdict {
  return { kind: 'bound-elsewhere', issuer };
}

function boundAt({ binding }: BindingEvidence, issuer: string | undefined): BoundServer | undefined {
  return binding?.servers.find((one) => one.issuer === issuer);
}

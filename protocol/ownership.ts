// Whose is it? Records and credentials are held against the session and the issuer that they would be used for.
import { type Failure, failure, type Phase } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';

/** Whose a stored grant is. */
export interface GrantOwner {
  readonly session: SessionId;
  readonly issuer: string;
  readonly clientId: string;
}

/**
 * Whether two are the same session: resource, subject and label, each code point by code point (S06).
 * @see RFC 3986 §6.2.1
 */
export function isSameSession(one: SessionId, other: SessionId): boolean {
  return one.resource === other.resource && one.subject === other.subject && one.label === other.label;
}

/**
 * Whether a stored grant is of this session, issuer and client; another one is not used, wherever it lay (S06, BIND-12).
 * @see RFC 8414 §2
 */
export function isSameOwner(one: GrantOwner, other: GrantOwner): boolean {
  const isOfClient = one.issuer === other.issuer && one.clientId === other.clientId;
  return isOfClient && isSameSession(one.session, other.session);
}

/**
 * Holds a stored token against the issuer that the resource is bound to now (BIND-9).
 * @param issuer the issuer of the token.
 * @param active the issuer that the resource is bound to; undefined when it is bound to none.
 * @returns `token_of_other_issuer`; nothing when they are the same.
 * @see SEP-2352
 */
export function foreignTokenFailure(issuer: string, active: string | undefined): Failure | undefined {
  if (issuer === active) return undefined;
  const message = `The stored token is of ${issuer}, but the resource is bound to ${active ?? 'nobody'}; it was not sent, log in again.`;
  return failure('token_of_other_issuer', 'requesting', message, {
    issuer: active ?? '',
    otherIssuer: issuer,
  });
}

/**
 * Holds credentials against the server that they are about to be sent to (BIND-2): the last place to do so.
 * @param issuer the issuer of the credentials.
 * @param server the issuer of the server.
 * @returns `token_of_other_issuer`; nothing when they are the same.
 * @see SEP-2352
 */
export function foreignCredentialsFailure(issuer: string, server: string, phase: Phase): Failure | undefined {
  if (issuer === server) return undefined;
  const message = `Credentials of ${issuer} were about to be sent to ${server}; they were not, log in again.`;
  return failure('token_of_other_issuer', phase, message, { issuer: server, otherIssuer: issuer });
}

/** What the host says of credentials that it gave. */
export interface HostCredentials {
  readonly clientId: string;
  /** Absent: the host did not say. */
  readonly issuer?: string | undefined;
  /** The host lets credentials without an issuer belong to the first one that they are used with. */
  readonly trustsFirstIssuer: boolean;
}

/**
 * Whether credentials of the host are those of a client at its issuer (BIND-2, BIND-10).
 * @see SEP-2352
 */
export function areCredentialsOf(
  { clientId, issuer, trustsFirstIssuer }: HostCredentials,
  client: Pick<GrantOwner, 'clientId' | 'issuer'>,
): boolean {
  const isOfIssuer = issuer === undefined ? trustsFirstIssuer : issuer === client.issuer;
  return clientId === client.clientId && isOfIssuer;
}

// What actors work with: the host's words, the door, the records, the user agent, the clock.
import type { ClientAuthMethod, Grant, SessionId } from '../protocol/facts.ts';
import type { Work } from '../protocol/work.ts';
import type { GrantRecord, Records, RegistrationRecord, Versioned } from '../stores/records.ts';
import type { Door } from './door.ts';
import type { PendingLogins } from './pendingLogins.ts';
import type { Shared } from './shared.ts';
import type { UserAgent } from './userAgent.ts';

/** A client that a person registered by hand, at one issuer. */
export interface PreRegisteredClient {
  /**
   * The issuer that these credentials belong to; compared code point by code point.
   * Credentials without one are never sent: the flow is rejected, and names the issuer to confirm.
   */
  readonly issuer?: string;
  readonly clientId: string;
  /** The secret, or where to get it from when it is needed. */
  readonly clientSecret?: string | (() => Promise<string>);
  /** As agreed at registration; by default `none` without a secret, else what the server offers, Basic first. */
  readonly authMethod?: ClientAuthMethod;
  /** Only for this resource. Then no other way of registration is tried for it (BIND-6). */
  readonly resource?: string;
  /** Binds credentials without an issuer to the first server that the resource names, for good. */
  readonly dangerouslyTrustFirstIssuer?: true;
}

/** Who the client is. */
export interface ClientOptions {
  /** Shown to people when they are asked for consent. */
  readonly name: string;
  readonly uri?: string;
  readonly softwareId?: string;
  readonly softwareVersion?: string;
  /** The client's own metadata document: https, with a path. @see draft-ietf-oauth-client-id-metadata-document-00 */
  readonly metadataUrl?: string;
  readonly preRegistered?: readonly PreRegisteredClient[];
  /** Whether to register dynamically where nothing better is offered. Default true. */
  readonly dynamicRegistration?: boolean;
}

/** What the host allows beyond the specification. */
export interface Policy {
  /** Follow the 2025-03-26 rules for servers that have no resource metadata (DISC-10). Default false. */
  readonly legacyDiscovery?: boolean;
  /** How long a person has to finish a login, in milliseconds. Default 10 minutes. */
  readonly loginTimeout?: number;
}

export interface Tools {
  readonly client: ClientOptions;
  readonly policy: Policy;
  readonly records: Records;
  readonly userAgent: UserAgent;
  /** The door, with its exchanges told to this session. */
  readonly doorOf: (session: SessionId) => Door;
  /** Renewed grants that could not be stored yet, with the version that they replace; by key. */
  readonly unsaved: Map<string, Versioned<GrantRecord>>;
  /** Registrations under way: sessions that start at once share one (R13). */
  readonly registering: Shared<RegistrationRecord>;
  /** Refreshes under way, by grant: one for any number of charts, and never cut off. */
  readonly refreshing: Shared<Grant>;
  /** Logins under way: an answer that came another way reaches the chart that waits for it. */
  readonly logins: PendingLogins;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** An actor: tools first, once; then the chart's input, and the signal that ends it. */
export type Act<Name extends keyof Work> = (
  tools: Tools,
) => (input: Work[Name]['input'], signal: AbortSignal) => Promise<Work[Name]['output']>;

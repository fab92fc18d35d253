// What actors work with: the host's words, the door, the records, the user agent, the clock.
import type { ClientAuthMethod, Grant, SessionId } from '../../contract/facts.ts';
import type { Work } from '../../contract/work.ts';
import type { DpopMode } from '../../protocol/dpopPolicy.ts';
import type { GrantRecord, Records, RegistrationRecord, Versioned } from '../../stores/records.ts';
import type { Door } from '../network/door.ts';
import type { Dpop } from '../network/dpop.ts';
import type { UserAgent } from '../userAgents/userAgent.ts';
import type { AttendedLogins } from './attendedLogins.ts';
import type { Shared } from './shared.ts';
import type { Sleep } from './sleep.ts';

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
  /** For `private_key_jwt`: the key that signs, or where to get it from. PEM text (PKCS #8) or a CryptoKey. */
  readonly privateKey?: PrivateKey | (() => Promise<PrivateKey>);
  /** As agreed at registration; by default `none` without a secret, else what the server offers, Basic first. */
  readonly authMethod?: ClientAuthMethod;
  /** Only for this resource. Then no other way of registration is tried for it (BIND-6). */
  readonly resource?: string;
  /** Binds credentials without an issuer to the first server that the resource names, for good. */
  readonly dangerouslyTrustFirstIssuer?: true;
}

/** A signing key: PEM text with its algorithm, or a CryptoKey that knows its own. @see RFC 7523 §2.2 */
export interface PrivateKey {
  readonly key: string | CryptoKey;
  /** Default `ES256`. */
  readonly algorithm?: 'ES256' | 'RS256';
  /** `kid` of the assertion's header. */
  readonly keyId?: string;
}

/** How a device's code is shown to a person. @see RFC 8628 §3.3 */
export interface DevicePrompt {
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it, for a link or a QR code. */
  readonly verificationUriComplete?: string;
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** How grants are got, where not by a code and a person at a browser. */
export type GrantOptions =
  /** The client speaks for itself (EXT-1, EXT-2): a pre-registered client with a secret or a private key. */
  | { readonly kind: 'client-credentials' }
  /** The person is logged in at the company's identity provider, which vouches for them (EXT-3). */
  | {
      readonly kind: 'enterprise';
      /** Where an identity token is exchanged for an assertion. @see RFC 8693 */
      readonly identityProvider: {
        readonly tokenEndpoint: string;
        readonly clientId: string;
        readonly clientSecret?: string | (() => Promise<string>);
      };
      /** The person's identity token. */
      readonly idToken: () => Promise<string>;
    }
  /** A workload's own JWT is the assertion (EXT-4). @see RFC 7523 §2.1 */
  | { readonly kind: 'workload'; readonly assertion: () => Promise<string> }
  /** A person approves at another device (EXT-6). */
  | { readonly kind: 'device'; readonly show: (prompt: DevicePrompt) => void | Promise<void> };

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
  /** Sent with dynamic registrations to the issuer that gave it out (REG-9). */
  readonly initialAccessTokens?: readonly { readonly issuer: string; readonly token: string }[];
  /** Default: by a code, and a person at a browser. */
  readonly grant?: GrantOptions;
  /** Whether tokens are bound to a key, so that a stolen one is of no use (EXT-5). Default `off`. @see RFC 9449 */
  readonly dpop?: DpopMode;
}

/** What the host allows beyond the specification. */
export interface Policy {
  /** Follow the 2025-03-26 rules for servers that have no resource metadata (DISC-10). Default false. */
  readonly legacyDiscovery?: boolean;
  /** How long a person has to finish a login, in milliseconds. Default 10 minutes. */
  readonly loginTimeout?: number;
  /** Scopes that are always asked for. Default none. */
  readonly scopeFloor?: readonly string[];
  /** Scopes beyond which nothing is asked for. Default no ceiling. */
  readonly scopeCeiling?: readonly string[];
  /** Asked before a step-up leads a person anywhere. Default: yes. */
  readonly confirmStepUp?: (request: StepUpRequest) => boolean | Promise<boolean>;
  /** Chooses among several listed servers; must return one of them. Default: the bound one, else the first. */
  readonly selectServer?: (request: ServerChoice) => string | Promise<string>;
  /** `prompt` of authorization requests, such as `consent`. Default: none is sent. */
  readonly prompt?: string;
  /** Issuers that reject the `resource` parameter: it is not sent there. */
  readonly dangerouslyOmitResourceAt?: readonly string[];
  /** Issuers whose metadata may differ from the listed name by one slash at the end. */
  readonly dangerouslyIgnoreTrailingSlashOf?: readonly string[];
  /** Issuers that do not say that they support PKCE. It is sent all the same. */
  readonly dangerouslyAllowWithoutPkceAt?: readonly string[];
}

export interface StepUpRequest {
  readonly session: SessionId;
  /** What the resource asks for. */
  readonly scopes: readonly string[];
  readonly granted: readonly string[];
}

export interface ServerChoice {
  readonly session: SessionId;
  readonly listed: readonly string[];
  /** The issuer that the resource is bound to, if it is. */
  readonly bound: string | undefined;
}

/** A renewed grant that is in memory only. */
interface Unsaved {
  readonly value: GrantRecord;
  readonly before: Versioned<GrantRecord>;
  readonly spent: string;
}

export interface Tools {
  readonly client: ClientOptions;
  readonly policy: Policy;
  readonly records: Records;
  readonly userAgent: UserAgent;
  /** The door, with its exchanges told to this session. */
  readonly doorOf: (session: SessionId) => Door;
  /** Renewed grants that could not be stored yet, with what they replace and the token that was spent; by key. */
  readonly unsaved: Map<string, Unsaved>;
  /** Registrations under way: sessions that start at once share one (R13). */
  readonly registering: Shared<RegistrationRecord>;
  /** Refreshes under way, by grant: one for any number of charts, and never cut off. */
  readonly refreshing: Shared<Grant>;
  readonly dpop: Dpop;
  /** Logins that charts of this engine are at work on. */
  readonly attended: AttendedLogins;
  /** Names this engine to its siblings. */
  readonly holder: string;
  /** How long a sibling's refresh is waited for before it counts as broken off, in milliseconds. */
  readonly leaseTerm: number;
  /** Given when the engine goes down: nobody waits for a sibling any more. */
  readonly closing: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
}

/** An actor: tools first, once; then the chart's input, and the signal that ends it. */
export type Act<Name extends keyof Work> = (
  tools: Tools,
) => (input: Work[Name]['input'], signal: AbortSignal) => Promise<Work[Name]['output']>;

/** Which of the clients at one issuer is ours: redirect URIs and grant types depend on how a person is reached. */
export function registrationPlace({ client, userAgent }: Pick<Tools, 'client' | 'userAgent'>): string {
  return client.grant?.kind === 'device' ? 'device' : userAgent.name;
}

// What an engine has from its host: who the client is, what the host decides, its clock and its user agent.
import type { ClientAuthMethod, SessionId } from '../../contract/facts.ts';
import type { AbortSignal, CryptoKey } from '../../contract/platform.ts';
import type { DpopMode } from '../../protocol/dpopPolicy.ts';
import type { UserAgent } from '../userAgents/userAgent.ts';
import type { Sleep } from './sleep.ts';

/** A client that a person registered by hand, at one issuer. */
export interface PreRegisteredClient {
  /**
   * The issuer that these credentials belong to: its https URL, without query and fragment. It is compared code point by
   * code point. Credentials without an issuer are never sent: the login is rejected, and the error names the issuer to
   * confirm. @see RFC 8414 §2
   */
  readonly issuer?: string;
  /** The client id that the authorization server gave to the client. */
  readonly clientId: string;
  /** The secret, or a function that gets it when it is needed. It has no control characters, such as a line break. */
  readonly clientSecret?: string | (() => Promise<string>);
  /** For `private_key_jwt`: the key that signs, or a function that gets it. PEM text (PKCS #8) or a CryptoKey. */
  readonly privateKey?: PrivateKey | (() => Promise<PrivateKey>);
  /**
   * The method that was agreed at registration. Default: `none` without a secret, else one that the server offers,
   * `client_secret_basic` first. What it needs has to be given, too: `clientSecret`, or `privateKey`.
   */
  readonly authMethod?: ClientAuthMethod;
  /** Use these credentials for this resource only. No other kind of registration is then tried for it (BIND-6). */
  readonly resource?: string;
  /**
   * Binds credentials to the first server that the resource names. The binding stays. Only for credentials without an
   * `issuer`.
   */
  readonly dangerouslyTrustFirstIssuer?: true;
}

/** A key that signs: PEM text with its algorithm, or a CryptoKey. @see RFC 7523 §2.2 */
export interface PrivateKey {
  /** PEM text (PKCS #8), or a CryptoKey that may sign. */
  readonly key: string | CryptoKey;
  /** The algorithm of the signature. Default `ES256`. */
  readonly algorithm?: 'ES256' | 'RS256';
  /** `kid` of the assertion's header. */
  readonly keyId?: string;
}

/** The code that a person types on another device, and where. @see RFC 8628 §3.3 */
export interface DevicePrompt {
  /** The code to type. */
  readonly userCode: string;
  /** The page to type it at. */
  readonly verificationUri: string;
  /** The same page with the code in its address, for a link or a QR code. */
  readonly verificationUriComplete?: string;
  /** The authorization server, to show to the person. */
  readonly issuer: string;
  /** When the code stops working, in epoch milliseconds. */
  readonly expiresAt: number;
}

/** How the client gets a grant, other than with a code and a person at a browser. */
export type GrantOptions =
  /** The client gets a grant of its own (EXT-1, EXT-2). It is pre-registered, with a secret or a private key. */
  | {
      /** The grant of the client itself. @see RFC 6749 §4.4 */
      readonly kind: 'client-credentials';
    }
  /** The person is logged in at the identity provider of their company, which says who they are (EXT-3). */
  | {
      /** The login of a company. */
      readonly kind: 'enterprise';
      /** Where an identity token is exchanged for an assertion. @see RFC 8693 */
      readonly identityProvider: {
        /** An https URL, without fragment. */
        readonly tokenEndpoint: string;
        /** The client id that the identity provider gave to the client. */
        readonly clientId: string;
        /** The secret, or a function that gets it when it is needed. Default: none is sent. */
        readonly clientSecret?: string | (() => Promise<string>);
      };
      /** Gets the identity token of the person. */
      readonly idToken: () => Promise<string>;
    }
  /** The assertion is a JWT that the platform gives to the workload (EXT-4, RFC 7523 §2.1). */
  | {
      /** The login of a workload. */
      readonly kind: 'workload';
      /** Gets the JWT of the platform, each time that a grant is asked for. */
      readonly assertion: () => Promise<string>;
    }
  /** A person approves on another device (EXT-6). `show` shows them the code. */
  | {
      /** The login at another device. @see RFC 8628 */
      readonly kind: 'device';
      /** Shows the code, and where to type it, to the person. */
      readonly show: (prompt: DevicePrompt) => void | Promise<void>;
    };

/** Who the client is, and how it gets grants. */
export interface ClientOptions {
  /**
   * The name that people see when they are asked for consent. It has no control characters, and none that change the
   * direction of text.
   */
  readonly name: string;
  /** A page about the client, for people: https or http. @see RFC 7591 §2 */
  readonly uri?: string;
  /** `software_id` of dynamic registrations. @see RFC 7591 §2 */
  readonly softwareId?: string;
  /** `software_version` of dynamic registrations. @see RFC 7591 §2 */
  readonly softwareVersion?: string;
  /** The URL of the client's metadata document: https, with a path. @see draft-ietf-oauth-client-id-metadata-document-00 */
  readonly metadataUrl?: string;
  /** Clients that were registered by hand, each at one issuer. Default none. */
  readonly preRegistered?: readonly PreRegisteredClient[];
  /** Whether to register dynamically when there is no other way. Default true. */
  readonly dynamicRegistration?: boolean;
  /** Tokens for dynamic registration. Each one is sent only to the issuer that it is from (REG-9). Default none. */
  readonly initialAccessTokens?: readonly {
    /** The issuer that the token is from. */
    readonly issuer: string;
    /** The token. It is a secret. @see RFC 7591 §3 */
    readonly token: string;
  }[];
  /** How to get a grant. Default: with a code, and a person at a browser. */
  readonly grant?: GrantOptions;
  /** Whether tokens are bound to a key, so that a thief cannot use them (EXT-5). Default `off`. @see RFC 9449 */
  readonly dpop?: DpopMode;
}

/** What the host decides, and what it allows beyond the specification. */
export interface Policy {
  /** Follow the rules of 2025-03-26 for servers that have no resource metadata (DISC-10). Default false. */
  readonly legacyDiscovery?: boolean;
  /** How long a person has to finish a login, in milliseconds. Default 10 minutes. */
  readonly loginTimeout?: number;
  /** Scopes that are always requested, one by one. Default none. @see RFC 6749 §3.3 */
  readonly scopeFloor?: readonly string[];
  /** The only scopes that may be requested, besides those of `scopeFloor`. Default: any. */
  readonly scopeCeiling?: readonly string[];
  /** Asked before a step-up sends a person to the authorization server. Default: yes. */
  readonly confirmStepUp?: (request: StepUpRequest) => boolean | Promise<boolean>;
  /**
   * Chooses one of several listed servers, and must return one of them; or the issuer of the only server that may be used.
   * Default: the bound one, else the first.
   */
  readonly selectServer?: string | ((request: ServerChoice) => string | Promise<string>);
  /**
   * How long metadata that was read may be used for a renewal, or by another session, in milliseconds: at most, since its
   * own cache headers may say less. A challenge and an explicit login look anew. Default 1 minute; 0: never.
   */
  readonly rememberMetadata?: number;
  /**
   * How a resource is asked, without a token, for its challenge: by `GET`; or first by the `POST` of an MCP client, for
   * resources that challenge nothing else. Default `GET`. @see MCP 2025-11-25, Transports
   */
  readonly probe?: 'GET' | 'POST';
  /** `prompt` of authorization requests, such as `consent`, or several with a space between them. Default: none is sent. */
  readonly prompt?: string;
  /**
   * Further parameters of authorization requests, by issuer: `{ 'https://accounts.google.com': { access_type: 'offline' } }`.
   * Also of requests for a device code. What the engine sets itself cannot be set here. Default: none.
   */
  readonly authorizationParameters?: ByIssuer<Readonly<Record<string, string>>>;
  /**
   * Headers of every request to an origin, by that origin: `{ 'https://mcp.example': { 'x-api-key': key } }`. They go to it
   * where the resource of the session is on it: with calls, with the probe, for metadata. No other origin gets them, also where
   * a redirect leads to one. A header of the same name that a call has itself is sent as the call says. Values may be secret.
   * Hosts that send requests themselves (`session.authorization`) add them themselves.
   */
  readonly resourceHeaders?: Readonly<Record<string, HeaderValues>>;
  /** Issuers that reject the `resource` parameter. It is not sent to them. */
  readonly dangerouslyOmitResourceAt?: readonly string[];
  /**
   * Another value for the `resource` parameter, by issuer: for servers that know the resource by another name. Grants that
   * were issued before keep the value that they were asked for with.
   */
  readonly dangerouslySendResourceAs?: ByIssuer<string>;
  /** Issuers whose metadata may differ from the listed issuer by one slash at the end. */
  readonly dangerouslyIgnoreTrailingSlashOf?: readonly string[];
  /** Issuers whose metadata need not say that they support PKCE. It is sent to them as to all others. */
  readonly dangerouslyAllowWithoutPkceAt?: readonly string[];
  /**
   * Origins that may be asked although they are in a private network and the resource is public:
   * `['https://login.corp.example']`, for a company whose servers are reached from within only. Anything else that a public
   * resource names at a private, link-local or reserved address is refused (DISC-14).
   */
  readonly dangerouslyAllowPrivateAddressAt?: readonly string[];
}

/** Something for each issuer, compared code point by code point. @see RFC 8414 §2 */
export type ByIssuer<Value> = Readonly<Record<string, Value>>;

/** Headers by name. A value is a text, or a function that gets it when it is needed. */
export type HeaderValues = Readonly<Record<string, string | (() => Promise<string>)>>;

/** What `confirmStepUp` is asked. */
export interface StepUpRequest {
  /** Whose grant it is. */
  readonly session: SessionId;
  /** The scopes that the resource asks for. */
  readonly scopes: readonly string[];
  /** The scopes of the grant so far. */
  readonly granted: readonly string[];
}

/** What `selectServer` is asked. */
export interface ServerChoice {
  /** Whose login it is. */
  readonly session: SessionId;
  /** The issuers that the metadata of the resource lists. */
  readonly listed: readonly string[];
  /** The issuer that the resource is bound to, if there is one. */
  readonly bound: string | undefined;
}

/** What an engine has from its host: it is there before anything else is loaded. */
export interface HostTools {
  readonly client: ClientOptions;
  readonly policy: Policy;
  readonly userAgent: UserAgent;
  /** Given when the engine is disposed. Then nothing waits for another engine any more. */
  readonly closing: AbortSignal;
  /** The time in epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
  /** Told of a fault in the host's code, or of a defect of our own, whole: it may hold a secret. It never throws. */
  readonly onDefect: (error: unknown) => void;
}

// What the chart knows: plain facts without secrets, as actors report them. Times are epoch milliseconds.

/** What a 401 or 403 of the resource said, parsed and bounded. @see RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1 */
export interface Challenge {
  readonly status: number;
  /** Lower case: `bearer`, `dpop`; absent when the answer carried no challenge that we can use. */
  readonly scheme?: 'bearer' | 'dpop';
  readonly error?: string;
  /** Where the resource says that its metadata is. */
  readonly resourceMetadata?: string;
  /** Absent when the challenge named none; never empty. */
  readonly scopes?: readonly string[];
}

/** Protected resource metadata that was found to speak of our resource. @see RFC 9728 §2 */
export interface ResourceMetadata {
  /** Where it was found. */
  readonly url: string;
  /** The document's own string, byte for byte: what `resource` parameters carry. */
  readonly resource: string;
  readonly authorizationServers: readonly string[];
  /** Absent when the document has none: then no `scope` is asked for. */
  readonly scopesSupported?: readonly string[];
  /** Set when there was no document, and the host opted in to the 2025-03-26 rules. */
  readonly legacy?: true;
}

/**
 * How a client proves at the token endpoint who it is. `none` is a public client, which has no secret.
 * @see RFC 7591 §2 (`token_endpoint_auth_method`), RFC 7523 §2.2
 */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/**
 * How a grant is got: by a code and a person, with no person at all, or by a person at another device.
 * @see RFC 6749 §1.3, RFC 8628
 */
export type GrantStrategy = 'code' | 'direct' | 'device';

/** Authorization server metadata whose issuer was compared, and whose endpoints were judged. @see RFC 8414 §2 */
export interface ServerMetadata {
  readonly issuer: string;
  /** Absent where no person logs in. */
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint: string;
  readonly registrationEndpoint?: string;
  readonly revocationEndpoint?: string;
  readonly deviceAuthorizationEndpoint?: string;
  readonly pushedAuthorizationRequestEndpoint?: string;
  /** `require_pushed_authorization_requests`, literally true. @see RFC 9126 §5 */
  readonly requiresPush: boolean;
  readonly scopesSupported: readonly string[];
  /** As listed, or the default of RFC 8414 §2 (`client_secret_basic`). */
  readonly authMethods: readonly string[];
  /** `grant_types_supported`. Absent: the server lists none. The default of RFC 8414 §2 is not meant by many. */
  readonly grantTypes?: readonly string[];
  /** `dpop_signing_alg_values_supported`; empty: the server does not speak of DPoP. @see RFC 9449 §5.1 */
  readonly dpopAlgorithms: readonly string[];
  /** `unknown` only where the host opted in to servers without metadata. */
  readonly pkce: 'S256' | 'unknown';
  /** `authorization_response_iss_parameter_supported`. @see RFC 9207 §3 */
  readonly sendsIssuer: boolean;
  /** `client_id_metadata_document_supported`, literally true. */
  readonly acceptsMetadataDocuments: boolean;
}

/** How a client id was obtained; this, not its look, decides whether it may travel (BIND-7). */
export type RegistrationKind = 'pre-registered' | 'metadata-document' | 'dynamic';

/** A client at one issuer. Its secret, if any, is in the store or in the host's configuration. */
export interface Registration {
  /** Key of the record; for the two kinds that are not stored, a name for the same. */
  readonly key: string;
  readonly kind: RegistrationKind;
  readonly issuer: string;
  readonly clientId: string;
  readonly authMethod: ClientAuthMethod;
  /** Empty when the kind does not fix them. */
  readonly redirectUris: readonly string[];
}

/** A grant without its tokens. */
export interface Grant {
  readonly key: string;
  /** Version of the record; also the generation of the access token. */
  readonly version: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: the server did not say. */
  readonly expiresAt?: number;
  /** When to renew, ahead of `expiresAt`. */
  readonly refreshAt?: number;
  readonly renewable: boolean;
  /** The access token is bound to a key: it is of no use alone. @see RFC 9449 */
  readonly bound?: true;
  /** What was asked for, all rounds together (STEP-2). */
  readonly requested: readonly string[];
  /** What the server said it granted, or `requested` where it said nothing (STEP-6). */
  readonly granted: readonly string[];
}

/** An authorization request that was recorded before anyone was sent anywhere (AUTHZ-4). */
export interface Pending {
  /** Key of the record: derived from `state`, not the state itself. */
  readonly key: string;
  readonly issuer: string;
  /** Null where the answer does not come by a redirect (a device). */
  readonly redirectUri: string | null;
  readonly expiresAt: number;
  readonly requested: readonly string[];
}

/** Which server a resource was bound to, and by which kind of registration. */
export interface Binding {
  readonly issuer: string;
  readonly kind: RegistrationKind;
  /** Everything requested or granted there so far; outlives the grant (STEP-2). */
  readonly scopes: readonly string[];
}

/** Whose session it is: one resource, one subject, one label. Subject and label are '' when not given. */
export interface SessionId {
  readonly resource: string;
  readonly subject: string;
  readonly label: string;
}

/** A listed server that was not used, and why (DISC-5). */
export interface PassedOver {
  readonly issuer: string;
  readonly code: string;
}

/** What the host says about scopes (STEP-7). */
export interface ScopeLimits {
  /** Always asked for. */
  readonly floor: readonly string[];
  /** Never asked for more than these; null: no ceiling. */
  readonly ceiling: readonly string[] | null;
}

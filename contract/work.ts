// What the chart asks of the outside: the inputs and outputs of its actors. Keys and facts, never secrets.
import type { Failure, Phase } from './errors.ts';
import type {
  Binding,
  Challenge,
  Grant,
  GrantStrategy,
  Pending,
  Registration,
  ResourceMetadata,
  ScopeLimits,
  ServerMetadata,
  SessionId,
} from './facts.ts';

/** Every output tells the time at which it was made, so that the chart needs no clock. Epoch milliseconds. */
export interface Observed {
  readonly at: number;
}

/** How the host is set up: said with everything that is recalled, since a chart's input cannot know it. */
export interface HostSettings {
  readonly strategy: GrantStrategy;
  readonly limits: ScopeLimits;
}

/** What the store remembers of a session, when it starts. */
export interface Memory extends Observed, HostSettings {
  readonly binding: Binding | null;
  readonly grant: Grant | null;
  /** A login that an earlier process, or page, left under way; with all that it recorded. */
  readonly login: {
    readonly pending: Pending;
    readonly server: ServerMetadata;
    readonly registration: Registration;
    /** The response has come in already. */
    readonly answered: boolean;
  } | null;
}

/** What is bound to an issuer, and what was bound before: the bind-check's evidence. */
export interface Bound extends Observed, HostSettings {
  /** Null when nothing was bound to this issuer before. */
  readonly binding: Binding | null;
  readonly registration: Registration | null;
  readonly grant: Grant | null;
  /**
   * Version of the grant at the server that the resource was bound to until now, where that is another one; null: none. It
   * is kept until tokens come from this one (BIND-8), and is no news.
   */
  readonly grantElsewhere: string | null;
  /** The host's own credentials for this resource belong to another issuer: this one (BIND-6). */
  readonly preRegisteredElsewhere: string | null;
  /** The host gave credentials without saying whose they are (BIND-10). */
  readonly credentialWithoutIssuer: boolean;
  /** The host's metadata document, when it has one (REG-2). */
  readonly metadataDocument: string | null;
  /** Whether the host allows dynamic registration. */
  readonly mayRegister: boolean;
}

/** Whether what other sessions have found out will do. */
export interface Lookup {
  /**
   * An answer will do that was asked for after this moment, in the order of requests of the engine; null: none. A
   * challenge outdates what was asked for before its request was sent (DISC-12), and an explicit login looks anew.
   */
  readonly after: number | null;
}

/** A login that another chart or engine has under way, with the client that it was made for. */
export interface JoinedLogin {
  readonly pending: Pending;
  readonly registration: Registration;
}

/** The actors that report once, by name, and the phase that their failures belong to. */
export const actorPhases = {
  recallSession: 'recovering',
  probeResource: 'discovering',
  fetchResourceMetadata: 'discovering',
  chooseServer: 'discovering',
  fetchServerMetadata: 'discovering',
  recallBinding: 'bindChecking',
  reserveRedirect: 'authorizing',
  registerClient: 'registering',
  findLogin: 'authorizing',
  prepareAuthorization: 'authorizing',
  takeOverLogin: 'authorizing',
  pushAuthorization: 'authorizing',
  presentAuthorization: 'authorizing',
  awaitResponse: 'authorizing',
  validateResponse: 'authorizing',
  exchangeCode: 'authorizing',
  requestDirectGrant: 'authorizing',
  requestDeviceCode: 'authorizing',
  presentDeviceCode: 'authorizing',
  pollDeviceGrant: 'authorizing',
  confirmStepUp: 'steppingUp',
  discardAuthorization: 'authorizing',
  refreshGrant: 'renewing',
  revokeGrants: 'signingOut',
  forgetSession: 'signingOut',
  unregisterClients: 'signingOut',
  waitUntil: 'requesting',
  gatherChallenges: 'steppingUp',
} as const satisfies Record<keyof Work, Phase>;

/** The name of an actor that reports once. */
export type ActorName = keyof Work;

/** What the chart knows of the records that siblings may change: input of `heedSiblings`. */
export interface KnownRecords {
  readonly session: SessionId;
  /** The grant that the chart has; null: none. */
  readonly grant: { readonly issuer: string; readonly version: string } | null;
  /** Version of the grant that was found in the store last; null: none. */
  readonly foundGrant: string | null;
  /** The login that the chart waits for; null: none. */
  readonly pendingKey: string | null;
}

/** What `heedSiblings` tells the chart, as often as it happens: the stored records are not those that it knows. */
export type SiblingReport =
  /** The session has another grant now; null: none any more. */
  | { readonly type: 'grant.changed'; readonly grantVersion: string | null }
  /** An authorization response came in, and was stored with its request. */
  | { readonly type: 'response.received'; readonly pendingKey: string }
  /** Another login has taken the place of ours. */
  | { readonly type: 'login.replaced' }
  /** Our login has ended without a grant, elsewhere, and so. */
  | { readonly type: 'login.ended'; readonly failure: Failure };

/** The work of each actor that reports once: what it is given, and what it reports. */
export interface Work {
  recallSession: { input: { session: SessionId }; output: Memory };
  probeResource: { input: { session: SessionId } & Lookup; output: Observed & { challenge: Challenge } };
  fetchResourceMetadata: {
    input: { session: SessionId; challenge: Challenge | null } & Lookup;
    output: Observed & { resourceMetadata: ResourceMetadata };
  };
  chooseServer: {
    input: { session: SessionId; listed: readonly string[]; passedOver: readonly string[] };
    /** `isBound`: this is the server that the resource is bound to. */
    output: Observed & { issuer: string | null; isBound: boolean };
  };
  fetchServerMetadata: {
    input: { session: SessionId; issuer: string; legacy: boolean } & Lookup;
    output: Observed & { server: ServerMetadata };
  };
  recallBinding: {
    /** `isAskedFor`: somebody asked for a login, and it is not only looked what is there. */
    input: { session: SessionId; server: ServerMetadata; isAskedFor: boolean };
    output: Bound;
  };
  reserveRedirect: {
    /** `wanted`: redirect URIs that a registration already has; the rest as for `findLogin`. */
    input: Work['findLogin']['input'] & { wanted: readonly string[] };
    /** Where another engine has the redirect URI for a login that serves as well: that login. */
    output: Observed & { redirectUri: string | null; login: JoinedLogin | null };
  };
  registerClient: {
    input: {
      session: SessionId;
      server: ServerMetadata;
      /** Null where the answer does not come by a redirect (a device). */
      redirectUri: string | null;
      scopes: readonly string[];
      /** A client id that the server does not know any more: not to be used again. */
      refusedClient: string | null;
    };
    /** `redirectUri`: the one that is registered. The server may want it by another name than was reserved. */
    output: Observed & { registration: Registration; redirectUri: string | null };
  };
  findLogin: {
    input: {
      session: SessionId;
      server: ServerMetadata;
      /** Null: there is none yet, and another engine's will do. */
      registration: Registration | null;
      /** The `resource` parameter, byte for byte. */
      resource: string;
      scopes: readonly string[];
    };
    /** A login of this session that is under way, and brings all that is wanted; with the client that it was made for. */
    output: Observed & { login: JoinedLogin | null };
  };
  prepareAuthorization: {
    input: {
      session: SessionId;
      server: ServerMetadata;
      registration: Registration;
      redirectUri: string;
      /** The `resource` parameter, byte for byte. */
      resource: string;
      scopes: readonly string[];
      /** What of `scopes` was accumulated before, for the person to see the difference. */
      accumulated: readonly string[];
      /** Versions of grants that the chart knows: another one that serves makes this login needless. */
      knownGrants: readonly string[];
    };
    /** `isJoined`: it is the request that another chart or engine has under way, with the client that it was made for. */
    output: Observed & { pending: Pending; registration: Registration; isJoined: boolean };
  };
  takeOverLogin: {
    /** `isAsked`: somebody has asked for the login here, and is not only waiting for it. */
    input: { session: SessionId; pending: Pending; isAsked: boolean };
    /**
     * - `ours`: nobody else held the login when we asked.
     * - `inherited`: its holder has gone while we waited; the page that it opened may still be open.
     * - `broken off`: its code was being spent, and nothing has come of it; the request is deleted.
     */
    output: Observed & { became: 'ours' | 'inherited' | 'broken off' };
  };
  pushAuthorization: {
    input: { session: SessionId; pending: Pending; server: ServerMetadata };
    output: Observed;
  };
  presentAuthorization: { input: { session: SessionId; pending: Pending }; output: Observed };
  awaitResponse: { input: { session: SessionId; pending: Pending }; output: Observed };
  validateResponse: { input: { session: SessionId; pending: Pending }; output: Observed };
  exchangeCode: {
    input: { session: SessionId; pending: Pending; server: ServerMetadata };
    output: Observed & { grant: Grant };
  };
  requestDirectGrant: {
    input: {
      session: SessionId;
      server: ServerMetadata;
      registration: Registration;
      /** The `resource` parameter, byte for byte. */
      resource: string;
      scopes: readonly string[];
    };
    output: Observed & { grant: Grant };
  };
  requestDeviceCode: {
    input: Work['requestDirectGrant']['input'];
    output: Observed & { pending: Pending };
  };
  presentDeviceCode: { input: { session: SessionId; pending: Pending }; output: Observed };
  pollDeviceGrant: {
    input: { session: SessionId; pending: Pending; server: ServerMetadata };
    output: Observed & { grant: Grant };
  };
  confirmStepUp: {
    input: { session: SessionId; scopes: readonly string[]; granted: readonly string[] };
    output: Observed & { isAllowed: boolean };
  };
  discardAuthorization: {
    input: {
      session: SessionId;
      pending: Pending | null;
      redirectUri: string | null;
      /** Told to everybody who waits for the same login. */
      failure: Failure | null;
    };
    output: Observed;
  };
  refreshGrant: {
    input: { session: SessionId; server: ServerMetadata; grant: Grant };
    output: Observed & { grant: Grant };
  };
  revokeGrants: { input: { session: SessionId }; output: Observed };
  forgetSession: {
    /** `redirectUri`: held for a login that ends with the sign-out; null: none. */
    input: { session: SessionId; redirectUri: string | null };
    /** Servers at which the session had a grant, or a login that was under way or has ended. */
    output: Observed & { issuers: readonly string[] };
  };
  unregisterClients: { input: { session: SessionId; issuers: readonly string[] }; output: Observed };
  waitUntil: { input: { at: number | undefined }; output: Observed };
  gatherChallenges: { input: { session: SessionId }; output: Observed };
}

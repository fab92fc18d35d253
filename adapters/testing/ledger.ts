// What the servers of a test world know: who they are, their clients, and what they have issued.
import type { TestClock } from './clock.ts';
import type { TestServerOptions, WorldPlan } from './options.ts';
import type { Asking, Decided } from './person.ts';
import type { Secrets } from './secrets.ts';
import type { ResourceState } from './servers/resource.ts';

/** A client as a server knows it. */
export interface KnownClient {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly authMethod: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly name: string;
  /** Of a client that registered itself. @see RFC 7592 §3 */
  readonly registrationToken?: string;
  /** The document that it was registered with, as it is given back. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** What a person, or a server, has allowed a client. */
export interface TestGrant {
  readonly server: string;
  readonly clientId: string;
  /** URL of the resource. */
  readonly resource: string;
  readonly scopes: readonly string[];
  /** By a person or a test, or because one of its tokens was used twice. */
  isRevoked: boolean;
}

/** An access token that was issued. */
interface AccessToken {
  readonly grant: TestGrant;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** A refresh token that was issued. */
interface RefreshToken {
  readonly grant: TestGrant;
  isSpent: boolean;
}

/** A code that was issued. */
interface Code {
  readonly grant: TestGrant;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly expiresAt: number;
  isSpent: boolean;
}

/** A device that waits for its person. @see RFC 8628 */
export interface DeviceCode {
  readonly grant: TestGrant;
  readonly userCode: string;
  readonly clientName: string;
  readonly expiresAt: number;
  decided: Decided | undefined;
  isSpent: boolean;
  /** When it may be asked for next, in epoch milliseconds. */
  pollAt: number;
}

/** An authorization server. */
export interface ServerState {
  readonly name: string;
  readonly origin: string;
  readonly issuer: string;
  readonly options: TestServerOptions;
  readonly clients: Map<string, KnownClient>;
  /** Ids of clients that a test had it forget. */
  readonly forgotten: Set<string>;
  readonly codes: Map<string, Code>;
  readonly deviceCodes: Map<string, DeviceCode>;
  readonly refreshTokens: Map<string, RefreshToken>;
}

/** What all servers and resources of a world share. */
export interface WorldState {
  readonly plan: WorldPlan;
  readonly clock: TestClock;
  readonly secrets: Secrets;
  readonly servers: ReadonlyMap<string, ServerState>;
  readonly resources: Map<string, ResourceState>;
  /** Of all servers, in the order in which they were issued. */
  readonly accessTokens: Map<string, AccessToken>;
  /** Documents by their URLs: what clients publish about themselves. */
  readonly published: Map<string, Readonly<Record<string, unknown>>>;
  /** Asks the person, and waits as long as they take. */
  readonly ask: (asking: Asking, signal: AbortSignal) => Promise<Decided>;
}

// What the chart remembers and what it hears: keys, names, times and issuers; never a secret.
import type { Failure } from '../contract/errors.ts';
import type {
  Binding,
  Challenge,
  Grant,
  GrantStrategy,
  PassedOver,
  Pending,
  Registration,
  ResourceMetadata,
  ScopeLimits,
  ServerMetadata,
  SessionId,
} from '../contract/facts.ts';
import type { URL } from '../contract/platform.ts';
import type { SiblingReport } from '../contract/work.ts';
import { sessionIdOfChart } from '../protocol/sessionId.ts';

/** What a host says when it makes, invokes or spawns the chart. */
export interface AuthInput {
  /** URL of the protected resource. */
  readonly resource: string | URL;
  /** Whose grant it is, in the host's own terms; for hosts with many people. */
  readonly subject?: string;
  /** Tells apart several grants of one subject for one resource. */
  readonly label?: string;
  /** `ask`: a person is only sent somewhere after `user.login`. `auto`: a challenge may do it too. Default `ask`. */
  readonly interaction?: Interaction;
}

/** Whether a mere challenge may lead a person to a login (`auto`), or only `user.login` may (`ask`). */
export type Interaction = 'ask' | 'auto';

/** What a person or host asked for, until it is settled. */
export interface RequestedLogin {
  readonly scopes: readonly string[];
}

/** What a step-up is for, until it is settled. */
export interface StepUp {
  readonly operations: readonly string[];
  readonly scopes: readonly string[];
}

/** What a sign-out is to forget, until it is done. */
export interface SignOut {
  /** `everything`: the clients that were registered for the session, too. */
  readonly forget: 'login' | 'everything';
  /** Where there may be such clients. */
  readonly issuers: readonly string[];
}

/** A grant that the resource answered with 401. */
export interface RefusedGrant {
  readonly version: string;
  /** Null: not known any more. */
  readonly issuer: string | null;
}

/** How much was spent since the resource last accepted a grant; nothing here outgrows its bound. */
export interface Budget {
  readonly authorizations: number;
  readonly renewals: number;
  readonly registrations: number;
  /** Transient failures in a row: sets the length of the pause. */
  readonly pauses: number;
  /** Step-ups by operation, for as long as the session lives (STEP-4). */
  readonly stepUps: Readonly<Record<string, number>>;
  /** Operations that were refused for a scope which the grant has, and for which it was renewed. For as long as well. */
  readonly renewedFor: readonly string[];
}

/**
 * What the chart remembers. What is null is not known now, or is over. No member holds a secret, so a
 * snapshot holds none.
 */
export interface AuthContext {
  readonly session: SessionId;
  readonly interaction: Interaction;
  /** When the last actor reported: the chart's only idea of time. Epoch milliseconds. */
  readonly at: number;
  readonly requestedLogin: RequestedLogin | null;
  readonly challenge: Challenge | null;
  /** When the request was sent that was challenged last, in the order of requests; null: not known. */
  readonly challengedAfter: number | null;
  /** Looking around without asking anyone, after a failure that only a person can mend. */
  readonly quiet: boolean;
  readonly stepUp: StepUp | null;
  readonly resourceMetadata: ResourceMetadata | null;
  /** The listed server that is being looked at. */
  readonly candidate: { readonly issuer: string; readonly isBound: boolean } | null;
  readonly passedOver: readonly PassedOver[];
  readonly server: ServerMetadata | null;
  readonly binding: Binding | null;
  readonly registration: Registration | null;
  /** A client id that its server did not know any more. */
  readonly refusedClient: string | null;
  readonly strategy: GrantStrategy;
  /** What the host says about scopes (STEP-7). */
  readonly limits: ScopeLimits;
  /** Ways to a client id that the bind-check found open. */
  readonly ways: { readonly metadataDocument: string | null; readonly dynamic: boolean };
  readonly conflict: { readonly elsewhere: string | null; readonly withoutIssuer: boolean };
  readonly redirectUri: string | null;
  readonly pending: Pending | null;
  /** Key of the request that a person was led to from here. */
  readonly presented: string | null;
  readonly signOut: SignOut | null;
  readonly grant: Grant | null;
  /** Version of the grant that was found in the store last; null: none. It may be dropped, or of another server. */
  readonly foundGrant: string | null;
  /** Not used again as it is; nor recalled while another server is responsible. */
  readonly refused: RefusedGrant | null;
  readonly budget: Budget;
  /** Scopes that a person denied: a mere request does not bring them up again (U07). */
  readonly denied: readonly string[];
  /** Why the last step-up was not made; the grant from before still works (STEP-5). */
  readonly refusal: Failure | null;
  readonly failure: Failure | null;
  /** When a failure may be tried again. */
  readonly retryAt: number | undefined;
}

/** A closed union: commands carry their sender, facts are in the past tense. */
export type AuthEvent =
  /** A person asked to log in: from now on they may be sent somewhere. */
  | {
      readonly type: 'user.login';
      readonly scopes?: readonly string[];
      /** The grant is no good, whatever it looks like: neither it nor its refresh token is tried again. */
      readonly again?: boolean;
    }
  | {
      readonly type: 'user.logout';
      /** `everything`: the registrations that the session used, too. Default: the login only. */
      readonly forget?: 'everything';
    }
  | { readonly type: 'user.cancel' }
  | { readonly type: 'user.retry' }
  /** The host is going down: everything in flight ends, nothing is forgotten. */
  | { readonly type: 'host.shutdown' }
  /** The resource answered 401, or 403 with `insufficient_scope`. */
  | {
      readonly type: 'challenge.received';
      readonly challenge: Challenge;
      /** Version of the grant that was sent; null when none was. */
      readonly grantVersion: string | null;
      /** Names the operation, so that its attempts can be counted (STEP-4). */
      readonly operation: string;
      /** When the request was sent that was challenged, in the order of requests of the engine. Left out: not known. */
      readonly order?: number;
    }
  /** Somebody needs a token, and the one at hand is due. */
  | {
      readonly type: 'renewal.requested';
      /** Now, in epoch milliseconds: timers may be late, as after a sleep. */
      readonly at: number;
    }
  /** The resource accepted the grant: what was spent on it was well spent. */
  | { readonly type: 'grant.proved'; readonly grantVersion: string }
  | SiblingReport;

/** The event of a 401, or of a 403 that asks for scopes. */
export type ChallengeEvent = Extract<AuthEvent, { type: 'challenge.received' }>;

/** Nothing was spent yet: at the start, and after the resource has accepted a grant. */
export const emptyBudget: Budget = {
  authorizations: 0,
  renewals: 0,
  registrations: 0,
  pauses: 0,
  stepUps: {},
  renewedFor: [],
};

/** What is over when a flow has come to rest. */
export const emptyEpisode = {
  requestedLogin: null,
  challenge: null,
  challengedAfter: null,
  quiet: false,
  stepUp: null,
  candidate: null,
  conflict: { elsewhere: null, withoutIssuer: false },
  redirectUri: null,
  pending: null,
  presented: null,
} satisfies Partial<AuthContext>;

/** Nothing is known yet of how a client id could be had. */
export const noWays: AuthContext['ways'] = { metadataDocument: null, dynamic: false };

/**
 * What the chart knows when it starts: whose session it is, and nothing else.
 * @throws AuthError `config_invalid` for an input that cannot be used: an actor that is made with it ends in an error.
 */
export function initialContext(input: AuthInput): AuthContext {
  return {
    session: sessionIdOfChart(input),
    interaction: input.interaction ?? 'ask',
    at: 0,
    ...emptyEpisode,
    resourceMetadata: null,
    passedOver: [],
    server: null,
    binding: null,
    registration: null,
    strategy: 'code',
    limits: { floor: [], ceiling: null },
    refusedClient: null,
    denied: [],
    ways: noWays,
    grant: null,
    foundGrant: null,
    refused: null,
    signOut: null,
    budget: emptyBudget,
    refusal: null,
    failure: null,
    retryAt: undefined,
  };
}

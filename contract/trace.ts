// A recorded run, line by line: what may stand in it. It holds no secret by construction.
import type { RegistrationKind, SessionId } from './facts.ts';

/** Which client is known at which server, and how. */
export interface KnownAs {
  readonly issuer: string;
  readonly kind: RegistrationKind;
}

/** Why something ended, as it may be recorded. */
export interface Told {
  readonly code: string;
  readonly phase: string;
  readonly recovery: string;
  readonly message: string;
}

/** What a recorded step tells of where the chart was then: issuers, scopes, times and counts. Times are epoch milliseconds. */
export interface ChartFacts {
  /** The authorization server that the flow speaks to, or looks at. */
  readonly server?: string | undefined;
  readonly passedOver?: readonly string[] | undefined;
  /** The server that the resource is bound to, and how the client is known there. */
  readonly bound?: KnownAs | undefined;
  /** How the client is known at the server of the flow. */
  readonly client?: KnownAs | undefined;
  readonly grant?:
    | {
        readonly issuer: string;
        readonly requested: readonly string[];
        readonly granted: readonly string[];
        readonly expiresAt?: number | undefined;
        readonly renewable: boolean;
        /** The resource has answered it with 401. */
        readonly isRefused: boolean;
      }
    | undefined;
  /** What somebody asked for. */
  readonly requestedLogin?: readonly string[] | undefined;
  readonly challenge?:
    | { readonly status: number; readonly scopes?: readonly string[] | undefined }
    | undefined;
  readonly stepUp?: readonly string[] | undefined;
  readonly pending?:
    | { readonly issuer: string; readonly requested: readonly string[]; readonly expiresAt: number }
    | undefined;
  readonly budget: {
    readonly authorizations: number;
    readonly renewals: number;
    readonly registrations: number;
    readonly pauses: number;
  };
  readonly failure?: Told | undefined;
  readonly refusal?: Told | undefined;
}

/** One recorded step of a chart: one event, and everything that it led to at once. */
export interface StepFact {
  readonly kind: 'step';
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whose run it is. */
  readonly session: SessionId;
  /** `start`, `user.login`, `done of exchangeCode`. */
  readonly event: string;
  /** Ids of the arrows that were taken, in order. */
  readonly arrows: readonly string[];
  /** The innermost states that are active after it. */
  readonly states: readonly string[];
  /** States that were entered on the way, also those that were left again at once. */
  readonly entered: readonly string[];
  /** Ids of the requirements that these serve. */
  readonly spec: readonly string[];
  readonly facts: ChartFacts;
}

/** One recorded request and its answer: no header, no body, no query. */
export interface RequestFact {
  readonly kind: 'request';
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whose request it is. */
  readonly session: SessionId;
  readonly purpose: string;
  readonly method: string;
  /** Origin and path. */
  readonly url: string;
  /** Absent when no answer came. */
  readonly status?: number | undefined;
}

/** One line of a recorded run: what `onTrace` is told, and what a trace file holds. */
export type TraceFact = StepFact | RequestFact;

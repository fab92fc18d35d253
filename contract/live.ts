// What the live page and its server say to each other: facts of runs, and what a person may do.
import type { RegistrationKind, SessionId } from './facts.ts';
import type { TraceFact } from './trace.ts';

/** What one authorization server holds of a session. Times are epoch milliseconds. */
export interface Holding {
  readonly issuer: string;
  /** The resource is bound to it now. */
  readonly isCurrent: boolean;
  readonly kind: RegistrationKind;
  /** What was asked for or granted there so far. */
  readonly scopes: readonly string[];
  readonly grant?: {
    readonly granted: readonly string[];
    readonly expiresAt?: number;
    readonly renewable: boolean;
  };
}

/** How a session stands, for people: nothing is under way, it works, it waits for a person, it has a grant, or it has ended. */
export type LiveStatus = 'idle' | 'busy' | 'person' | 'good' | 'refused' | 'failed';

/** A button. */
export interface LiveAction {
  readonly id: string;
  readonly label: string;
  /** What it does, in a sentence. */
  readonly hint: string;
  /** Of one session, or of the world around all. */
  readonly of: 'session' | 'world';
  /** Where it is what a person does next. */
  readonly nextIn?: readonly LiveStatus[];
}

/** One line of the stream to the page. */
export type LiveMessage =
  | TraceFact
  | { readonly kind: 'actions'; readonly actions: readonly LiveAction[] }
  | { readonly kind: 'holdings'; readonly session: SessionId; readonly rows: readonly Holding[] }
  /** What came of a button. */
  | { readonly kind: 'said'; readonly at: number; readonly text: string; readonly isGood: boolean };

/** What the page asks for when a button is pressed. */
export interface LiveRequest {
  readonly id: string;
  readonly session?: SessionId;
}

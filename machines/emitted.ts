// What the chart tells whoever listens to it with `actor.on`: for hosts that invoke or spawn it. Nothing is decided here.
import { type Failure, failure } from '../contract/errors.ts';
import type { AuthContext } from './context.ts';

/** The events that the chart emits. They hold no secret: `loginUrl()` of the session has the address of a login. */
export type AuthEmitted =
  /** It is the person's turn. Show them the address of the login, where the user agent does not do that. */
  | {
      readonly type: 'login.awaited';
      /** The authorization server, to show to the person. */
      readonly issuer: string;
      /** When the login ends by itself, in epoch milliseconds. */
      readonly expiresAt: number;
    }
  /**
   * The phase `authorized` was entered, in which there is a grant: after a login or a step-up, at the start with a grant from
   * the store, at each renewal, also one that a 401 forces, and after a 403 that brought nothing new. So it may come again for
   * the same login.
   */
  | {
      readonly type: 'session.authorized';
      /** The server that issued it. */
      readonly issuer: string;
      /** The scopes of the grant. */
      readonly scopes: readonly string[];
      /** Why a step-up brought no more scopes; null when none has failed. */
      readonly refusal: Failure | null;
    }
  /** What was under way has failed. `failure.recovery` says what helps. */
  | { readonly type: 'session.failed'; readonly failure: Failure }
  /** What was under way was refused for safety. Nothing was sent. */
  | { readonly type: 'session.rejected'; readonly failure: Failure };

type Told<Type extends AuthEmitted['type']> = Extract<AuthEmitted, { readonly type: Type }>;

/** States of failure have one. A lack of it would be a defect, and must not end the chart of whoever listens. */
const failureIn = (context: AuthContext): Failure =>
  context.failure ??
  failure('internal', 'requesting', 'The chart failed, and does not know why; please report it.');

/** One function for each event, which makes it from what is known then. */
export const emissions = {
  loginAwaited: ({ pending }: AuthContext): Told<'login.awaited'> => ({
    type: 'login.awaited',
    issuer: pending?.issuer ?? '',
    expiresAt: pending?.expiresAt ?? 0,
  }),
  authorized: ({ grant, refusal }: AuthContext): Told<'session.authorized'> => ({
    type: 'session.authorized',
    issuer: grant?.issuer ?? '',
    scopes: grant?.granted ?? [],
    refusal,
  }),
  failed: (context: AuthContext): Told<'session.failed'> => ({
    type: 'session.failed',
    failure: failureIn(context),
  }),
  rejected: (context: AuthContext): Told<'session.rejected'> => ({
    type: 'session.rejected',
    failure: failureIn(context),
  }),
} as const;

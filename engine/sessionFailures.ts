// What a session itself has to say where the chart has nothing to tell.
import { type Failure, failure } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { placeOf } from '../protocol/text.ts';

/** A login for scopes that the host has ruled out (STEP-7). */
export const beyondCeiling = (id: SessionId, scopes: readonly string[]): Failure =>
  failure(
    'scope_not_allowed',
    'authorizing',
    `The login for ${placeOf(id.resource)} asks for "${scopes.join(' ')}", which is beyond what this client may ask for; widen its scope ceiling to allow it.`,
  );

/** A login that was ended by something else than its own outcome: a sign-out, a cancel, or the end of its engine or chart. */
export const notFinished = (id: SessionId): Failure =>
  failure(
    'cancelled',
    'authorizing',
    `The login for ${placeOf(id.resource)} was ended before it was finished: by a sign-out, a cancel, or the end of its engine; log in again when you want to.`,
  );

/** A sign-out that nobody can make any more: what was issued stays in the store. */
export const notSignedOut = (id: SessionId): Failure =>
  failure(
    'cancelled',
    'signingOut',
    `The engine, or the chart, of the session for ${placeOf(id.resource)} has ended before the sign-out did; sign out with another one.`,
  );

/** Somebody wants a token, and there is none. */
export const notLoggedIn = (id: SessionId): Failure =>
  failure(
    'interaction_required',
    'requesting',
    `Nobody is logged in at ${placeOf(id.resource)}; call login() first.`,
  );

/** A request has waited for a person long enough, who is still busy with the login. */
export const loginPending = (id: SessionId): Failure =>
  failure(
    'login_pending',
    'requesting',
    `Waiting for a login at ${placeOf(id.resource)}: a person has the page of session.loginUrl() to finish; send the request again after that.`,
  );

/** The person has come back, and has to open another page: the server does not know the client that the first one was for. */
export const loginBegunAnew = (id: SessionId): Failure =>
  failure(
    'login_pending',
    'authorizing',
    `The login at ${placeOf(id.resource)} had to begin anew; send the person to the page of session.loginUrl().`,
  );

/** The resource goes on refusing what was issued for it. */
export const tokenNotAccepted = (id: SessionId): Failure =>
  failure(
    'grant_not_accepted',
    'requesting',
    `${placeOf(id.resource)} refuses a token that was issued for it; log in again with login({ again: true }), or tell its operator.`,
  );

/** A resource asks for scopes, and nobody has asked a person for them. */
export const scopesNeeded = (id: SessionId): Failure =>
  failure(
    'interaction_required',
    'steppingUp',
    `${placeOf(id.resource)} asks for more than was allowed; call login() with the scopes that it needs when a person asks for it.`,
  );

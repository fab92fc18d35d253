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

/** A login that ended without a grant and without a reason. */
export const notFinished = (id: SessionId): Failure =>
  failure(
    'login_timed_out',
    'authorizing',
    `The login for ${placeOf(id.resource)} did not finish; log in again.`,
  );

/** Somebody wants a token, and there is none. */
export const notLoggedIn = (id: SessionId): Failure =>
  failure(
    'interaction_required',
    'requesting',
    `Nobody is logged in at ${placeOf(id.resource)}; call login() first.`,
  );

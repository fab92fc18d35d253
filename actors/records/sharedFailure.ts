// How a login ended, for those who wait for it in other engines: as a record, and read back (AUTHZ-12).
import {
  type Failure,
  type FailureCode,
  failure,
  failureCodes,
  type Recovery,
} from '../../contract/errors.ts';
import type { SessionId } from '../../contract/facts.ts';
import { placeOf } from '../../protocol/text.ts';
import type { LoginRecord } from '../../stores/records.ts';

type Ended = NonNullable<LoginRecord['ended']>;

/** What of a failure others may hear: nothing that a server said but how long to wait, and nothing that was sent. */
export function failureRecord({
  code,
  phase,
  recovery,
  message,
  issuer,
  otherIssuer,
  retryAfter,
}: Failure): Ended {
  return {
    code,
    phase,
    recovery,
    message,
    ...(issuer !== undefined && { issuer }),
    ...(otherIssuer !== undefined && { otherIssuer }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The same, read back. A code of a newer version counts as a cancelled login. */
export function sharedFailure(session: SessionId, ended: Ended): Failure {
  const { code, recovery, message, issuer, otherIssuer, retryAfter } = ended;
  if (!isCode(code)) return endedElsewhere(session);
  return failure(code, 'authorizing', message, {
    ...(isRecovery(recovery) && { recovery }),
    ...(issuer !== undefined && { issuer }),
    ...(otherIssuer !== undefined && { otherIssuer }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** A login that is gone, and nobody says why: its session was signed out, or it was cancelled. */
export function endedElsewhere({ resource }: SessionId): Failure {
  return failure(
    'cancelled',
    'authorizing',
    `The login for ${placeOf(resource)} was ended by another process; log in again when you want to.`,
  );
}

const isRecovery = (text: string): text is Recovery => Object.values<string>(failureCodes).includes(text);

const isCode = (text: string): text is FailureCode => Object.hasOwn(failureCodes, text);

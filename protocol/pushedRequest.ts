// Judging the answer to a pushed authorization request: a reference, or why there is none. (RFC 9126)
import { type Failure, failure } from '../contract/errors.ts';
import { own, readObject } from './json.ts';
import { mindsResource, resourceAdvice } from './mending.ts';
import { isOutage } from './outage.ts';
import { codeWithout, oauthErrorCode } from './text.ts';

/** A reference that may stand in a URL. @see RFC 9126 §2.2 */
const reference = /^[\x21-\x7e]{1,512}$/;

/** An answer without a reference. */
export interface PushRefusal {
  readonly kind: 'refused';
  /** HTTP status. */
  readonly status: number;
  /** Absent when there was no well-formed code. */
  readonly error?: string;
}

/** A reference to the pushed request, or an answer without one. */
export type PushVerdict = { readonly kind: 'pushed'; readonly requestUri: string } | PushRefusal;

/**
 * Reads the answer of a pushed authorization request endpoint. Never throws.
 * @see RFC 9126 §2.2, §2.3
 */
export function judgePushAnswer(status: number, text: string): PushVerdict {
  const document = readObject(text) ?? {};
  const requestUri = own(document, 'request_uri');
  if (status === 201 && typeof requestUri === 'string' && reference.test(requestUri))
    return { kind: 'pushed', requestUri };
  const error = oauthErrorCode(own(document, 'error'));
  return { kind: 'refused', status, ...(error !== undefined && { error }) };
}

/**
 * The failure that a refusal is: `server_unavailable`, `client_refused` or `authorization_refused`.
 * @param secrets what was sent and may not be shown.
 * @see RFC 9126 §2.3
 */
export function pushFailure(
  { status, error: said }: PushRefusal,
  issuer: string,
  secrets: readonly (string | undefined)[],
): Failure {
  const error = said && codeWithout(said, secrets);
  const details = { issuer, status, ...(error !== undefined && { oauthError: error }) };
  if (isOutage(status)) {
    const message = `${issuer} takes no logins now (${status}); try again later.`;
    return failure('server_unavailable', 'authorizing', message, details);
  }
  if (error === 'invalid_client') {
    const message = `${issuer} does not know this client, or not its secret; register it again, or check its secret and client.preRegistered[].authMethod.`;
    return failure('client_refused', 'authorizing', message, details);
  }
  const advice = mindsResource(error ?? '') ? resourceAdvice : 'ask its operator';
  const message = `${issuer} did not take the login request (${error ?? `status ${status}`}); ${advice}.`;
  return failure('authorization_refused', 'authorizing', message, details);
}

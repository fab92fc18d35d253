// What it means that an authorization response brought no code, and what helps. (RFC 6749 §4.1.2.1)
import { type Failure, type FailureCode, type FailureDetails, failure } from '../contract/errors.ts';
import type { ResponseVerdict } from './authorizationResponse.ts';
import { mindsResource, resourceAdvice } from './mending.ts';
import { isSameButSlash } from './wellKnown.ts';

/** A response without a code that may be used. */
export type ResponseRefusal = Exclude<ResponseVerdict, { kind: 'code' }>;

/** Codes that speak of the moment. @see RFC 6749 §4.1.2.1 */
const passing: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);
/** Codes that speak of the client. `invalid_client` is none of RFC 6749's here, and servers send it. */
const unknownClient: ReadonlySet<string> = new Set(['unauthorized_client', 'invalid_client']);

/**
 * The failure that a response without a code is. Where the issuer is not the expected one, nothing that the response says
 * besides is told (AUTHZ-7).
 * @param issuer the issuer that the login was sent to.
 * @see RFC 6749 §4.1.2.1, RFC 9207 §2.4
 */
export function responseFailure(refusal: ResponseRefusal, issuer: string): Failure {
  const no = (code: FailureCode, message: string, details: FailureDetails = {}): Failure =>
    failure(code, 'authorizing', message, { issuer, ...details });
  switch (refusal.kind) {
    case 'not-ours':
      return no('response_not_ours', 'A response came in that belongs to another login; it was ignored.');
    case 'issuer-missing':
      return no(
        'response_issuer_missing',
        `${issuer} promises to name itself in its answers, and this answer does not; its code was not used, log in again.`,
      );
    case 'issuer-mismatch':
      return no(
        'response_issuer_mismatch',
        `The answer to the login at ${issuer} says that it is from "${refusal.said}"; its code was not used, ${adviceOnIssuer(refusal.said, issuer)}.`,
        { otherIssuer: refusal.said },
      );
    case 'malformed':
      return no(
        'response_malformed',
        `The answer of ${issuer} cannot be used: ${refusal.why}; log in again.`,
      );
    case 'error':
      return no(...ofError(refusal, issuer));
    default:
      return refusal satisfies never;
  }
}

function adviceOnIssuer(said: string, issuer: string): string {
  return isSameButSlash(said, issuer)
    ? 'its operator has to write its issuer in one way, with a slash at its end or without'
    : 'log in again, and tell its operator if it stays so';
}

function ofError(
  { error, said }: Extract<ResponseRefusal, { kind: 'error' }>,
  issuer: string,
): [code: FailureCode, message: string, details: FailureDetails] {
  const details = { oauthError: error, ...(said !== undefined && { said }) };
  if (error === 'access_denied') {
    const message = `The login at ${issuer} was denied; log in again when you want to allow it.`;
    return ['access_denied', message, details];
  }
  if (passing.has(error)) {
    const message = `${issuer} cannot log anyone in now (${error}); try again later.`;
    return ['server_unavailable', message, details];
  }
  if (unknownClient.has(error)) {
    const message = `${issuer} does not know this client any more (${error}); register the client there again.`;
    return ['client_refused', message, details];
  }
  if (error === 'invalid_scope' && !mindsResource(error, said)) {
    // A client may be held to the scopes of its registration: another one can be registered for all of them (REG-11).
    const message = `${issuer} refuses the scopes that were asked for; ask for fewer with policy.scopeCeiling, or register a client there that may ask for them.`;
    return ['authorization_refused', message, { ...details, recovery: 'reregister' }];
  }
  const advice = mindsResource(error, said) ? resourceAdvice : 'ask its operator';
  return ['authorization_refused', `${issuer} refused the login (${error}); ${advice}.`, details];
}

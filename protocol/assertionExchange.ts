// Judging what an identity provider gave for a person's identity token: an assertion for one server, or why there is none.
import { type Failure, failure } from '../contract/errors.ts';
import { own, readObject } from './json.ts';
import { isOutage } from './outage.ts';
import { codeWithout, oauthErrorCode } from './text.ts';

/** The type of assertion that is asked for. @see draft-ietf-oauth-identity-assertion-authz-grant §4.3 */
export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';

/** A JWT, by its letters, and a length that a form can carry. @see RFC 7519 §3 */
const jwtText = /^[\w.-]{1,16384}$/;

/** An answer without an assertion. */
export interface ExchangeRefusal {
  readonly kind: 'refused';
  /** HTTP status. */
  readonly status: number;
  /** Absent when there was no well-formed code. */
  readonly error?: string;
}

/** `assertion` is a secret. */
export type ExchangeVerdict = { readonly kind: 'issued'; readonly assertion: string } | ExchangeRefusal;

/**
 * Reads the answer of a token exchange. Nothing is passed on that is not said to be an assertion of the type that was asked
 * for, or that comes with an error. Never throws.
 * @see RFC 8693 §2.2, draft-ietf-oauth-identity-assertion-authz-grant §4.3
 */
export function judgeExchangeAnswer(status: number, text: string): ExchangeVerdict {
  const document = readObject(text) ?? {};
  const assertion = own(document, 'access_token');
  const isIssued = own(document, 'issued_token_type') === ID_JAG && own(document, 'error') === undefined;
  if (status === 200 && isIssued && typeof assertion === 'string' && jwtText.test(assertion))
    return { kind: 'issued', assertion };
  const error = oauthErrorCode(own(document, 'error'));
  return { kind: 'refused', status, ...(error !== undefined && { error }) };
}

/**
 * The failure that a refusal is: `server_unavailable` or `assertion_failed`.
 * @param secrets what was sent and may not be shown.
 * @see RFC 8693 §2.2.2
 */
export function exchangeFailure(
  { status, error: said }: ExchangeRefusal,
  secrets: readonly (string | undefined)[],
): Failure {
  const error = said && codeWithout(said, secrets);
  const details = { status, ...(error !== undefined && { oauthError: error }) };
  if (isOutage(status)) {
    const message = `The identity provider issues no assertions now (${status}); try again later.`;
    return failure('server_unavailable', 'authorizing', message, details);
  }
  const message = `The identity provider gave no assertion for this server (${error ?? `status ${status}`}); ask its administrator.`;
  return failure('assertion_failed', 'authorizing', message, details);
}

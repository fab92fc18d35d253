// Judges the authorization response before anything of it is used: state, issuer, and then what it says.

import { AuthError, type FailureCode, type FailureDetails, failure } from '../../contract/errors.ts';
import { judgeAuthorizationResponse, type ResponseVerdict } from '../../protocol/authorizationResponse.ts';
import { dropResponse, readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

export const validateResponse: Act<'validateResponse'> =
  (tools) =>
  async ({ session, pending }) => {
    const { state, server, response } = (await readPending(tools, session, pending.key)).value;
    const verdict = judgeAuthorizationResponse(response ?? '', {
      state,
      issuer: server.issuer,
      sendsIssuer: server.sendsIssuer,
    });
    if (verdict.kind === 'code') return { at: tools.now() };
    if (verdict.kind === 'not-ours') await dropResponse(tools, pending.key);
    throw refusalOf(verdict, server.issuer);
  };

type Refusal = Exclude<ResponseVerdict, { kind: 'code' }>;

function refusalOf(verdict: Refusal, issuer: string): AuthError {
  const no = (code: FailureCode, message: string, details: FailureDetails = {}): AuthError =>
    new AuthError(failure(code, 'authorizing', message, { issuer, ...details }));
  switch (verdict.kind) {
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
        `The answer to the login at ${issuer} says that it is from "${verdict.said}"; its code was not used.`,
        { otherIssuer: verdict.said },
      );
    case 'malformed':
      return no(
        'response_malformed',
        `The answer of ${issuer} cannot be used: ${verdict.why}; log in again.`,
      );
    case 'error':
      return refusalOfError(verdict, issuer, no);
  }
}

/** @see RFC 6749 §4.1.2.1 */
function refusalOfError(
  { error, said }: Extract<Refusal, { kind: 'error' }>,
  issuer: string,
  no: (code: FailureCode, message: string, details?: FailureDetails) => AuthError,
): AuthError {
  const details = { oauthError: error, ...(said !== undefined && { said }) };
  if (error === 'access_denied') {
    return no(
      'access_denied',
      `The login at ${issuer} was denied; log in again when you want to allow it.`,
      details,
    );
  }
  if (error === 'temporarily_unavailable' || error === 'server_error') {
    return no(
      'server_unavailable',
      `${issuer} cannot log anyone in now (${error}); try again later.`,
      details,
    );
  }
  return no('authorization_refused', `${issuer} refused the login (${error}); ask its operator.`, details);
}

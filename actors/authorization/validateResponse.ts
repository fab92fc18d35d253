// Judges the authorization response before anything of it is used: state, issuer, and then what it says.
import { AuthError } from '../../contract/errors.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { responseFailure } from '../../protocol/responseRefusal.ts';
import { dropResponse, readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Judges the response of a pending login. One of another login is dropped, and ours goes on being awaited (AUTHZ-3).
 * @throws AuthError as `responseFailure` says; `login_timed_out` when the login is gone.
 * @see RFC 9207 §2.4
 */
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
    throw new AuthError(responseFailure(verdict, server.issuer));
  };

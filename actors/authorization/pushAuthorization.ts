// Hands the authorization request to the server itself; the person then carries only a reference to it. (RFC 9126)
import * as oauth from 'oauth4webapi';
import { AuthError, refuse, toFailure } from '../../contract/errors.ts';
import { judgePushAnswer, pushFailure } from '../../protocol/pushedRequest.ts';
import { keys } from '../../stores/records.ts';
import { sendAsClient } from '../network/clientAuthentication.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
import { keepAuthMethod } from '../records/keepAuthMethod.ts';
import { readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Pushes the authorization request to its server; from then on the URL that a person opens carries a reference to it.
 * @throws AuthError `server_metadata_invalid` without an endpoint; `server_unavailable`, `client_refused`,
 *   `authorization_refused`; what the door and the store throw.
 * @see RFC 9126 §2
 */
export const pushAuthorization: Act<'pushAuthorization'> =
  (tools) =>
  async ({ session, pending: { key }, server }, signal) => {
    const { value } = await readPending(tools, session, key);
    const endpoint = server.pushedAuthorizationRequestEndpoint;
    if (endpoint === undefined) return impossible(server.issuer);
    const credentials = { issuer: value.server.issuer, client: value.client };
    const { clientId } = value.client;
    const as = { ...asServer(server), pushed_authorization_request_endpoint: endpoint };
    const options = optionsFor(tools, session, endpoint, 'token', signal);
    const parameters = new URL(value.url).searchParams;
    // It was pushed before, and is shown again.
    if (parameters.has('request_uri')) return { at: tools.now() };
    const send = async (authentication: oauth.ClientAuth) => {
      const response = await oauth
        .pushedAuthorizationRequest(as, { client_id: clientId }, authentication, parameters, options)
        .catch((error: unknown) => {
          throw new AuthError(toFailure(error, 'authorizing'));
        });
      const verdict = judgePushAnswer(response.status, await response.text());
      return {
        verdict,
        status: response.status,
        error: verdict.kind === 'refused' ? verdict.error : undefined,
      };
    };
    const heard = await sendAsClient(tools, { server, phase: 'authorizing' }, credentials, send);
    const { verdict } = heard.answer;
    if (verdict.kind === 'refused')
      throw new AuthError(pushFailure(verdict, server.issuer, [value.state, heard.secret]));
    const url = new URL(server.authorizationEndpoint ?? '');
    url.searchParams.set('client_id', clientId);
    url.searchParams.set('request_uri', verdict.requestUri);
    const pushed = { url: url.href, client: heard.client };
    await tools.records.update(keys.as('pending', key), (before) => before && { ...before, ...pushed });
    await keepAuthMethod(tools, server.issuer, value.client, heard.client);
    return { at: tools.now() };
  };

function impossible(issuer: string): never {
  return refuse(
    'server_metadata_invalid',
    'authorizing',
    `${issuer} requires pushed requests and names no endpoint for them; its operator must add it.`,
    { issuer },
  );
}

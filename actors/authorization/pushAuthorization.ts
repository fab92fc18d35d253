// Hands the authorization request to the server itself; the person then carries only a reference to it. (RFC 9126)
import * as oauth from 'oauth4webapi';
import { AuthError, refuse, toFailure } from '../../contract/errors.ts';
import { judgePushAnswer, pushFailure } from '../../protocol/pushedRequest.ts';
import { keys } from '../../stores/records.ts';
import { authenticationOf } from '../network/clientAuthentication.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
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
    const { authentication } = await authenticationOf(tools, { server, phase: 'authorizing' }, credentials);
    const client = { client_id: value.client.clientId };
    const as = { ...asServer(server), pushed_authorization_request_endpoint: endpoint };
    const options = optionsFor(tools, session, endpoint, 'token', signal);
    const parameters = new URL(value.url).searchParams;
    // It was pushed before, and is shown again.
    if (parameters.has('request_uri')) return { at: tools.now() };
    const response = await oauth
      .pushedAuthorizationRequest(as, client, authentication, parameters, options)
      .catch((error: unknown) => {
        throw new AuthError(toFailure(error, 'authorizing'));
      });
    const verdict = judgePushAnswer(response.status, await response.text());
    if (verdict.kind === 'refused') throw new AuthError(pushFailure(verdict, server.issuer));
    const url = new URL(server.authorizationEndpoint ?? '');
    url.searchParams.set('client_id', value.client.clientId);
    url.searchParams.set('request_uri', verdict.requestUri);
    await tools.records.update(keys.as('pending', key), (before) => before && { ...before, url: url.href });
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

// Hands the authorization request to the server itself; the person then carries only a reference to it. (RFC 9126)
import * as oauth from 'oauth4webapi';
import { AuthError, failure, refuse, toFailure } from '../../contract/errors.ts';
import { own, readObject } from '../../protocol/json.ts';
import { isOutage } from '../../protocol/outage.ts';
import { oauthErrorCode } from '../../protocol/text.ts';
import { keys } from '../../stores/records.ts';
import { authenticationOf } from '../network/clientAuthentication.ts';
import { asServer, optionsFor } from '../network/tokenEndpoint.ts';
import { readPending } from '../records/pendingRequest.ts';
import type { Act } from '../tools/tools.ts';

/** A reference that may stand in a URL. @see RFC 9126 §2.2 */
const reference = /^[\x21-\x7e]{1,512}$/;

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
    const requestUri = judge(response.status, await response.text(), server.issuer);
    const url = new URL(server.authorizationEndpoint ?? '');
    url.searchParams.set('client_id', value.client.clientId);
    url.searchParams.set('request_uri', requestUri);
    await tools.records.update(keys.as('pending', key), (before) => before && { ...before, url: url.href });
    return { at: tools.now() };
  };

function judge(status: number, text: string, issuer: string): string {
  const document = readObject(text) ?? {};
  const requestUri = own(document, 'request_uri');
  if (status === 201 && typeof requestUri === 'string' && reference.test(requestUri)) return requestUri;
  const error = oauthErrorCode(own(document, 'error'));
  const details = { issuer, status, ...(error !== undefined && { oauthError: error }) };
  if (isOutage(status)) {
    throw new AuthError(
      failure(
        'server_unavailable',
        'authorizing',
        `${issuer} takes no logins now (${status}); try again later.`,
        details,
      ),
    );
  }
  if (error === 'invalid_client') {
    refuse(
      'client_refused',
      'authorizing',
      `${issuer} does not know this client, or not its secret; register it again, or check the secret.`,
      details,
    );
  }
  return refuse(
    'authorization_refused',
    'authorizing',
    `${issuer} did not take the login request (${error ?? `status ${status}`}); ask its operator.`,
    details,
  );
}

function impossible(issuer: string): never {
  return refuse(
    'server_metadata_invalid',
    'authorizing',
    `${issuer} requires pushed requests and names no endpoint for them; its operator must add it.`,
    { issuer },
  );
}

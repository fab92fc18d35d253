// What the servers on the stage publish and answer when all is well.
import type { Answer, Received } from '../../support/world.ts';
import type { ServerKind } from '../setting.ts';
import { TOKEN_LIFE } from '../stimuli/around.ts';

/** Metadata of an authorization server of this kind. @see RFC 8414 §2 */
export function serverDocument(issuer: string, kind: ServerKind): object {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
    ...(kind !== 'poor' && {
      authorization_endpoint: `${issuer}/authorize`,
      registration_endpoint: `${issuer}/register`,
      device_authorization_endpoint: `${issuer}/device`,
      pushed_authorization_request_endpoint: `${issuer}/par`,
    }),
    ...(kind === 'wants pushes' && { require_pushed_authorization_requests: true }),
    ...(kind === 'takes documents' && { client_id_metadata_document_supported: true }),
  };
}

let issued = 0;

/** Tokens never seen before; for the scopes that were asked for where it does not say. @see RFC 6749 §5.1 */
export function tokens(isRenewable: boolean, scope?: string): Answer {
  issued += 1;
  return {
    body: {
      access_token: `access-${issued}`,
      token_type: 'Bearer',
      expires_in: TOKEN_LIFE / 1000,
      ...(scope !== undefined && { scope }),
      ...(isRenewable && { refresh_token: `refresh-${issued}` }),
    },
  };
}

/** A client that was never registered before. @see RFC 7591 §3.2.1 */
export function registered({ body }: Received): Answer {
  issued += 1;
  return { status: 201, body: { ...JSON.parse(body), client_id: `client-${issued}` } };
}

export const refused = (error: string, status = 400): Answer => ({ status, body: { error } });

// One request to a token endpoint: authenticated as agreed, through the door, its answer judged.
import * as oauth from 'oauth4webapi';
import { isLoopback } from '../protocol/address.ts';
import { AuthError, failure, type Phase, refuse, toFailure } from '../protocol/errors.ts';
import type { ServerMetadata, SessionId } from '../protocol/facts.ts';
import { retryAfterMs } from '../protocol/retryAfter.ts';
import { shown, withoutSecrets } from '../protocol/text.ts';
import { judgeTokenResponse, type TokenAnswer } from '../protocol/tokenResponse.ts';
import type { ClientRecord } from '../stores/records.ts';
import { isOutage } from './documents.ts';
import { fetchThrough } from './http.ts';
import type { Tools } from './tools.ts';

/** What a request authenticates with: a client, and the issuer that it belongs to. */
export interface Credentials {
  readonly issuer: string;
  readonly client: ClientRecord;
}

type Send = (
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

/** Everything that the request sends and nobody may echo. */
type Secrets = readonly (string | undefined)[];

/**
 * Sends a grant request and judges its answer.
 * @throws AuthError `token_of_other_issuer` before anything is sent; `server_unavailable`, `client_refused`,
 *   `grant_refused`, `token_refused`, `token_response_invalid`, and what the door throws.
 * @see RFC 6749 §3.2, §5
 */
export async function requestTokens(
  tools: Tools,
  to: { readonly session: SessionId; readonly server: ServerMetadata; readonly phase: Phase },
  credentials: Credentials,
  secrets: Secrets,
  signal: AbortSignal,
  send: Send,
): Promise<TokenAnswer> {
  const { server, phase } = to;
  const secret = await authenticationOf(tools, to, credentials);
  const options = optionsFor(tools, to.session, server.tokenEndpoint, 'token', signal);
  const client = { client_id: credentials.client.clientId };
  const response = await send(asServer(server), client, secret.authentication, options).catch(
    (error: unknown) => {
      throw new AuthError({ ...toFailure(error, phase), phase });
    },
  );
  const text = await response.text();
  const verdict = judgeTokenResponse(response.status, text);
  if (verdict.kind === 'tokens') return verdict.tokens;
  throw refusalOf(verdict, response, to, [...secrets, secret.value], tools.now(), phase);
}

/** How oauth4webapi reaches the network: through our door only, which has judged the address already. */
export function optionsFor(
  tools: Tools,
  session: SessionId,
  endpoint: string,
  purpose: 'token' | 'revocation',
  signal: AbortSignal,
): {
  [oauth.customFetch]: ReturnType<typeof fetchThrough>;
  [oauth.allowInsecureRequests]: boolean;
  signal: AbortSignal;
} {
  return {
    [oauth.customFetch]: fetchThrough(tools.doorOf(session), { purpose, resource: session.resource, signal }),
    [oauth.allowInsecureRequests]: isLoopback(new URL(endpoint)),
    signal,
  };
}

export function asServer(server: ServerMetadata): oauth.AuthorizationServer {
  return {
    issuer: server.issuer,
    token_endpoint: server.tokenEndpoint,
    authorization_response_iss_parameter_supported: server.sendsIssuer,
    ...(server.revocationEndpoint !== undefined && { revocation_endpoint: server.revocationEndpoint }),
  };
}

/** @see RFC 6749 §2.3.1 */
export async function authenticationOf(
  tools: Tools,
  { server, phase }: { readonly server: ServerMetadata; readonly phase: Phase },
  { issuer, client }: Credentials,
): Promise<{ readonly authentication: oauth.ClientAuth; readonly value: string | undefined }> {
  // BIND-2, and the last place to hold it: what one issuer made does not go to another.
  if (issuer !== server.issuer) {
    refuse(
      'token_of_other_issuer',
      phase,
      `Credentials of ${issuer} were about to be sent to ${server.issuer}; they were not, log in again.`,
      { issuer: server.issuer, otherIssuer: issuer },
    );
  }
  if (client.authMethod === 'none') return { authentication: oauth.None(), value: undefined };
  const value =
    client.kind === 'pre-registered' ? await hostSecret(tools, issuer, client) : client.clientSecret;
  if (value === undefined) {
    refuse(
      'config_invalid',
      phase,
      `The client ${client.clientId} of ${issuer} has no secret; give its secret, or register it without one.`,
      {
        issuer,
      },
    );
  }
  const make = client.authMethod === 'client_secret_basic' ? basic : oauth.ClientSecretPost;
  return { authentication: make(value), value };
}

/**
 * Basic, with both parts form-encoded first, and nothing encoded that need not be: many servers compare a plain
 * id such as `my-client` with what came, without decoding it (the conformance suite does), so `my%2Dclient` fails.
 * @see RFC 6749 §2.3.1, Appendix B
 */
function basic(secret: string): oauth.ClientAuth {
  return (_server, { client_id: clientId }, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(secret)}`)}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** The host's own secret for this client at this issuer. */
async function hostSecret(
  tools: Tools,
  issuer: string,
  { clientId }: ClientRecord,
): Promise<string | undefined> {
  const own = (tools.client.preRegistered ?? []).find(
    (one) =>
      one.clientId === clientId &&
      (one.issuer === issuer || (one.issuer === undefined && one.dangerouslyTrustFirstIssuer === true)),
  );
  if (typeof own?.clientSecret !== 'function') return own?.clientSecret;
  try {
    return await own.clientSecret();
  } catch {
    // The host's error may hold the secret, or where it lies.
    return refuse(
      'config_invalid',
      'authorizing',
      `The host could not give the secret of the client ${clientId}; check where it takes it from.`,
      {
        issuer,
      },
    );
  }
}

type Refusal = Exclude<ReturnType<typeof judgeTokenResponse>, { kind: 'tokens' }>;

function refusalOf(
  verdict: Refusal,
  response: Response,
  { server }: { readonly server: ServerMetadata },
  secrets: Secrets,
  now: number,
  phase: Phase,
): AuthError {
  const { issuer } = server;
  const retryAfter = retryAfterMs(response.headers, now);
  const details = { issuer, status: response.status, ...(retryAfter !== undefined && { retryAfter }) };
  const transient =
    verdict.kind === 'error' &&
    ['temporarily_unavailable', 'server_error', 'slow_down'].includes(verdict.error);
  if (isOutage(response.status) || transient) {
    return new AuthError(
      failure(
        'server_unavailable',
        phase,
        `${issuer} cannot issue tokens now (${response.status}); try again later.`,
        details,
      ),
    );
  }
  if (verdict.kind === 'invalid') {
    return new AuthError(
      failure(
        'token_response_invalid',
        phase,
        `The token answer of ${issuer} cannot be used: ${verdict.why} (status ${response.status}); its operator must mend this.`,
        details,
      ),
    );
  }
  return refusalOfError(verdict, details, secrets, phase);
}

/** @see RFC 6749 §5.2 */
function refusalOfError(
  { error, description }: Extract<Refusal, { kind: 'error' }>,
  details: { readonly issuer: string; readonly status: number },
  secrets: Secrets,
  phase: Phase,
): AuthError {
  const clean =
    description &&
    withoutSecrets(
      description,
      secrets.filter((secret): secret is string => secret !== undefined),
    );
  const full = { ...details, oauthError: error, ...(clean && { said: shown(clean) }) };
  const { issuer } = details;
  if (error === 'invalid_client') {
    return new AuthError(
      failure(
        'client_refused',
        phase,
        `${issuer} does not know this client, or not its secret; register it again, or check the secret.`,
        full,
      ),
    );
  }
  if (error === 'invalid_grant') {
    return new AuthError(
      failure('grant_refused', phase, `${issuer} does not honour this login any more; log in again.`, full),
    );
  }
  return new AuthError(
    failure(
      'token_refused',
      phase,
      `${issuer} refused to issue tokens (${error}); check the client's registration there.`,
      full,
    ),
  );
}

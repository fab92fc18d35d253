// One request to a token endpoint: authenticated as agreed, through the door, its answer judged.
import * as oauth from 'oauth4webapi';
import { AuthError, failure, type Phase, refuse, toFailure } from '../../contract/errors.ts';
import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import { isLoopback } from '../../protocol/address.ts';
import { isOutage } from '../../protocol/outage.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import { shown, withoutSecrets } from '../../protocol/text.ts';
import { judgeTokenResponse, type TokenAnswer } from '../../protocol/tokenResponse.ts';
import type { Tools } from '../tools/tools.ts';
import { authenticationOf, type Credentials } from './clientAuthentication.ts';
import { type ProofKey, readKey, type StoredKey } from './dpopKey.ts';
import { fetchThrough } from './http.ts';

/** @see RFC 9449 §8 */
const NONCE_DEMAND = 'use_dpop_nonce';

type Send = (
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

/** Everything that the request sends and nobody may echo. */
type Secrets = readonly (string | undefined)[];

/** Whom a request goes to, and for whom. */
interface Errand {
  readonly session: SessionId;
  readonly server: ServerMetadata;
  readonly phase: Phase;
  /** The key that the grant is bound to. A login without one makes its own, where DPoP is wanted. */
  readonly dpopKey?: StoredKey | undefined;
}

/** Tokens, and the key that proofs were signed with: the refresh token may be bound even where the access token is not. */
export interface IssuedTokens extends TokenAnswer {
  readonly dpopKey?: StoredKey;
}

/**
 * Sends a grant request and judges its answer. A demand for a nonce is answered once, with the whole request built
 * anew: nothing of it was spent (RFC 9449 §8).
 * @throws AuthError `token_of_other_issuer` before anything is sent; `server_unavailable`, `client_refused`,
 *   `grant_refused`, `token_refused`, `token_response_invalid`, `dpop_downgraded`, and what the door throws.
 * @see RFC 6749 §3.2, §5, RFC 9449 §5
 */
export async function requestTokens(
  tools: Tools,
  to: Errand,
  credentials: Credentials,
  secrets: Secrets,
  signal: AbortSignal,
  send: Send,
): Promise<IssuedTokens> {
  const { server, phase } = to;
  const secret = await authenticationOf(tools, to, credentials);
  const dpopKey = to.dpopKey ?? (phase === 'authorizing' ? await freshKey(tools, to) : undefined);
  const options = optionsFor(tools, to.session, server.tokenEndpoint, 'token', signal);
  const client = { client_id: credentials.client.clientId };
  const ask = async (proof: Proof | undefined): Promise<Heard> => {
    const response = await send(asServer(server), client, secret.authentication, {
      ...options,
      ...(proof && { [oauth.customFetch]: withHeader(options[oauth.customFetch], 'dpop', proof.text) }),
    }).catch((error: unknown) => {
      throw new AuthError({ ...toFailure(error, phase), phase });
    });
    const nonce = tools.dpop.hear(server.tokenEndpoint, response.headers.get('dpop-nonce'));
    const verdict = judgeTokenResponse(response.status, await response.text(), proof !== undefined);
    return { response, verdict, proof, isNonceNew: nonce !== undefined && nonce !== proof?.nonce };
  };
  const key = dpopKey && (await opened(dpopKey, to));
  const first = await ask(await proofFor(tools, to, key));
  const { response, verdict, proof } = asksForNonce(first)
    ? await ask(await proofFor(tools, to, key))
    : first;
  if (verdict.kind !== 'tokens') {
    throw refusalOf(verdict, response, to, [...secrets, secret.value, proof?.text], tools.now(), phase);
  }
  tools.dpop.judgeTokens(verdict.tokens, server.issuer, phase);
  return { ...verdict.tokens, ...(dpopKey && { dpopKey }) };
}

interface Proof {
  readonly text: string;
  readonly nonce: string | undefined;
}

interface Heard {
  readonly response: Response;
  readonly verdict: ReturnType<typeof judgeTokenResponse>;
  readonly proof: Proof | undefined;
  readonly isNonceNew: boolean;
}

function freshKey(tools: Tools, { session, server }: Errand): Promise<StoredKey | undefined> {
  return tools.dpop.keyForLogin(session.resource, server);
}

async function opened(stored: StoredKey, { server, phase }: Errand): Promise<ProofKey> {
  const message = 'The key that this login is bound to cannot be read any more; log in again.';
  return (await readKey(stored)) ?? refuse('grant_refused', phase, message, { issuer: server.issuer });
}

async function proofFor(
  tools: Tools,
  { server }: Errand,
  key: ProofKey | undefined,
): Promise<Proof | undefined> {
  if (!key) return undefined;
  const url = server.tokenEndpoint;
  const nonce = tools.dpop.nonceFor(url);
  return { text: await tools.dpop.prove(key, { method: 'POST', url, nonce }), nonce };
}

/** T22: a demand for a nonce that we had not sent. @see RFC 9449 §8 */
function asksForNonce({ response, verdict, proof, isNonceNew }: Heard): boolean {
  const isDemand = response.status === 400 && verdict.kind === 'error' && verdict.error === NONCE_DEMAND;
  return proof !== undefined && isDemand && isNonceNew;
}

type SendOnce = ReturnType<typeof fetchThrough>;

function withHeader(send: SendOnce, name: string, value: string): SendOnce {
  return (url, init) => send(url, { ...init, headers: { ...init.headers, [name]: value } });
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
  if (error === NONCE_DEMAND) {
    // Nothing is wrong with the grant, nor with the client.
    return new AuthError(
      failure(
        'token_refused',
        phase,
        `${issuer} keeps asking for another nonce; try again later, or tell its operator.`,
        { ...full, recovery: 'retry-later' },
      ),
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

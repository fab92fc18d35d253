// One request to a token endpoint: authenticated as agreed, through the door, its answer judged.
import * as oauth from 'oauth4webapi';
import { AuthError, type Phase, refuse, toFailure } from '../../contract/errors.ts';
import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import { isLoopback } from '../../protocol/address.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import { demandsTokenNonce, type TokenRefusal, tokenRefusal } from '../../protocol/tokenRefusal.ts';
import { judgeTokenResponse, type TokenAnswer, type TokenVerdict } from '../../protocol/tokenResponse.ts';
import type { ClientRecord } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { type Credentials, sendAsClient } from './clientAuthentication.ts';
import { type ProofKey, readKey, type StoredKey } from './dpopKey.ts';
import { fetchThrough } from './fetchThrough.ts';

type Send = (
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: oauth.TokenEndpointRequestOptions,
) => Promise<Response>;

/** Everything that the request sends and nobody may echo. */
type Secrets = readonly (string | undefined)[];

/** Whom a request goes to, and for whom. */
interface TokenRequest {
  readonly session: SessionId;
  readonly server: ServerMetadata;
  readonly phase: Phase;
  /** The key that the grant is bound to. A login without one makes its own, where DPoP is wanted. */
  readonly dpopKey?: StoredKey | undefined;
  /** The request is never sent again by another method of authentication (EXT-4). */
  readonly isOnce?: boolean;
  /** Told the client with the method that the server has answered to, whatever it answered. */
  readonly onAnswer?: (client: ClientRecord) => void;
}

/** Tokens, and what they hang on. */
export interface IssuedTokens extends TokenAnswer {
  /** The key that proofs were signed with: the refresh token may be bound even where the access token is not. */
  readonly dpopKey?: StoredKey;
  /** The client as the server has accepted it: perhaps with another method than was agreed. */
  readonly client: ClientRecord;
}

/**
 * Sends a grant request and judges its answer. A demand for a nonce is answered once, and where the client is refused
 * another way to authenticate may be tried once; each with the whole request built anew: nothing of it was spent
 * (RFC 9449 §8, RFC 6749 §5.2).
 * @throws AuthError `token_of_other_issuer` before anything is sent; `server_unavailable`, `client_refused`,
 *   `grant_refused`, `token_refused`, `token_response_invalid`, `dpop_downgraded`, and what the door throws.
 * @see RFC 6749 §3.2, §5, RFC 9449 §5
 */
export async function requestTokens(
  tools: Tools,
  to: TokenRequest,
  credentials: Credentials,
  secrets: Secrets,
  signal: AbortSignal,
  send: Send,
): Promise<IssuedTokens> {
  const { server, phase } = to;
  const dpopKey = to.dpopKey ?? (phase === 'authorizing' ? await freshKey(tools, to) : undefined);
  const options = optionsFor(tools, to.session, server.tokenEndpoint, 'token', signal);
  const who = { client_id: credentials.client.clientId };
  const ask = async (authentication: oauth.ClientAuth, proof: Proof | undefined): Promise<Heard> => {
    const response = await send(asServer(server), who, authentication, {
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
  const { answer, client, secret } = await sendAsClient(tools, to, credentials, async (authentication) => {
    const first = await ask(authentication, await proofFor(tools, to, key));
    const heard = asksForNonce(first) ? await ask(authentication, await proofFor(tools, to, key)) : first;
    return { ...heard, status: heard.response.status, error: errorOf(heard.verdict) };
  });
  to.onAnswer?.(client);
  const { verdict, response, proof } = answer;
  if (verdict.kind !== 'tokens')
    throw refusalOf(verdict, response, to, [...secrets, secret, proof?.text], tools.now());
  tools.dpop.judgeTokens(verdict.tokens, server.issuer, phase);
  return { ...verdict.tokens, ...(dpopKey && { dpopKey }), client };
}

const errorOf = (verdict: TokenVerdict): string | undefined =>
  verdict.kind === 'error' ? verdict.error : undefined;

function refusalOf(
  refusal: TokenRefusal,
  { status, headers }: Response,
  { server: { issuer }, phase }: TokenRequest,
  sent: Secrets,
  now: number,
): AuthError {
  const retryAfter = retryAfterMs(headers, now);
  const secrets = sent.filter((one) => one !== undefined);
  return new AuthError(tokenRefusal(refusal, { issuer, phase, status, retryAfter, secrets }));
}

interface Proof {
  readonly text: string;
  readonly nonce: string | undefined;
}

interface Heard {
  readonly response: Response;
  readonly verdict: TokenVerdict;
  readonly proof: Proof | undefined;
  readonly isNonceNew: boolean;
}

function freshKey(tools: Tools, { session, server }: TokenRequest): Promise<StoredKey | undefined> {
  return tools.dpop.keyForLogin(session.resource, server);
}

async function opened(stored: StoredKey, { server, phase }: TokenRequest): Promise<ProofKey> {
  const message = 'The key that this login is bound to cannot be read any more; log in again.';
  return (await readKey(stored)) ?? refuse('grant_refused', phase, message, { issuer: server.issuer });
}

async function proofFor(
  tools: Tools,
  { server }: TokenRequest,
  key: ProofKey | undefined,
): Promise<Proof | undefined> {
  if (!key) return undefined;
  const url = server.tokenEndpoint;
  const nonce = tools.dpop.nonceFor(url);
  return { text: await tools.dpop.prove(key, { method: 'POST', url, nonce }), nonce };
}

/** T22: a demand for a nonce that we had not sent. @see RFC 9449 §8 */
function asksForNonce({ response, verdict, proof, isNonceNew }: Heard): boolean {
  return proof !== undefined && isNonceNew && demandsTokenNonce(response.status, verdict);
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
} {
  return {
    [oauth.customFetch]: fetchThrough(tools.doorOf(session), { purpose, resource: session.resource, signal }),
    [oauth.allowInsecureRequests]: isLoopback(new URL(endpoint)),
  };
}

/** Server metadata in the shape that oauth4webapi wants. */
export function asServer(server: ServerMetadata): oauth.AuthorizationServer {
  return {
    issuer: server.issuer,
    token_endpoint: server.tokenEndpoint,
    authorization_response_iss_parameter_supported: server.sendsIssuer,
    ...(server.revocationEndpoint !== undefined && { revocation_endpoint: server.revocationEndpoint }),
  };
}

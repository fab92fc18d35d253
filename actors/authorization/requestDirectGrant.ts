// A grant with no person in it: client credentials, or an assertion that speaks for someone. Asked for once.
import * as oauth from 'oauth4webapi';
import { AuthError, toFailure } from '../../contract/errors.ts';
import { exchangeFailure, ID_JAG, judgeExchangeAnswer } from '../../protocol/assertionExchange.ts';
import { fetchThrough } from '../network/fetchThrough.ts';
import { secretFromHost } from '../network/fromHost.ts';
import { resourceAt, resourceParameter } from '../network/resourceParameter.ts';
import { requestTokens } from '../network/tokenEndpoint.ts';
import { clientOf } from '../records/clientOf.ts';
import { keepGrant } from '../records/keepGrant.ts';
import type { GrantOptions } from '../tools/hostOptions.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'requestDirectGrant'>>>[0];
type Enterprise = Extract<GrantOptions, { kind: 'enterprise' }>;

/** @see RFC 7523 §2.1 */
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** @see RFC 8693 §2.1 */
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** @see RFC 8693 §3 */
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * Asks for a grant without a person, once.
 * @throws AuthError `assertion_failed`, `config_invalid`, and what the token endpoint answers.
 * @see RFC 6749 §4.4, RFC 7523 §2.1, RFC 8693
 */
export const requestDirectGrant: Act<'requestDirectGrant'> = (tools) => async (input, signal) => {
  const { session, server, registration, scopes } = input;
  const resource = resourceAt(tools, server.issuer, input.resource);
  const client = await clientOf(tools, { session, server, registration });
  const assertion = await assertionFor(tools, { ...input, resource }, signal);
  const parameters = new URLSearchParams({
    ...resourceParameter(resource),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(assertion !== undefined && { assertion }),
  });
  const tokens = await requestTokens(
    tools,
    { session, server, phase: 'authorizing', isOnce: tools.client.grant?.kind === 'workload' },
    { issuer: registration.issuer, client },
    [assertion],
    signal,
    (as, who, authentication, options) =>
      assertion === undefined
        ? oauth.clientCredentialsGrantRequest(as, who, authentication, parameters, options)
        : oauth.genericTokenEndpointRequest(as, who, authentication, JWT_BEARER, parameters, options),
  );
  const requested = { session, issuer: server.issuer, client, resource, requested: scopes };
  return { at: tools.now(), grant: await keepGrant(tools, requested, tokens) };
};

/** The JWT that speaks for someone; nothing where the client speaks for itself. */
async function assertionFor(tools: Tools, input: Input, signal: AbortSignal): Promise<string | undefined> {
  const { grant } = tools.client;
  if (grant?.kind === 'workload') return secretFromHost(tools, grant.assertion, "the workload's assertion");
  if (grant?.kind === 'enterprise') return exchangeIdToken(tools, grant, input, signal);
  return undefined;
}

/**
 * Exchanges the person's identity token for an assertion that is good at this authorization server only.
 * It goes to the identity provider that the host named, with the client that the host has there, and nothing else.
 * @see RFC 8693 §2.1, MCP Enterprise-Managed Authorization
 */
async function exchangeIdToken(
  tools: Tools,
  { identityProvider, idToken }: Enterprise,
  { session, server, resource, scopes }: Input,
  signal: AbortSignal,
): Promise<string> {
  const { tokenEndpoint, clientId, clientSecret } = identityProvider;
  const what = "the identity provider's client secret";
  const secret = clientSecret === undefined ? undefined : await secretFromHost(tools, clientSecret, what);
  const subjectToken = await secretFromHost(tools, idToken, "the person's identity token");
  const form = new URLSearchParams({
    grant_type: TOKEN_EXCHANGE,
    requested_token_type: ID_JAG,
    audience: server.issuer,
    ...resourceParameter(resource),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    subject_token: subjectToken,
    subject_token_type: ID_TOKEN,
    client_id: clientId,
    ...(secret !== undefined && { client_secret: secret }),
  });
  const send = fetchThrough(tools.doorOf(session), { purpose: 'token', resource: session.resource, signal });
  const response = await send(tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  }).catch((error: unknown) => {
    throw new AuthError(toFailure(error, 'authorizing'));
  });
  const verdict = judgeExchangeAnswer(response.status, await response.text());
  if (verdict.kind === 'refused') throw new AuthError(exchangeFailure(verdict, [subjectToken, secret]));
  return verdict.assertion;
}

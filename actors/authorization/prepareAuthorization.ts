// Builds the authorization request, and records all that belongs to it before anyone is sent anywhere (AUTHZ-4);
// or joins the one that a sibling has under way (C06).
import * as oauth from 'oauth4webapi';
import { AuthError, failure } from '../../contract/errors.ts';
import { includesAll, union } from '../../protocol/scopes.ts';
import { keys, type PendingRecord, refuseConflict } from '../../stores/records.ts';
import { thumbprintOf } from '../network/dpopKey.ts';
import { ofIssuer, resourceAt, resourceParameter } from '../network/resourceParameter.ts';
import { endBeginning } from '../records/beginning.ts';
import { clientOf } from '../records/clientOf.ts';
import { serverRecord } from '../records/facts.ts';
import { loginFacts, makeCurrent, type Request, scopesUnderWay } from '../records/loginUnderWay.ts';
import { forgetLogin, refuseFinished } from '../records/pendingRequest.ts';
import { grantBesideLogin } from '../records/recall.ts';
import { digest } from '../tools/digest.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'prepareAuthorization'>>>[0];

/** How long a person has, in milliseconds, unless the policy says otherwise. */
const LOGIN_TIMEOUT = 10 * 60_000;
/** Longest URL that is shown or opened, in characters. */
const MAX_URL = 16 * 1024;

/**
 * Records a new request, or joins one that serves as well.
 * @throws AuthError `code_already_spent` when a sibling has got a grant meanwhile; `authorization_refused` for a URL that is too long; `store_conflict`, `store_failed`.
 * @see RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2
 */
export const prepareAuthorization: Act<'prepareAuthorization'> = (tools) => async (given) => {
  const at = { ...given, resource: resourceAt(tools, given.server.issuer, given.resource) };
  const input = { ...at, scopes: union(at.scopes, await scopesUnderWay(tools, at)) };
  const made = await newRequest(tools, input);
  if ((await tools.records.write(made.key, made.record, undefined)) === undefined) refuseConflict();
  const current = await makeCurrent(tools, input, made);
  await endBeginning(tools, given.session);
  const isJoined = current.key !== made.key;
  if (isJoined) await withdraw(tools, made);
  else if (await isNeedless(tools, input)) await finishedElsewhere(tools, input, made);
  return { at: tools.now(), ...loginFacts(tools, current), isJoined };
};

async function newRequest(tools: Tools, input: Input): Promise<Request> {
  const { session, server, redirectUri, resource, scopes } = input;
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const [challenge, name] = await Promise.all([oauth.calculatePKCECodeChallenge(verifier), digest(state)]);
  const dpopKey = await tools.dpop.keyForLogin(session.resource, server);
  const jkt = dpopKey && (await thumbprintOf(dpopKey));
  const { prompt, authorizationParameters } = tools.policy;
  const further = ofIssuer(authorizationParameters, server.issuer) ?? {};
  const record: PendingRecord = {
    v: 1,
    session,
    server: serverRecord(server),
    client: await clientOf(tools, input),
    redirectUri,
    resource,
    state,
    verifier,
    ...(dpopKey && { dpopKey }),
    url: authorizationUrl(input, { state, challenge, prompt, jkt, further }),
    requested: [...scopes],
    createdAt: tools.now(),
    expiresAt: tools.now() + (tools.policy.loginTimeout ?? LOGIN_TIMEOUT),
  };
  return { key: keys.pending(name), record };
}

/** A sibling has got a grant since the chart looked; from now on, whoever asks joins this login. */
async function isNeedless(tools: Tools, { session, server, scopes, knownGrants }: Input): Promise<boolean> {
  const grant = await grantBesideLogin(tools, session, server.issuer);
  const isNew = grant !== null && !knownGrants.includes(grant.version);
  return isNew && includesAll(union(grant.requested, grant.granted), scopes);
}

async function finishedElsewhere(tools: Tools, { session }: Input, made: Request): Promise<never> {
  await forgetLogin(tools.records, session, made.key);
  await tools.records.forget(made.key);
  return refuseFinished();
}

/** Nobody will come back to our own redirect URI. */
async function withdraw(tools: Tools, { key, record }: Request): Promise<void> {
  await tools.records.forget(key);
  await tools.userAgent.release(record.redirectUri);
}

// OAuth 2.1 draft 13 §4.1.1, RFC 7636 §4.3, RFC 8707 §2. `set` leaves each parameter in there once, whatever
// the endpoint's own query brought along (A05).
function authorizationUrl(
  input: Input,
  fresh: {
    readonly state: string;
    readonly challenge: string;
    readonly prompt: string | undefined;
    readonly jkt: string | undefined;
    /** The host's own. None of them is one of ours. */
    readonly further: Readonly<Record<string, string>>;
  },
): string {
  const url = new URL(input.server.authorizationEndpoint ?? '');
  const params: Record<string, string> = {
    ...fresh.further,
    response_type: 'code',
    client_id: input.registration.clientId,
    redirect_uri: input.redirectUri,
    code_challenge: fresh.challenge,
    code_challenge_method: 'S256',
    state: fresh.state,
    ...resourceParameter(input.resource),
    ...(fresh.prompt !== undefined && { prompt: fresh.prompt }),
    ...(fresh.jkt !== undefined && { dpop_jkt: fresh.jkt }),
  };
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  for (const name of ['scope', 'resource', 'prompt', 'dpop_jkt'])
    if (!(name in params)) url.searchParams.delete(name);
  if (input.scopes.length > 0) url.searchParams.set('scope', input.scopes.join(' '));
  if (url.href.length <= MAX_URL) return url.href;
  throw new AuthError(
    failure(
      'authorization_refused',
      'authorizing',
      `The authorization request for ${input.server.issuer} would be too long to open; nothing was sent, ask for fewer scopes with policy.scopeCeiling.`,
      { issuer: input.server.issuer },
    ),
  );
}

// The authorization endpoint of a server: it judges the request, asks the person, and sends their browser back.
import { type Incoming, mistake, Refused, type Reply, refuse, refusePage, single } from '../answers.ts';
import type { KnownClient, ServerState, WorldState } from '../ledger.ts';
import type { Decided } from '../person.ts';
import { findClient, isRegistered, unknownClient } from './authentication.ts';
import { CODE_LIFETIME, grantOf, requestedScopes, resourceOf } from './grants.ts';
import type { ResourceState } from './resource.ts';

/** A request that was judged. */
interface Judged {
  readonly resource: ResourceState;
  readonly scopes: readonly string[];
  readonly challenge: string;
}

/** Where an answer goes, and to whom. */
interface Back {
  readonly client: KnownClient;
  readonly redirectUri: string;
}

/** Answers when the person has decided. @see OAuth 2.1 draft 13 §4.1 */
export async function authorize(state: WorldState, server: ServerState, request: Incoming): Promise<Reply> {
  if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  const query = request.url.searchParams;
  const back = clientBehind(state, server, query);
  const leadBack = (members: Readonly<Record<string, string>>): Reply =>
    redirect(server, query, back, members);
  try {
    const judged = judge(state, server, query, back.client);
    const asking = { server: server.name, client: back.client.name, scopes: judged.scopes };
    const decided = await state.ask(asking, request.signal);
    if (decided.decision === 'leaves')
      return { status: 200, page: `${server.name} asks: may ${asking.client} go on?` };
    if (decided.decision === 'denies') return leadBack({ error: 'access_denied' });
    return leadBack({ code: codeFor(state, server, back, judged, decided) });
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    const { refusal, json } = thrown.reply;
    const { error, error_description } = json as Record<string, string>;
    const reply = leadBack({ error: error ?? '', error_description: error_description ?? '' });
    return { ...reply, ...(refusal && { refusal }) };
  }
}

/** Before these two are known, nobody is sent anywhere. @see RFC 6749 §4.1.2.1 */
function clientBehind(state: WorldState, server: ServerState, query: URLSearchParams): Back {
  const one = (name: string): string | undefined => {
    const values = query.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  };
  const clientId = one('client_id') ?? refusePage(mistake('There is no client_id, or more than one.'));
  const client = findClient(state, server, clientId) ?? refusePage(unknownClient(state, server, clientId));
  const redirectUri =
    one('redirect_uri') ?? refusePage(mistake('There is no redirect_uri, or more than one.'));
  if (!isRegistered(client, redirectUri)) refusePage(mistake('The redirect_uri was not registered.'));
  return { client, redirectUri };
}

function judge(state: WorldState, server: ServerState, query: URLSearchParams, client: KnownClient): Judged {
  if (single(query, 'response_type') !== 'code')
    refuse('unsupported_response_type', mistake('response_type is not "code".'));
  if (!client.grantTypes.includes('authorization_code'))
    refuse('unauthorized_client', mistake('The client is not registered for authorization_code.'));
  const challenge = single(query, 'code_challenge');
  if (challenge === undefined)
    return refuse('invalid_request', mistake('There is no code_challenge (PKCE).'));
  if (single(query, 'code_challenge_method') !== 'S256')
    refuse('invalid_request', mistake('code_challenge_method is not "S256".'));
  if (!/^[\w-]{43}$/.test(challenge))
    refuse('invalid_request', mistake('code_challenge is no S256 challenge.'));
  const resource = resourceOf(state, server, query);
  return { resource, scopes: requestedScopes(state, resource, query), challenge };
}

function codeFor(
  state: WorldState,
  server: ServerState,
  { client, redirectUri }: Back,
  { resource, scopes, challenge }: Judged,
  decided: Decided,
): string {
  const allowed = decided.scopes ? scopes.filter((scope) => decided.scopes?.includes(scope)) : scopes;
  const code = state.secrets.issue('code', server.name);
  const expiresAt = state.clock.now() + CODE_LIFETIME;
  const grant = grantOf(server, client, resource, allowed);
  server.codes.set(code, { grant, redirectUri, challenge, expiresAt, isSpent: false });
  return code;
}

/** @see RFC 6749 §4.1.2, RFC 9207 §2 */
function redirect(
  server: ServerState,
  query: URLSearchParams,
  { redirectUri }: Back,
  members: Readonly<Record<string, string>>,
): Reply {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(members)) location.searchParams.set(name, value);
  const given = query.get('state');
  if (given !== null) location.searchParams.set('state', given);
  if (server.options.sendsIssuer !== false) location.searchParams.set('iss', server.issuer);
  return { status: 302, headers: { location: location.href } };
}

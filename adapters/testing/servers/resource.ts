// A protected resource of a test world: its metadata, its challenges, and whom it lets in.
import { expected, type Incoming, mistake, type Refusal, type Reply } from '../answers.ts';
import type { WorldState } from '../ledger.ts';
import type { Step, TestRequest } from '../record.ts';

/** Scopes that some requests need beside those that all need. */
interface ScopeRule {
  readonly scopes: readonly string[];
  readonly when: (request: TestRequest) => boolean;
}

/** A protected resource. */
export interface ResourceState {
  readonly name: string;
  readonly origin: string;
  readonly url: string;
  /** Names of the servers whose tokens it takes. */
  servers: readonly string[];
  /** All that were ever named. */
  readonly hadServers: Set<string>;
  readonly scopes: readonly string[];
  /** What each request needs. */
  readonly needs: readonly string[];
  readonly rules: ScopeRule[];
  readonly serve: ((request: TestRequest) => Response | Promise<Response>) | undefined;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The path of the metadata. @see RFC 9728 §3.1 */
const metadataPath = ({ url }: ResourceState): string =>
  WELL_KNOWN + new URL(url).pathname.replace(/\/$/, '');

/** Which step of a login a request to this resource is; nothing when it has no such address. */
export function stepOfResource(resource: ResourceState, { pathname }: URL): Step | undefined {
  if (pathname === metadataPath(resource)) return 'resource-metadata';
  return pathname === new URL(resource.url).pathname ? 'call' : undefined;
}

/** Why a resource lets nobody in, and how it says so; or that it lets them in. */
export function answerAsResource(
  state: WorldState,
  resource: ResourceState,
  step: Step | undefined,
  request: Incoming,
  seen: TestRequest,
): Reply | 'allowed' {
  if (step === 'resource-metadata') return { status: 200, json: resourceMetadataOf(state, resource) };
  if (step === undefined)
    return { status: 404, refusal: expected(`${resource.name} has nothing at this address.`) };
  if (request.url.searchParams.has('access_token'))
    return challenge(
      resource,
      400,
      'invalid_request',
      mistake('The token is in the URL, where others can read it.'),
    );
  const header = request.headers['authorization'];
  if (header === undefined) return challenge(resource, 401, undefined, expected('No token was sent.'));
  const value = /^Bearer ([\w\-.~+/]+=*)$/i.exec(header)?.[1];
  if (value === undefined)
    return challenge(
      resource,
      401,
      'invalid_request',
      mistake('The Authorization header has no Bearer token.'),
    );
  const refusal = tokenRefusal(state, resource, value);
  if (refusal) return challenge(resource, 401, 'invalid_token', refusal);
  const needed = neededScopes(resource, seen);
  const scopes = state.accessTokens.get(value)?.scopes ?? [];
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) return 'allowed';
  const reason = `The token lacks ${missing.join(' ')}.`;
  return challenge(resource, 403, 'insufficient_scope', expected(reason), needed);
}

/** What a resource says of itself. @see RFC 9728 §2 */
function resourceMetadataOf(state: WorldState, resource: ResourceState): Record<string, unknown> {
  return {
    resource: resource.url,
    authorization_servers: resource.servers.map((name) => state.servers.get(name)?.issuer),
    scopes_supported: resource.scopes,
    bearer_methods_supported: ['header'],
  };
}

function neededScopes({ needs, rules }: ResourceState, request: TestRequest): readonly string[] {
  const further = rules.filter(({ when }) => when(request)).flatMap(({ scopes }) => scopes);
  return [...new Set([...needs, ...further])];
}

/** @see RFC 6750 §3, RFC 9728 §5.1 */
function challenge(
  resource: ResourceState,
  status: number,
  error: string | undefined,
  refusal: Refusal,
  scopes: readonly string[] = resource.needs,
): Reply {
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(scopes.length === 0 ? [] : [`scope="${scopes.join(' ')}"`]),
    `resource_metadata="${resource.origin}${metadataPath(resource)}"`,
  ];
  return { status, headers: { 'www-authenticate': `Bearer ${parts.join(', ')}` }, refusal };
}

/** Why a token does not work here; nothing when it does. */
function tokenRefusal(state: WorldState, resource: ResourceState, value: string): Refusal | undefined {
  const token = state.accessTokens.get(value);
  if (!token) {
    const isOther = [...state.servers.values()].some(({ refreshTokens }) => refreshTokens.has(value));
    return mistake(isOther ? 'A refresh token was sent to a resource.' : 'The token is not known.');
  }
  const { grant } = token;
  if (grant.resource !== resource.url)
    return mistake(`The token is for another resource than ${resource.name}.`);
  if (!resource.servers.includes(grant.server))
    return expected(`The token is of ${grant.server}, and ${resource.name} has moved.`);
  if (grant.isRevoked) return expected('The grant was revoked.');
  if (token.expiresAt <= state.clock.now()) return expected('The token has expired.');
  return undefined;
}

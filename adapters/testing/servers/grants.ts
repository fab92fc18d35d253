// What servers issue: grants, and the tokens of them.
import { mistake, notStored, type Reply, refuse, scopesOf, single } from '../answers.ts';
import type { KnownClient, ServerState, TestGrant, WorldState } from '../ledger.ts';
import type { ResourceState } from './resource.ts';

/** How long a code works, in milliseconds. @see RFC 6749 §4.1.2 */
export const CODE_LIFETIME = 60_000;

/**
 * The resource that a request names.
 * @throws Refused `invalid_target` when it is missing, or none that this server issues tokens for. @see RFC 8707 §2
 */
export function resourceOf(
  state: WorldState,
  server: ServerState,
  parameters: URLSearchParams,
): ResourceState {
  const named = single(parameters, 'resource');
  const served = [...state.resources.values()].filter(({ hadServers }) => hadServers.has(server.name));
  if (named === undefined) {
    const [first] = served;
    if (server.options.requiresResource === false && first) return first;
    return refuse('invalid_target', mistake('No resource was sent, which MCP asks of every client.'));
  }
  const found = served.find(({ url }) => url === named || new URL(url).href === named);
  return (
    found ??
    refuse('invalid_target', mistake(`${server.name} issues no tokens for the resource that was sent.`))
  );
}

/** The scopes that a request names; those of the resource when it names none. @throws Refused `invalid_scope` */
export function requestedScopes(
  state: WorldState,
  resource: ResourceState,
  parameters: URLSearchParams,
): readonly string[] {
  const scopes = scopesOf(single(parameters, 'scope'));
  const stranger = scopes.find((scope) => !state.plan.scopes.includes(scope));
  if (stranger !== undefined) refuse('invalid_scope', mistake(`No server knows the scope "${stranger}".`));
  return scopes.length > 0 ? scopes : resource.needs;
}

/** A grant that somebody has allowed now. */
export function grantOf(
  server: ServerState,
  client: KnownClient,
  resource: ResourceState,
  scopes: readonly string[],
): TestGrant {
  return { server: server.name, clientId: client.clientId, resource: resource.url, scopes, isRevoked: false };
}

/** Issues an access token, and a refresh token where one belongs to it. @see RFC 6749 §5.1 */
export function issue(
  state: WorldState,
  server: ServerState,
  grant: TestGrant,
  {
    scopes = grant.scopes,
    refreshable,
  }: { readonly scopes?: readonly string[]; readonly refreshable: boolean },
): Reply {
  const { secrets, plan, clock } = state;
  const place = [...state.resources.values()].find(({ url }) => url === grant.resource)?.name;
  const token = secrets.issue('access token', server.name, ...(place === undefined ? [] : [place]));
  state.accessTokens.set(token, { grant, scopes, expiresAt: clock.now() + plan.accessTokenLifetime });
  const refresh = refreshable ? secrets.issue('refresh token', server.name) : undefined;
  if (refresh !== undefined) server.refreshTokens.set(refresh, { grant, isSpent: false });
  const json = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: Math.floor(plan.accessTokenLifetime / 1000),
    ...(refresh !== undefined && { refresh_token: refresh }),
    scope: scopes.join(' '),
  };
  return { status: 200, headers: notStored, json };
}

/** Whether a client gets refresh tokens here. */
export const isRefreshable = ({ options }: ServerState, client: KnownClient): boolean =>
  options.refreshTokens !== 'none' && client.grantTypes.includes('refresh_token');

/** The S256 challenge of a verifier. @see RFC 7636 §4.2 */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const binary = String.fromCharCode(...new Uint8Array(digest));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

// What a test does to a world while a client is at work: tokens end, resources move, servers forget and go down.
import { invalid, list, must } from '../../protocol/options.ts';
import type { ServerState, WorldState } from './ledger.ts';
import type { TestRequest } from './record.ts';
import type { ResourceState } from './servers/resource.ts';

/** How a server or resource is down. */
export interface Outage {
  /** The status that it answers everything with, such as 503. Default: it cannot be reached. */
  readonly status?: number;
  /** `Retry-After` of these answers, in seconds. Default: none. */
  readonly retryAfter?: number;
}

/** The tricks by name. A name that this world does not have is refused with `config_invalid`. */
export interface Tricks {
  /** Access tokens that were issued so far have expired. Refresh tokens still work. @param by a server. Default: all. */
  expireAccessTokens(by?: string): void;
  /** A person takes back what they allowed: access and refresh tokens that were issued so far are refused. @param by a server. Default: all. */
  revokeGrants(by?: string): void;
  /** A resource names another server, and takes the tokens of no other. @param resource its name. Default: the first one. */
  moveResource(server: string, resource?: string): void;
  /**
   * A resource needs more scopes: it answers 403 with a challenge until the token has them.
   * @param options `when`: which requests need them. Default: all. `at`: the name of the resource. Default: the first one.
   */
  askForScopes(
    scopes: readonly string[],
    options?: { readonly when?: (request: TestRequest) => boolean; readonly at?: string },
  ): void;
  /** Clients that have registered themselves so far are not known any more. @param by a server. Default: all. */
  forgetClients(by?: string): void;
  /** A server or resource is down until `comeBack`. */
  goDown(name: string, outage?: Outage): void;
  /** A server or resource that was down works again. */
  comeBack(name: string): void;
  /** A client has published this document about itself; its client id is the URL. @see draft-ietf-oauth-client-id-metadata-document-00 */
  publish(url: string, document: Readonly<Record<string, unknown>>): void;
}

/** @param outages of those that are down, by name. */
export function tricksOf(state: WorldState, outages: Map<string, Outage>): Tricks {
  const serversBy = (name: string | undefined): readonly ServerState[] =>
    name === undefined ? [...state.servers.values()] : [member(state.servers, name, 'server')];
  const isBy = (grant: { readonly server: string }, by: string | undefined) =>
    by === undefined || grant.server === by;
  return {
    expireAccessTokens(by) {
      serversBy(by);
      for (const token of state.accessTokens.values()) if (isBy(token.grant, by)) token.expiresAt = 0;
    },
    revokeGrants(by) {
      for (const { refreshTokens } of serversBy(by))
        for (const { grant } of refreshTokens.values()) grant.isRevoked = true;
      for (const { grant } of state.accessTokens.values()) if (isBy(grant, by)) grant.isRevoked = true;
    },
    moveResource(server, name) {
      const resource = resourceBy(state, name);
      member(state.servers, server, 'server');
      resource.servers = [server];
      resource.hadServers.add(server);
    },
    askForScopes(scopes, { when = () => true, at } = {}) {
      list(
        'scopes',
        must(`one of ${state.plan.scopes.join(', ')}`, (one) => state.plan.scopes.includes(String(one))),
      )(scopes, 'scopes');
      resourceBy(state, at).rules.push({ scopes, when });
    },
    forgetClients(by) {
      for (const { clients, forgotten } of serversBy(by))
        for (const [id, { registrationToken }] of clients)
          if (registrationToken !== undefined && clients.delete(id)) forgotten.add(id);
    },
    goDown(name, outage = {}) {
      place(state, name);
      outages.set(name, outage);
    },
    comeBack(name) {
      place(state, name);
      outages.delete(name);
    },
    publish(url, document) {
      state.published.set(url, document);
    },
  };
}

/** Judges the name of a server or resource. @throws AuthError `config_invalid` */
export function place(state: Pick<WorldState, 'servers' | 'resources'>, name: unknown): void {
  const names = [...state.resources.keys(), ...state.servers.keys()];
  if (!names.some((one) => one === name))
    invalid(`No server or resource of this world has this name; there are ${names.join(', ')}.`);
}

function resourceBy({ resources }: WorldState, name: string | undefined): ResourceState {
  return member(resources, name ?? [...resources.keys()][0] ?? '', 'resource');
}

function member<Of>(all: ReadonlyMap<string, Of>, name: string, what: string): Of {
  return (
    all.get(name) ??
    invalid(`No ${what} of this world has this name; there are ${[...all.keys()].join(', ')}.`)
  );
}

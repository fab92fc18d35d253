// The playground: two authorization servers and an MCP server on loopback, in one process.
import {
  type AuthorizationServer,
  createAuthorizationServer,
  type PreRegistered,
} from './authorizationServer.ts';
import { CLIENT_METADATA_URL } from './clientMetadata.ts';
import { type Exchange, type Place, recordExchanges } from './exchanges.ts';
import { type Loopback, listen } from './loopback.ts';
import { createResourceServer, resourceAt } from './resourceServer.ts';

export { describeExchange, type Exchange } from './exchanges.ts';

/** Which of the two authorization servers. */
type ServerName = 'a' | 'b';

/** An authorization server as a client, or an administrator, knows it. */
export interface PlaygroundServer {
  /** Name that a person sees on the consent page. */
  readonly name: string;
  readonly issuer: string;
  /** A confidential client known here and nowhere else; `client_secret_basic`, any port of `http://127.0.0.1/callback`. */
  readonly preRegistered: PreRegistered;
  /** Dynamic registrations so far. */
  readonly registrations: number;
}

/** Options of {@link startPlayground}. */
export interface PlaygroundOptions {
  /** How long an access token is good, in seconds; 300 unless told. */
  readonly accessTokenSeconds?: number;
  /** Called with each exchange as it is recorded. It holds secrets: see {@link Exchange}. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** A running world, and the hands to change it. */
export interface Playground {
  /** The MCP endpoint, which is also the identifier of the resource. */
  readonly resource: string;
  /** The origin of the MCP server. */
  readonly origin: string;
  readonly a: PlaygroundServer;
  readonly b: PlaygroundServer;
  /** A client identifier that both servers accept. */
  readonly clientMetadataUrl: string;
  /**
   * Every request that the three servers received, in the order in which the answers were complete. It holds
   * secrets, and is never printed. The resource's own look-ups of keys are among them, with the user agent
   * `playground-resource`.
   */
  readonly exchanges: readonly Exchange[];
  forgetExchanges(): void;
  /** The resource leaves its authorization server for this one: other metadata, and only its tokens count. */
  moveTo(server: ServerName): void;
  /** Every access token issued up to now is refused by the resource from now on; refresh tokens work. */
  expireAccessTokens(): void;
  /** Every grant made up to now is gone at both servers: no refresh, and no access token, works any more. */
  revokeGrants(): void;
  /** The next consent without a browser is denied, at whichever server it is asked. */
  denyNextConsent(): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/** Characters that a client must encode before it puts them into a Basic header (RFC 6749 §2.3.1). */
const AWKWARD_SECRET = 'a+b/c:d%25e f';

/** Starts the three servers on free ports of 127.0.0.1. */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const [atResource, atA, atB] = await Promise.all([listen(), listen(), listen()]);
  const exchanges: Exchange[] = [];
  let denials = 0;
  const shared = {
    resource: resourceAt(atResource.origin),
    accessTokenSeconds: options.accessTokenSeconds ?? 300,
    deniesNext: () => denials > 0 && denials-- > 0,
  };
  const plans = {
    a: { ...shared, ...planOf('a', 'Aspen Accounts'), issuer: atA.origin },
    b: { ...shared, ...planOf('b', 'Birch Accounts'), issuer: atB.origin },
  };
  const a = await createAuthorizationServer(plans.a);
  const b = await createAuthorizationServer(plans.b);
  let current = a;
  const resource = createResourceServer(atResource.origin, () => current);

  function serve(at: Place, loopback: Loopback, listener: AuthorizationServer['listener']): void {
    const keep = (exchange: Exchange) => {
      exchanges.push(exchange);
      options.onExchange?.(exchange);
    };
    loopback.answer(recordExchanges(at, listener, keep));
  }
  serve('resource', atResource, resource.listener);
  serve('a', atA, a.listener);
  serve('b', atB, b.listener);

  return {
    resource: shared.resource,
    origin: atResource.origin,
    a: publicView(plans.a, a),
    b: publicView(plans.b, b),
    clientMetadataUrl: CLIENT_METADATA_URL,
    exchanges,
    forgetExchanges: () => void exchanges.splice(0),
    moveTo(server) {
      current = server === 'a' ? a : b;
    },
    expireAccessTokens() {
      a.ledger.dropAll();
      b.ledger.dropAll();
    },
    revokeGrants() {
      a.revokeGrants();
      b.revokeGrants();
    },
    denyNextConsent() {
      denials = 1;
    },
    async close() {
      await resource.close();
      await Promise.all([atResource.close(), atA.close(), atB.close()]);
    },
  };
}

function planOf(key: ServerName, name: string) {
  return { name, preRegistered: { clientId: `pre-registered-${key}`, clientSecret: AWKWARD_SECRET } };
}

function publicView(
  plan: Pick<PlaygroundServer, 'name' | 'issuer' | 'preRegistered'>,
  server: AuthorizationServer,
): PlaygroundServer {
  return {
    name: plan.name,
    issuer: plan.issuer,
    preRegistered: plan.preRegistered,
    get registrations() {
      return server.registrations();
    },
  };
}

// The playground: two authorization servers and an MCP server on loopback, in one process.
import { type AuthorizationServer, createAuthorizationServer } from './authorizationServer.ts';
import { CLIENT_METADATA_URL } from './clientMetadata.ts';
import { createClients, type ServerClients } from './clients.ts';
import { type Exchange, type Place, recordExchanges } from './exchanges.ts';
import type { DpopMode } from './gate.ts';
import { type Loopback, listen } from './loopback.ts';
import type { Decision } from './person.ts';
import { createResourceServer, resourceAt } from './resourceServer.ts';

export { describeExchange, type Exchange } from './exchanges.ts';

/** Where `npm run playground` has its resource; the sample of the README goes there. */
export const PORT = 9728;

/** Which of the two authorization servers. */
type ServerName = 'a' | 'b';

/** An authorization server as a client, or an administrator, knows it, with the clients known there and nowhere else. */
export interface PlaygroundServer extends ServerClients {
  /** Name that a person sees on the consent page. */
  readonly name: string;
  readonly issuer: string;
  /** Dynamic registrations so far. */
  readonly registrations: number;
}

/** Options of {@link startPlayground}. */
export interface PlaygroundOptions {
  /** Where the resource listens; any port that is free unless told. */
  readonly port?: number;
  /** How long an access token is good, in seconds; 300 unless told. */
  readonly accessTokenSeconds?: number;
  /** Both servers refuse an authorization request that was not pushed (RFC 9126); false unless told. */
  readonly requirePushedAuthorization?: boolean;
  /** `off` unless told. */
  readonly dpop?: DpopMode;
  /** The `interval` that a device is told, in seconds; unless told, the answer has none, which means 5 (RFC 8628 §3.2). */
  readonly devicePollSeconds?: number;
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
  /**
   * The person types this code at the server that gave it out, and allows what the device asks for. Their requests
   * are recorded with the user agent `playground-person`.
   * @throws Error when no server knows the code, or does not take it any more.
   */
  approveDevice(userCode: string): Promise<void>;
  /** The same, except that the person says no. */
  denyDevice(userCode: string): Promise<void>;
  /** No nonce handed out up to now, by a server or the resource, is good any more. Matters with `dpop: 'nonces'`. */
  rotateNonces(): void;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

/**
 * Starts the three servers on 127.0.0.1: the resource at the given port, the others on free ones.
 * @throws an error of the system with code `EADDRINUSE` when the port is taken.
 */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  // First: nothing is left open when its port is taken.
  const atResource = await listen(options.port);
  const [atA, atB] = await Promise.all([listen(), listen()]);
  const exchanges: Exchange[] = [];
  let denials = 0;
  const shared = {
    resource: resourceAt(atResource.origin),
    accessTokenSeconds: options.accessTokenSeconds ?? 300,
    requirePushedAuthorization: options.requirePushedAuthorization ?? false,
    dpop: options.dpop ?? 'off',
    devicePollSeconds: options.devicePollSeconds,
    deniesNext: () => denials > 0 && denials-- > 0,
  };
  const plans = {
    a: { ...shared, name: 'Aspen Accounts', clients: await createClients('a'), issuer: atA.origin },
    b: { ...shared, name: 'Birch Accounts', clients: await createClients('b'), issuer: atB.origin },
  };
  const a = await createAuthorizationServer(plans.a);
  const b = await createAuthorizationServer(plans.b);
  let current = a;
  const resource = createResourceServer(atResource.origin, () => current, shared.dpop);

  async function decideDevice(userCode: string, decision: Decision): Promise<void> {
    const server = [a, b].find((one) => one.hasUserCode(userCode));
    if (server === undefined) throw new Error('no server gave out this user code');
    await server.decideDevice(userCode, decision);
  }

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
    approveDevice: (userCode) => decideDevice(userCode, 'allow'),
    denyDevice: (userCode) => decideDevice(userCode, 'deny'),
    rotateNonces() {
      for (const one of [a, b, resource]) one.rotateNonces();
    },
    async close() {
      await resource.close();
      await Promise.all([atResource.close(), atA.close(), atB.close()]);
    },
  };
}

function publicView(
  plan: { readonly name: string; readonly issuer: string; readonly clients: ServerClients },
  server: AuthorizationServer,
): PlaygroundServer {
  return {
    name: plan.name,
    issuer: plan.issuer,
    ...plan.clients,
    get registrations() {
      return server.registrations();
    },
  };
}

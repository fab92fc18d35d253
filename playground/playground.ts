// The playground: two authorization servers and an MCP server on loopback, in one process.

import type { DpopMode } from './accessCheck.ts';
import { type AuthorizationServer, createAuthorizationServer } from './authorizationServer.ts';
import { CLIENT_METADATA_URL } from './clientMetadata.ts';
import { createClients, type ServerClients } from './clients.ts';
import { openToPages } from './cors.ts';
import { type Exchange, type Place, recordExchanges } from './exchanges.ts';
import { type Loopback, listen } from './loopback.ts';
import type { Decision } from './person.ts';
import { ROUTES } from './policies.ts';
import { createResourceServer, resourceAt } from './resourceServer.ts';

export { describeExchange, type Exchange } from './exchanges.ts';

/** Where `npm run playground` has its resource; the sample of the README goes there. */
export const PORT = 9728;

/** Which of the two authorization servers. */
type ServerName = 'a' | 'b';

/** An authorization server of the playground, with the clients that only it knows. */
export interface PlaygroundServer extends ServerClients {
  /** The name on the consent page. */
  readonly name: string;
  readonly issuer: string;
  /** Dynamic registrations so far. */
  readonly registrations: number;
}

/** Options of {@link startPlayground}. */
export interface PlaygroundOptions {
  /** The port of the resource. Default: any that is free. */
  readonly port?: number;
  /** How long an access token is valid, in seconds. Default 300. */
  readonly accessTokenSeconds?: number;
  /** Both servers refuse an authorization request that was not pushed (RFC 9126). Default false. */
  readonly requirePushedAuthorization?: boolean;
  /** DPoP at the resource and both servers. Default `off`. */
  readonly dpop?: DpopMode;
  /** The `interval` in the answer to a device, in seconds. Default: none, which means 5 (RFC 8628 §3.2). */
  readonly devicePollSeconds?: number;
  /** Called with each exchange as it is recorded. It holds secrets: see {@link Exchange}. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** Three running servers, and functions to change how they behave. */
export interface Playground {
  /** The MCP endpoint, which is also the identifier of the resource. */
  readonly resource: string;
  /** The origin of the MCP server. */
  readonly origin: string;
  readonly a: PlaygroundServer;
  readonly b: PlaygroundServer;
  /** A client id that both servers accept: the URL of a metadata document. */
  readonly clientMetadataUrl: string;
  /**
   * Every request that the three servers received, in the order of their answers. They hold secrets: do not print them.
   * The requests of the resource for keys are among them, with the user agent `playground-resource`.
   */
  readonly exchanges: readonly Exchange[];
  /** Removes all recorded exchanges. */
  forgetExchanges(): void;
  /** Changes the authorization server of the resource: its metadata names this one, and only its tokens are accepted. */
  moveTo(server: ServerName): void;
  /** Makes the resource refuse all access tokens so far. Refresh tokens still work. */
  expireAccessTokens(): void;
  /** Revokes all grants so far at both servers: their refresh tokens and access tokens do not work any more. */
  revokeGrants(): void;
  /** Denies the next consent without a browser, at either server. */
  denyNextConsent(): void;
  /**
   * Types this code at the server that issued it, and allows the request of the device. These requests have the user
   * agent `playground-person`.
   * @throws Error when no server knows the code, or the code is expired or used.
   */
  approveDevice(userCode: string): Promise<void>;
  /** The same, but denies the request of the device. */
  denyDevice(userCode: string): Promise<void>;
  /** Makes all nonces so far invalid, at the servers and the resource. For `dpop: 'nonces'`. */
  rotateNonces(): void;
  /** Closes the servers, and all connections at once. */
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
    if (server === undefined) throw new Error('no server has issued this user code');
    await server.decideDevice(userCode, decision);
  }

  function serve(at: Place, loopback: Loopback, listener: AuthorizationServer['listener']): void {
    const keep = (exchange: Exchange) => {
      exchanges.push(exchange);
      options.onExchange?.(exchange);
    };
    loopback.answer(recordExchanges(at, listener, keep));
  }
  // oidc-provider opens its other endpoints to pages by itself.
  const isRegistration = (path: string): boolean => path.split('/')[1] === ROUTES.registration.slice(1);
  serve(
    'resource',
    atResource,
    openToPages(resource.listener, () => true),
  );
  serve('a', atA, openToPages(a.listener, isRegistration));
  serve('b', atB, openToPages(b.listener, isRegistration));

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
      a.validTokens.dropAll();
      b.validTokens.dropAll();
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

// Where names lead to: asked of the system before the door connects, and of whoever connects for it (D04, D05).
import { AuthError, type Phase } from '../../contract/errors.ts';
import { resolvedFailure } from '../../protocol/connection.ts';
import { type Reach, reachOf, reachOfAddress, reachReason } from '../../protocol/reach.ts';

/** A `fetch` that resolves names itself finds here for which resource it does: see `nodeFetch`. */
export const resourceKey: unique symbol = Symbol.for('authchart.resource');

/** What the door says to the `fetch` that it uses. Platforms ignore it. */
export interface NamedRequestInit extends RequestInit {
  /** The resource that named the address. Absent: the host named it itself. */
  readonly [resourceKey]?: string;
}

/** The IP addresses of a host. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** Where a resource is: where its name says, or where all of its addresses are, when the name says nothing. */
export async function resolvedReach(resource: string, resolve: Resolve): Promise<Reach> {
  const url = new URL(resource);
  const reach = reachOf(url);
  if (reach !== 'public') return reach;
  const found = await resolve(url.hostname).catch(() => []);
  // One public address is enough: whoever can be reached from anywhere speaks for no private network.
  const [first = 'public', ...others] = found.map(reachOfAddress);
  return others.every((other) => other === first) ? first : 'public';
}

/** Why an address of a host may not be asked for a resource that is here; nothing when all of them may. */
export function resolvedReason(resource: Reach, addresses: readonly string[]): string | undefined {
  return addresses
    .map((address) => reachReason(resource, reachOfAddress(address)))
    .find((one) => one !== undefined);
}

/**
 * Refuses a public name that leads to an address which the resource may not name. One that cannot be resolved cannot be
 * reached either: the request will say so.
 * @throws AuthError `address_refused`
 */
export async function refuseResolved(
  url: URL,
  resource: string,
  phase: Phase,
  resolve: Resolve,
): Promise<void> {
  if (reachOf(url) !== 'public') return;
  const [addresses, reach] = await Promise.all([
    resolve(url.hostname).catch(() => []),
    resolvedReach(resource, resolve),
  ]);
  const reason = resolvedReason(reach, addresses);
  if (reason !== undefined) throw new AuthError(resolvedFailure(url.host, reason, phase));
}

/** The resolver of the system, where a program can ask it: in Node, but not in a browser. */
export function systemResolver(): Resolve | undefined {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  // Requests that a proxy makes are resolved by the proxy.
  if (process?.env?.['NODE_USE_ENV_PROXY']) return undefined;
  const dns = process?.getBuiltinModule?.('node:dns');
  if (!dns) return undefined;
  return async (hostname) => {
    const found = await dns.promises.lookup(hostname, { all: true });
    return found.map(({ address }) => address);
  };
}

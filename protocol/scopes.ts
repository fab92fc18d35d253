// Scope sets: ordered, without duplicates, only ever growing within a binding (SEP-2350).
import type { ResourceMetadata, ScopeLimits, ServerMetadata } from '../contract/facts.ts';

const OFFLINE_ACCESS = 'offline_access';

/** Everything of all sets, in the order of first appearance (STEP-2). */
export function union(...sets: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...new Set(sets.flatMap((set) => set ?? []))];
}

/** True when `whole` holds all of `part`. */
export function includesAll(whole: readonly string[], part: readonly string[]): boolean {
  return part.every((scope) => whole.includes(scope));
}

/** What of the first set is not in the second. */
export function without(scopes: readonly string[], others: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !others.includes(scope));
}

/** What the host lets be asked for (STEP-7). */
export function withinLimits(scopes: readonly string[], { floor, ceiling }: ScopeLimits): readonly string[] {
  return ceiling === null
    ? scopes
    : scopes.filter((scope) => ceiling.includes(scope) || floor.includes(scope));
}

/** Everything that has a say in which scopes are asked for. */
export interface ScopeSources {
  /** Requested or granted before, within this binding. */
  readonly accumulated: readonly string[];
  /** Named by the challenge: authoritative for the operation at hand (SCOPE-2). */
  readonly challenged: readonly string[] | undefined;
  /** Asked for by the host. */
  readonly wanted: readonly string[];
  readonly resource: Pick<ResourceMetadata, 'scopesSupported'> | undefined;
  readonly server: Pick<ServerMetadata, 'scopesSupported'>;
  readonly refreshWanted: boolean;
  readonly limits?: ScopeLimits;
}

/**
 * What to ask the authorization server for; empty means: send no `scope` at all.
 * The first time the challenge decides, else all that the resource lists (SCOPE-1);
 * later everything from before comes along (STEP-1).
 */
export function selectScopes(of: ScopeSources): readonly string[] {
  const known = union(of.accumulated, of.challenged);
  const { floor = [], ceiling = null } = of.limits ?? {};
  const all = union(known.length > 0 ? known : of.resource?.scopesSupported, of.wanted, floor);
  const basis = withinLimits(all, { floor, ceiling });
  // SCOPE-3. Alone it would replace the server's default scopes, so it only joins others.
  const offline = of.refreshWanted && basis.length > 0 && of.server.scopesSupported.includes(OFFLINE_ACCESS);
  // Also within the limits: some servers list it, and refuse it to most clients.
  return offline ? union(basis, withinLimits([OFFLINE_ACCESS], { floor, ceiling })) : basis;
}

/** Whether these scopes were requested or granted before. */
export function covers(
  grant: { readonly requested: readonly string[]; readonly granted: readonly string[] },
  scopes: readonly string[],
): boolean {
  return includesAll(union(grant.requested, grant.granted), scopes);
}

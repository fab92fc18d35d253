// What the chart asks for, of all that it knows: scopes to request and to register, and which grants are no news.
import type { ResourceMetadata } from '../contract/facts.ts';
import { selectScopes, union, withinLimits, without } from '../protocol/scopes.ts';
import type { AuthContext } from './context.ts';

/** The scopes that an authorization request asks for now (SCOPE-1, STEP-1). */
export function scopesToRequest(context: AuthContext): readonly string[] {
  return selectScopes({
    accumulated: accumulatedScopes(context),
    challenged: context.stepUp
      ? union(context.challenge?.scopes, context.stepUp.scopes)
      : context.challenge?.scopes,
    wanted: context.requestedLogin?.scopes ?? [],
    resource: context.resourceMetadata ?? undefined,
    server: context.server ?? { scopesSupported: [] },
    refreshWanted: context.strategy !== 'direct',
    limits: context.limits,
  });
}

/** The scopes of a step-up that was refused because a person has to allow it. */
export function scopesLeftOpen({ refusal }: AuthContext): readonly string[] {
  return refusal?.recovery === 'ask-user' ? (refusal.scopes ?? []) : [];
}

/** What the resource lists, the host allows, and the grant was neither asked nor granted for: where a challenge names no scope. */
export function listedBeyondGrant(
  { grant, limits }: AuthContext,
  { scopesSupported = [] }: Pick<ResourceMetadata, 'scopesSupported'>,
): readonly string[] {
  return without(withinLimits(scopesSupported, limits), union(grant?.requested, grant?.granted));
}

/**
 * What a client registers with: all that may be wanted of it at this server, so that its registration holds no later
 * step-up, and no other resource, to fewer scopes (REG-11).
 * @see RFC 7591 §2
 */
export function scopesToRegister(context: AuthContext): readonly string[] {
  const listed = union(context.resourceMetadata?.scopesSupported, context.server?.scopesSupported);
  return union(scopesToRequest(context), withinLimits(listed, context.limits));
}

/** Versions of all grants that the chart knows of: one that it does not know was got by a sibling. */
export function knownGrants({ grant, refused, foundGrant }: AuthContext): readonly string[] {
  return [grant?.version, refused?.version, foundGrant].filter((version) => typeof version === 'string');
}

/** What was requested and granted before, at this server. */
export function accumulatedScopes(context: AuthContext): readonly string[] {
  return union(context.binding?.scopes, context.grant?.requested, context.grant?.granted);
}

// Tells what a session knows and did: for `explain` of the session and of the command line.
import type { HostTools } from '../actors/tools/hostOptions.ts';
import type { Failure } from '../contract/errors.ts';
import type { PassedOver, RegistrationKind, SessionId } from '../contract/facts.ts';
import { placeOf } from '../protocol/text.ts';
import type { Progress } from './observe.ts';
import { relaxedChecks, relaxedChecksOf } from './relaxedChecks.ts';
import type { AuthSnapshot } from './sessionChart.ts';
import { activeStates, innermost } from './states.ts';

/** No secret is in here: facts of the chart, and lines of what was done. Times are ISO 8601. */
export interface Explanation {
  readonly session: SessionId;
  /** One sentence. */
  readonly summary: string;
  readonly states: readonly string[];
  /** Where the resource's metadata was found, and which servers it lists. */
  readonly resourceMetadata?: { readonly url: string; readonly authorizationServers: readonly string[] };
  readonly server?: {
    readonly issuer: string;
    readonly registration?: RegistrationKind;
    readonly clientId?: string;
  };
  /** The issuer that the resource is bound to. */
  readonly boundTo?: string;
  readonly passedOver: readonly PassedOver[];
  /** The other servers that the resource lists, and why none of them was chosen. */
  readonly notChosen: readonly { readonly issuer: string; readonly why: string }[];
  readonly grant?: {
    readonly issuer: string;
    readonly expiresAt?: string;
    readonly renewable: boolean;
    /** The token is bound to a key (DPoP). */
    readonly bound?: true;
    readonly requested: readonly string[];
    readonly granted: readonly string[];
  };
  /** Rules that the host has set aside. */
  readonly relaxed: readonly string[];
  readonly failure?: Failure;
  /** Why the last step-up was not made. */
  readonly refusal?: Failure;
  /** What was done, oldest first. */
  readonly steps: readonly Progress[];
}

/**
 * Explains a moment of a session.
 * @param steps what was done until then, oldest first.
 */
export function explain(
  snapshot: AuthSnapshot,
  { client, policy, now: clock }: Pick<HostTools, 'client' | 'policy' | 'now'>,
  steps: readonly Progress[],
): Explanation {
  const now = clock();
  const { context } = snapshot;
  const { resourceMetadata, server, registration, binding, grant } = context;
  // A picture of the moment: whoever changes it changes nothing else.
  return structuredClone({
    session: context.session,
    summary: summarise(snapshot, now),
    states: innermost(activeStates(snapshot)),
    ...(resourceMetadata && {
      resourceMetadata: {
        url: resourceMetadata.url,
        authorizationServers: resourceMetadata.authorizationServers,
      },
    }),
    ...(server && {
      server: {
        issuer: server.issuer,
        ...(registration && { registration: registration.kind, clientId: registration.clientId }),
      },
    }),
    ...(binding && { boundTo: binding.issuer }),
    passedOver: context.passedOver,
    notChosen: notChosen(context, policy.selectServer !== undefined),
    relaxed: [...relaxedChecks(client, policy), ...relaxedChecksOf(context.session.resource)],
    ...(grant && {
      grant: {
        issuer: grant.issuer,
        ...(grant.expiresAt !== undefined && { expiresAt: new Date(grant.expiresAt).toISOString() }),
        renewable: grant.renewable,
        ...(grant.bound && { bound: grant.bound }),
        requested: grant.requested,
        granted: grant.granted,
      },
    }),
    ...(context.failure && { failure: context.failure }),
    ...(context.refusal && { refusal: context.refusal }),
    steps,
  });
}

function summarise(snapshot: AuthSnapshot, now: number): string {
  const { grant, failure, session, server } = snapshot.context;
  if (snapshot.hasTag('needsUser'))
    return `A person has to finish the login at ${server?.issuer ?? 'the server'}.`;
  if (snapshot.hasTag('busy')) return `Something is under way for ${placeOf(session.resource)}.`;
  if (failure) return failure.message;
  if (!grant) return `Nobody is logged in at ${placeOf(session.resource)}.`;
  const scopes = grant.granted.length > 0 ? ` with ${grant.granted.join(' ')}` : '';
  return `Logged in at ${placeOf(session.resource)} by ${grant.issuer}${scopes}; ${lifeOf(grant.expiresAt, grant.renewable, now)}.`;
}

function lifeOf(expiresAt: number | undefined, renewable: boolean, now: number): string {
  const end = renewable ? 'is renewed when needed' : 'cannot be renewed';
  if (expiresAt === undefined) return `the server did not say for how long, and the grant ${end}`;
  const seconds = Math.round((expiresAt - now) / 1000);
  return seconds > 0 ? `the token lasts ${seconds} s more, and ${end}` : `the token has run out, and ${end}`;
}

/** @see RFC 9728 §7.6: the choice is the client's, so it has to be able to tell why. */
function notChosen(
  { resourceMetadata, server, binding, passedOver }: AuthSnapshot['context'],
  hostChooses: boolean,
): Explanation['notChosen'] {
  const others = (resourceMetadata?.authorizationServers ?? []).filter((issuer) => issuer !== server?.issuer);
  const isBound = binding !== null && binding.issuer === server?.issuer;
  const reason = isBound ? 'the resource is bound to the chosen one' : 'the chosen one is listed before it';
  return others.map((issuer) => {
    const passed = passedOver.find((one) => one.issuer === issuer);
    if (passed) return { issuer, why: `it could not be used: ${passed.code}` };
    return { issuer, why: hostChooses ? 'the host chose another' : reason };
  });
}

// Names a state of the walk by all that decides its future, and by nothing else: what makes the graph end.
import { safetyCodes } from '../../contract/errors.ts';
import { scopesLeftOpen } from '../../machines/requests.ts';
import type { Snapshot } from './step.ts';

type Context = Snapshot['context'];

/** Two snapshots with one name go on in the same way, whatever happens: the walk checks that, too. */
export function stateKey(snapshot: Snapshot): string {
  const { context, value } = snapshot;
  if (snapshot.matches('signingOut'))
    return JSON.stringify([
      value,
      context.strategy,
      context.limits.ceiling,
      context.grant !== null,
      context.signOut?.forget,
    ]);
  return JSON.stringify([
    value,
    asked(context),
    spent(context),
    held(snapshot),
    found(snapshot),
    isFailureAsked(snapshot) ? failureOf(context) : null,
    isPausing(context),
  ]);
}

const sorted = (scopes: readonly string[] | undefined): string | null =>
  scopes === undefined ? null : [...scopes].sort().join(' ');

/** What was asked for. */
function asked(context: Context): unknown {
  const { requestedLogin, challenge, stepUp, quiet, denied } = context;
  return [
    sorted(requestedLogin?.scopes),
    challenge && sorted(challenge.scopes ?? []),
    sorted(stepUp?.scopes),
    quiet,
    sorted(denied),
    sorted(scopesLeftOpen(context)),
  ];
}

/** What is left of the budgets: beyond its end, none counts further. */
function spent({ budget }: Context): unknown {
  const stepUps = Math.max(0, ...Object.values(budget.stepUps));
  return [
    Math.min(budget.authorizations, 2),
    Math.min(budget.renewals, 1),
    Math.min(budget.registrations, 1),
    Math.min(stepUps, 2),
    budget.renewedFor.length > 0,
  ];
}

/** What is held: the grant, and whose client made it. What nobody would look at before it is found anew is left out. */
function held(snapshot: Snapshot): unknown {
  const { grant, binding, registration, server, refused, at, ways, strategy, limits } = snapshot.context;
  const isLooked = grant !== null || snapshot.matches('authorizing') || snapshot.matches('registering');
  return [
    grant && [
      grant.issuer,
      grant.renewable,
      sorted(grant.requested),
      sorted(grant.granted),
      grant.refreshAt !== undefined && at >= grant.refreshAt,
    ],
    // Good again when its server is responsible again, also where no grant is held meanwhile.
    refused && [
      refused.version === grant?.version,
      refused.issuer,
      refused.issuer !== null && server?.issuer,
    ],
    isLooked && [
      binding && [binding.issuer, binding.kind, sorted(binding.scopes)],
      registration && [registration.issuer, registration.kind, registration.redirectUris],
      server && [
        server.issuer,
        server.authorizationEndpoint === undefined,
        server.requiresPush,
        server.acceptsMetadataDocuments,
      ],
      [ways.metadataDocument !== null, ways.dynamic],
    ],
    snapshot.matches('bindChecking') &&
      server && [
        server.issuer,
        server.authorizationEndpoint === undefined,
        server.requiresPush,
        server.acceptsMetadataDocuments,
      ],
    strategy,
    limits.ceiling,
  ];
}

/** What a flow has found on its way. */
function found(snapshot: Snapshot): unknown {
  const { candidate, resourceMetadata, passedOver, redirectUri, pending, presented } = snapshot.context;
  return [
    candidate && [candidate.issuer, candidate.isBound],
    mayChooseServer(snapshot) && [
      resourceMetadata?.authorizationServers,
      passedOver.map(({ issuer, code }) => [issuer, code]),
    ],
    redirectUri,
    pending && [pending.issuer, sorted(pending.requested)],
    presented !== null && presented === pending?.key,
  ];
}

/** Whether one of several servers may still be chosen, before anything is looked up anew. */
function mayChooseServer(snapshot: Snapshot): boolean {
  const isChoosing =
    snapshot.matches({ discovering: 'choosingServer' }) ||
    snapshot.matches({ discovering: 'fetchingServerMetadata' });
  const isToBind =
    snapshot.matches('bindChecking') || snapshot.matches({ authorized: { renewal: 'renewing' } });
  const listed = snapshot.context.resourceMetadata?.authorizationServers ?? [];
  return isChoosing || (isToBind && listed.length > 1);
}

/** Whether anybody may still ask what went wrong. */
function isFailureAsked(snapshot: Snapshot): boolean {
  return (
    snapshot.context.quiet ||
    snapshot.matches({ failed: 'resting' }) ||
    snapshot.matches({ authorizing: 'abandoning' })
  );
}

/** Whether a pause is under way that whoever comes back to a grant has to keep. */
function isPausing({ failure, retryAt, at }: Context): boolean {
  return failure?.recovery === 'retry-later' && retryAt !== undefined && retryAt > at;
}

function failureOf({ failure }: Context): unknown {
  return (
    failure && [
      failure.recovery,
      failure.phase === 'discovering',
      failure.code === 'interaction_required',
      failure.code === 'access_denied',
      failure.code === 'cancelled',
      safetyCodes.has(failure.code),
    ]
  );
}

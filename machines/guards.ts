// Predicates on what the chart knows; each answers one question that a branch of the chart asks.
import type { Failure } from '../contract/errors.ts';
import { safetyCodes } from '../contract/errors.ts';
import type { Grant, ResourceMetadata } from '../contract/facts.ts';
import type { Memory } from '../contract/work.ts';
import { includesAll, union, withinLimits } from '../protocol/scopes.ts';
import type { AuthContext, AuthEvent } from './context.ts';
import { listedBeyondGrant, scopesLeftOpen } from './requests.ts';

/** Authorizations without a request that the resource accepted in between. */
const MAX_AUTHORIZATIONS = 2;
/** Renewals in answer to a 401, without a request that the resource accepted in between (TOK-9). */
const MAX_RENEWALS = 1;
/** New registrations because a server did not know its client any more. */
const MAX_REGISTRATIONS = 1;
/** Step-ups for one operation (STEP-4). */
const MAX_STEP_UPS = 2;

interface Args {
  readonly context: AuthContext;
  readonly event: AuthEvent;
}

const requestedScopes = (grant: Grant): readonly string[] => union(grant.requested, grant.granted);

/** What is beyond the ceiling is never asked for, so a grant need not have it (STEP-7). */
const needed = ({ challenge, requestedLogin, stepUp, limits }: AuthContext): readonly string[] =>
  withinLimits(union(challenge?.scopes, requestedLogin?.scopes, stepUp?.scopes), limits);

const covers = (grant: Grant, context: AuthContext): boolean =>
  includesAll(requestedScopes(grant), needed(context));

/** The server has granted all that the resource asks for now. */
const holdsAll = ({ grant, stepUp }: AuthContext): boolean =>
  grant !== null && includesAll(grant.granted, stepUp?.scopes ?? []);

const isDue = (grant: Grant, at: number): boolean => grant.refreshAt !== undefined && at >= grant.refreshAt;

const isAccepted = (context: AuthContext): boolean =>
  context.grant !== null && context.grant.version !== context.refused?.version;

const mayInteract = (context: AuthContext): boolean =>
  context.requestedLogin !== null || (context.interaction === 'auto' && !context.quiet);

/** By a person, or by a challenge where the host lets it. */
const isAskedFor = (context: AuthContext): boolean =>
  context.requestedLogin !== null || (context.challenge !== null && mayInteract(context));

const isToBeShown = (context: AuthContext, found: { readonly became: string }): boolean =>
  found.became === 'ours' &&
  context.presented !== context.pending?.key &&
  context.budget.authorizations < MAX_AUTHORIZATIONS &&
  isAskedFor(context);

/** The conditions of arrows, by name: pure predicates over the context, the event, and what an actor reported. */
export const guards = {
  otherwise: () => true,

  // recovering
  isAnswered: (_: Args, memory: Memory) => memory.login?.answered === true,
  isUnderWay: (_: Args, memory: Memory) => memory.login !== null,
  /** A 403 for more scopes is met again by the grant that is about to be recalled: then it is weighed. */
  asksForLogin: ({ event }: Args) =>
    event.type === 'challenge.received' && (event.challenge.status === 401 || event.grantVersion === null),
  isCalledFor: ({ context }: Args) => context.requestedLogin !== null || context.challenge !== null,
  remembersGrant: (_: Args, memory: Memory) => memory.grant !== null,
  remembersFreshGrant: ({ context }: Args, memory: Memory) =>
    memory.grant !== null &&
    memory.grant.version !== context.refused?.version &&
    !isDue(memory.grant, memory.at) &&
    covers(memory.grant, { ...context, limits: memory.limits }),

  // discovering
  isChallenged: ({ context }: Args) => context.challenge !== null,
  hasCandidate: (_: Args, found: { readonly issuer: string | null }) => found.issuer !== null,
  /** Absent is dead; out of reach is dead too, unless this is where our grant is from (DISC-5, DISC-11). */
  canPassOver: ({ context }: Args, failure: Failure) =>
    (context.resourceMetadata?.authorizationServers.length ?? 0) > 1 &&
    (failure.code === 'server_metadata_absent' ||
      (failure.recovery === 'retry-later' && context.candidate?.isBound === false)),

  // bindChecking
  isWithoutIssuer: ({ context }: Args) => context.conflict.withoutIssuer,
  isBoundElsewhere: ({ context }: Args) => context.conflict.elsewhere !== null,
  canRegister: ({ context }: Args) => canRegister(context),
  /** No client id can be had here, and the resource lists other servers (DISC-5). */
  canLookFurther: ({ context }: Args) =>
    context.registration === null &&
    !canRegister(context) &&
    (context.resourceMetadata?.authorizationServers.length ?? 0) > 1,
  canRegisterForCode: ({ context }: Args) => context.strategy === 'code' && canRegister(context),

  // reusing
  isUsable: ({ context }: Args) =>
    context.grant !== null &&
    isAccepted(context) &&
    !isDue(context.grant, context.at) &&
    covers(context.grant, context),
  isRenewable: ({ context }: Args) =>
    context.grant?.renewable === true &&
    covers(context.grant, context) &&
    (isAccepted(context) || context.budget.renewals < MAX_RENEWALS),
  /** Where no person is needed, nobody has to be asked; a quiet look asks for nothing at all. */
  isInteractionBarred: ({ context }: Args) =>
    context.quiet || (context.strategy !== 'direct' && !mayInteract(context)),
  /** A login of the kind that the host is set up for needs an endpoint that the server does not have. */
  isStrategyImpossible: ({ context: { strategy, server } }: Args) =>
    (strategy === 'device' && server?.deviceAuthorizationEndpoint === undefined) ||
    (strategy === 'code' && server?.authorizationEndpoint === undefined),
  isBudgetSpent: ({ context }: Args) => context.budget.authorizations >= MAX_AUTHORIZATIONS,
  knowsRegistration: ({ context }: Args) => context.registration !== null,

  // registering
  canUseDocument: ({ context }: Args) => canUseDocument(context),
  canRegisterForDevice: ({ context }: Args) =>
    context.strategy === 'device' && canRegisterDynamically(context),

  /** It is held already, from the registration before. */
  hasRedirect: ({ context }: Args) => context.redirectUri !== null,

  // authorizing
  isDirect: ({ context }: Args) => context.strategy === 'direct',
  isDevice: ({ context }: Args) =>
    context.strategy === 'device' && context.server?.deviceAuthorizationEndpoint !== undefined,
  isCode: ({ context }: Args) =>
    context.strategy === 'code' && context.server?.authorizationEndpoint !== undefined,
  isFound: (_: Args, found: { readonly login: object | null }) => found.login !== null,
  /** Another engine has this login under way, and its person has a page for it (C06). */
  isJoined: (_: Args, made: { readonly isJoined: boolean }) => made.isJoined,
  isPushDue: ({ context }: Args) => context.server?.requiresPush === true,
  isBrokenOff: (_: Args, found: { readonly became: string }) => found.became === 'broken off',
  /** The same, where the server wants the request itself first. */
  isToBePushed: ({ context }: Args, found: { readonly became: string }) =>
    isToBeShown(context, found) && context.server?.requiresPush === true,
  /** Nobody else was there to lead a person, and somebody asks for it now. */
  isToBeShown: ({ context }: Args, found: { readonly became: string }) => isToBeShown(context, found),
  wantsMoreThanLogin: ({ context, event }: Args) =>
    event.type === 'user.login' &&
    !includesAll(
      context.pending?.requested ?? [],
      withinLimits(union(event.scopes, scopesLeftOpen(context)), context.limits),
    ),
  wasAskedFor: ({ context }: Args) => context.requestedLogin !== null,
  isRedirectRegistered: ({ context }: Args, got: { readonly redirectUri: string | null }) =>
    context.registration?.kind !== 'dynamic' ||
    (got.redirectUri !== null && context.registration.redirectUris.includes(got.redirectUri)),
  /** A grant that the chart does not know, and that was not refused. */
  isNewGrant: ({ context, event }: Args) =>
    event.type === 'grant.changed' &&
    event.grantVersion !== null &&
    event.grantVersion !== context.grant?.version &&
    event.grantVersion !== context.refused?.version &&
    event.grantVersion !== context.foundGrant,
  isOurs: ({ context, event }: Args) =>
    event.type === 'response.received' && event.pendingKey === context.pending?.key,
  isNotOurs: (_: Args, failure: Failure) => failure.code === 'response_not_ours',
  canReplaceClient: ({ context }: Args, failure: Failure) =>
    failure.recovery === 'reregister' &&
    canRegister(context) &&
    (context.registration?.kind ?? context.binding?.kind) === 'dynamic' &&
    context.budget.registrations < MAX_REGISTRATIONS,

  // authorized
  isAnotherGrant: ({ context, event }: Args) =>
    event.type === 'grant.changed' && event.grantVersion !== (context.grant?.version ?? null),
  isSpentElsewhere: (_: Args, failure: Failure) => failure.code === 'code_already_spent',
  isOverdue: ({ context, event }: Args) =>
    event.type === 'renewal.requested' && context.grant !== null && isDue(context.grant, event.at),
  /** Back from something else, in the middle of a pause. */
  isPausing: ({ context: { failure, retryAt, at } }: Args) =>
    failure?.recovery === 'retry-later' && retryAt !== undefined && retryAt > at,
  /** One that the resource has refused is not fresh, whatever the clock says. */
  isFresh: ({ context }: Args) =>
    context.grant !== null && isAccepted(context) && !isDue(context.grant, context.at),
  isTransient: (_: Args, failure: Failure) => failure.recovery === 'retry-later',
  needsNewGrant: (_: Args, failure: Failure) => failure.recovery === 'reauthorize',
  isOutdated: ({ context, event }: Args) =>
    event.type === 'challenge.received' && event.grantVersion !== context.grant?.version,
  isUnauthorized: ({ event }: Args) => event.type === 'challenge.received' && event.challenge.status === 401,
  isInsufficient: ({ context, event }: Args) =>
    event.type === 'challenge.received' &&
    event.grantVersion === context.grant?.version &&
    event.challenge.error === 'insufficient_scope',
  isProved: ({ context, event }: Args) =>
    event.type === 'grant.proved' && event.grantVersion === context.grant?.version,
  wantsMore: ({ context, event }: Args) =>
    event.type === 'user.login' &&
    context.grant !== null &&
    (event.again === true ||
      isDue(context.grant, context.at) ||
      !includesAll(requestedScopes(context.grant), union(event.scopes, scopesLeftOpen(context)))),

  // steppingUp
  namesNoScope: ({ context }: Args) => (context.stepUp?.scopes ?? []).length === 0,
  /** What was granted for a time may be over: a renewal says so, or mends it. One for each operation. */
  mayHaveLapsed: ({ context }: Args) =>
    context.grant?.renewable === true &&
    holdsAll(context) &&
    context.budget.renewals < MAX_RENEWALS &&
    !(context.stepUp?.operations ?? []).some((operation) => context.budget.renewedFor.includes(operation)),
  holdsAll: ({ context }: Args) => holdsAll(context),
  listsMore: ({ context }: Args, found: { readonly resourceMetadata: ResourceMetadata }) =>
    listedBeyondGrant(context, found.resourceMetadata).length > 0,
  addsNothing: ({ context }: Args) =>
    context.grant !== null && includesAll(requestedScopes(context.grant), context.stepUp?.scopes ?? []),
  isDenied: ({ context }: Args) =>
    (context.stepUp?.scopes ?? []).some((scope) => context.denied.includes(scope)),
  isBeyondCeiling: ({ context: { limits, stepUp } }: Args) => {
    const { ceiling } = limits;
    return ceiling !== null && !includesAll(union(ceiling, limits.floor), stepUp?.scopes ?? []);
  },
  isStepUpBudgetSpent: ({ context }: Args) =>
    (context.stepUp?.operations ?? []).some(
      (operation) => (context.budget.stepUps[operation] ?? 0) >= MAX_STEP_UPS,
    ),
  isAllowed: (_: Args, answer: { readonly isAllowed: boolean }) => answer.isAllowed,
  /** All three are of one issuer: a discovery that was broken off may have found another. */
  knowsServer: ({ context: { grant, server, registration } }: Args) =>
    grant !== null && server?.issuer === grant.issuer && registration?.issuer === grant.issuer,

  // signingOut
  forgetsClients: ({ context }: Args) => context.signOut?.forget === 'everything',

  // failed
  /** More was asked for than a working grant has, or somebody changed their mind (STEP-5). */
  isWidening: ({ context }: Args) =>
    (context.stepUp !== null || context.requestedLogin !== null || context.failure?.code === 'cancelled') &&
    isAccepted(context),
  isWorkingGrantUnrenewed: ({ context }: Args) =>
    isAccepted(context) && context.failure?.recovery === 'retry-later' && context.requestedLogin === null,
  isUnsafe: ({ context }: Args) => context.failure !== null && safetyCodes.has(context.failure.code),
  isRetryLater: ({ context }: Args) => context.failure?.recovery === 'retry-later',
  /**
   * Looking around again costs little and may find a server mended. A login or registration that was refused is
   * not brought up again by a mere request, nor is a person who said no.
   */
  isWorthTrying: ({ context: { failure, interaction } }: Args) =>
    failure?.phase === 'discovering' ||
    failure?.recovery === 'reauthorize' ||
    failure?.recovery === 'reregister' ||
    (failure?.code === 'interaction_required' && interaction === 'auto'),
} as const;

function canRegister(context: AuthContext): boolean {
  return canUseDocument(context) || canRegisterDynamically(context);
}

function canUseDocument(context: AuthContext): boolean {
  return context.ways.metadataDocument !== null && context.server?.acceptsMetadataDocuments === true;
}

function canRegisterDynamically(context: AuthContext): boolean {
  // Who speaks for itself was made known by hand.
  return (
    context.strategy !== 'direct' &&
    context.ways.dynamic &&
    context.server?.registrationEndpoint !== undefined
  );
}

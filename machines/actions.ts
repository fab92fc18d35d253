// How the chart's memory changes: each function takes what was reported and returns what is now known.
import type { Failure } from '../contract/errors.ts';
import type {
  Binding,
  Challenge,
  Grant,
  Pending,
  Registration,
  ResourceMetadata,
  ServerMetadata,
} from '../contract/facts.ts';
import type { Bound, JoinedLogin, Memory, Observed } from '../contract/work.ts';
import { union, without } from '../protocol/scopes.ts';
import { failed, refusedGrant, renewalsLeftSpent, spending } from './budget.ts';
import {
  type AuthContext,
  type AuthEvent,
  type ChallengeEvent,
  emptyBudget,
  emptyEpisode,
  initialContext,
  noWays,
} from './context.ts';
import { listedBeyondGrant, scopesLeftOpen } from './requests.ts';

type Change = Partial<AuthContext>;

interface Args {
  readonly context: AuthContext;
  readonly event: AuthEvent;
}

/** What a person has denied, with what they have denied now: scopes that the grant has were not in question (STEP-5). */
const withDenied = ({ denied, grant, stepUp }: AuthContext): readonly string[] =>
  union(denied, without(stepUp?.scopes ?? [], grant?.granted ?? []));

/**
 * What actions change: each function gets the context and the event, and returns the members that are
 * different now.
 */
export const changes = {
  // What was heard.
  /** A login that names no scopes is also for those that a step-up has asked a person for in vain. */
  recordRequestedLogin: ({ context, event }: Args): Change =>
    event.type === 'user.login'
      ? {
          requestedLogin: {
            scopes: union(context.requestedLogin?.scopes, event.scopes, scopesLeftOpen(context)),
          },
          ...(event.again === true && context.grant && { refused: refusedGrant(context.grant) }),
        }
      : {},
  lookQuietly: (): Change => ({ quiet: true }),
  /** A person asked: whatever was spent before is forgiven; but a refresh token that has brought a refused grant is not tried again (TOK-14). */
  renewBudget: ({ context, event }: Args): Change => ({
    requestedLogin: context.requestedLogin ?? { scopes: [] },
    budget: { ...emptyBudget, renewals: renewalsLeftSpent(context, event) },
    denied: [],
  }),
  recordChallenge: ({ context, event }: Args): Change =>
    isChallenge(event)
      ? {
          challenge: mergeChallenges(context.challenge, event.challenge),
          challengedAfter: event.order ?? null,
        }
      : {},
  /** A request without a token says nothing about one. */
  refuseGrant: ({ context, event }: Args): Change =>
    isChallenge(event) && event.challenge.status === 401 && event.grantVersion !== null
      ? { refused: { version: event.grantVersion, issuer: context.grant?.issuer ?? null } }
      : {},
  collectStepUp: ({ context, event }: Args): Change =>
    isChallenge(event)
      ? {
          stepUp: {
            operations: union(context.stepUp?.operations, [event.operation]),
            scopes: union(context.stepUp?.scopes, event.challenge.scopes),
          },
          challenge: mergeChallenges(context.challenge, event.challenge),
        }
      : {},
  /** A grant of another server that the resource has refused is as bad as before. */
  recordProof: ({ context }: Args): Change => ({
    refused: isOfAnotherServer(context) ? context.refused : null,
    budget: {
      ...emptyBudget,
      stepUps: context.budget.stepUps,
      renewedFor: context.budget.renewedFor,
    },
  }),

  /** Whoever wants more forgotten has it forgotten, also where a sign-out is under way. */
  recordSignOut: ({ context: { signOut }, event }: Args): Change =>
    event.type === 'user.logout'
      ? { signOut: { forget: event.forget ?? signOut?.forget ?? 'login', issuers: [] } }
      : {},

  // What actors reported.
  recordForgotten: ({ context: { signOut } }: Args, { issuers }: { issuers: readonly string[] }): Change =>
    signOut ? { signOut: { ...signOut, issuers } } : {},
  recordTime: (_: Args, { at }: Observed): Change => ({ at }),
  recordDemand: ({ event }: Args): Change => (event.type === 'renewal.requested' ? { at: event.at } : {}),
  recordMemory: (_: Args, memory: Memory): Change => ({
    at: memory.at,
    limits: memory.limits,
    strategy: memory.strategy,
    binding: memory.binding,
    grant: memory.grant,
    foundGrant: memory.grant?.version ?? null,
    pending: memory.login?.pending ?? null,
    // Who holds it is found out before anything is done with it.
    redirectUri: null,
    // What was found before may be of another server than what is remembered.
    server: memory.login?.server ?? null,
    registration: memory.login?.registration ?? null,
    ways: noWays,
  }),
  recordProbe: (_: Args, found: Observed & { challenge: Challenge }): Change => ({
    at: found.at,
    challenge: found.challenge,
    // Asked by ourselves: what was remembered then will do.
    challengedAfter: 0,
  }),
  recordResourceMetadata: (_: Args, found: Observed & { resourceMetadata: ResourceMetadata }): Change => ({
    at: found.at,
    resourceMetadata: found.resourceMetadata,
    passedOver: [],
  }),
  /** A challenge that names no scope is for all that the resource lists beyond the grant. */
  adoptListedScopes: (
    { context }: Args,
    { resourceMetadata }: Observed & { resourceMetadata: ResourceMetadata },
  ): Change => ({
    stepUp: context.stepUp && { ...context.stepUp, scopes: listedBeyondGrant(context, resourceMetadata) },
  }),
  recordCandidate: (_: Args, found: Observed & { issuer: string | null; isBound: boolean }): Change => ({
    at: found.at,
    candidate: found.issuer === null ? null : { issuer: found.issuer, isBound: found.isBound },
  }),
  passOver: ({ context }: Args, why: Failure): Change =>
    context.candidate === null
      ? {}
      : { passedOver: [...context.passedOver, { issuer: context.candidate.issuer, code: why.code }] },
  passOverUnregistrable: ({ context: { server, passedOver } }: Args): Change =>
    server ? { passedOver: [...passedOver, { issuer: server.issuer, code: 'registration_impossible' }] } : {},
  recordServer: ({ context }: Args, found: Observed & { server: ServerMetadata }): Change => ({
    at: found.at,
    server: found.server,
    // What the resource refused while another server was responsible may be good now that it has come back.
    ...(context.server &&
      context.server.issuer !== found.server.issuer &&
      context.refused?.issuer === found.server.issuer && { refused: null }),
  }),
  recordBound: ({ context }: Args, bound: Bound): Change => ({
    at: bound.at,
    strategy: bound.strategy,
    limits: bound.limits,
    binding: bound.binding,
    registration: bound.registration,
    grant: bound.grant,
    // The grant here is known as such: what is kept elsewhere has to be known, too.
    foundGrant: bound.grantElsewhere ?? bound.grant?.version ?? context.foundGrant,
    ways: { metadataDocument: bound.metadataDocument, dynamic: bound.mayRegister },
    conflict: { elsewhere: bound.preRegisteredElsewhere, withoutIssuer: bound.credentialWithoutIssuer },
  }),
  adoptDocument: ({ context }: Args): Change => {
    const { server, ways } = context;
    if (!server || ways.metadataDocument === null) return {};
    return {
      registration: {
        key: ways.metadataDocument,
        kind: 'metadata-document',
        issuer: server.issuer,
        clientId: ways.metadataDocument,
        authMethod: 'none',
        redirectUris: [],
      },
    };
  },
  recordRedirect: (_: Args, got: Observed & { redirectUri: string | null }): Change => ({
    at: got.at,
    redirectUri: got.redirectUri,
  }),
  recordRegistration: (
    _: Args,
    { at, registration, redirectUri }: Observed & { registration: Registration; redirectUri: string | null },
  ): Change => ({ at, registration, redirectUri }),
  recordPending: (_: Args, made: Observed & { pending: Pending }): Change => ({
    at: made.at,
    pending: made.pending,
  }),
  /** The redirect URI of a joined login is its holder's. */
  recordJoined: (_: Args, { at, pending, registration }: Observed & JoinedLogin): Change => ({
    at,
    pending,
    registration,
    redirectUri: null,
  }),
  recordFound: ({ context }: Args, { at, login }: Observed & { login: JoinedLogin | null }): Change => ({
    at,
    pending: login?.pending ?? null,
    registration: login?.registration ?? context.registration,
    redirectUri: null,
  }),
  /** From now on the answer comes here. */
  recordHeld: ({ context }: Args, { at }: Observed): Change => ({
    at,
    redirectUri: context.pending?.redirectUri ?? null,
  }),
  recordPresented: ({ context }: Args): Change => ({ presented: context.pending?.key ?? null }),
  /** Whoever waits for one login ends as it ends. */
  recordSharedFailure: ({ context, event }: Args): Change =>
    event.type === 'login.ended' ? failed(context, event.failure) : {},
  recordGrant: ({ context }: Args, got: Observed & { grant: Grant }): Change => ({
    at: got.at,
    grant: got.grant,
    foundGrant: got.grant.version,
    failure: null,
    retryAt: undefined,
    refused: null,
    binding: bindingOf(context, got.grant),
    budget: { ...context.budget, pauses: 0 },
  }),

  ...spending,

  // What went wrong.
  /** A step-up that was not made; the grant from before still works (STEP-5). */
  recordRefusal: (_: Args, refusal: Failure): Change => ({ refusal }),
  recordFailure: ({ context }: Args, what: Failure): Change => failed(context, what),
  rememberDenial: ({ context }: Args): Change => ({ denied: withDenied(context) }),
  keepFailureAsRefusal: ({ context }: Args): Change => ({
    refusal: context.failure,
    failure: null,
    retryAt: undefined,
    denied: context.failure?.code === 'access_denied' ? withDenied(context) : context.denied,
  }),
  dropGrant: (): Change => ({ grant: null }),
  /** Nobody is led to a server that could not be looked at again (DISC-8). */
  forgetServer: (): Change => ({ server: null }),

  // What is over.
  clearEpisode: (): Change => emptyEpisode,
  /** What the resource has taught last, a pointer or scopes, counts for the login after it (DISC-13). */
  clearAllButChallenge: ({ context: { challenge, challengedAfter } }: Args): Change => ({
    ...emptyEpisode,
    ...((challenge?.resourceMetadata ?? challenge?.scopes) !== undefined && { challenge, challengedAfter }),
  }),
  /** A renewal may end in a login: whoever asked has asked until that is settled. */
  clearAllButRequestedLogin: ({ context: { requestedLogin, quiet } }: Args): Change => ({
    ...emptyEpisode,
    requestedLogin,
    quiet,
  }),
  clearRequestedLogin: (): Change => ({ requestedLogin: null, quiet: false }),
  clearFailure: (): Change => ({ failure: null, retryAt: undefined }),
  clearRefusal: (): Change => ({ refusal: null }),
  /** As at the start, but for what the host has said. */
  forgetEverything: ({ context: { session, interaction, at, strategy, limits } }: Args): Change => ({
    ...initialContext({ ...session, interaction }),
    at,
    strategy,
    limits,
  }),
} as const;

const isOfAnotherServer = ({ refused, grant }: AuthContext): boolean =>
  typeof refused?.issuer === 'string' && refused.issuer !== grant?.issuer;

function isChallenge(event: AuthEvent): event is ChallengeEvent {
  return event.type === 'challenge.received';
}

/** The newer one decides; scopes of requests that were challenged at the same time join (STEP-5). */
function mergeChallenges(before: Challenge | null, now: Challenge): Challenge {
  const scopes = union(before?.scopes, now.scopes);
  return { ...now, ...(scopes.length > 0 && { scopes }) };
}

function bindingOf(context: AuthContext, grant: Grant): Binding {
  const kind = context.registration?.kind ?? context.binding?.kind ?? 'dynamic';
  return {
    issuer: grant.issuer,
    kind,
    scopes: union(context.binding?.scopes, grant.requested, grant.granted),
  };
}

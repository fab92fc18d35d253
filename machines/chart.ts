// The vocabulary of the chart: types, and the names of actors, guards and actions. Topology is in phases/.
import { assign, type EventObject, emit, fromCallback, fromPromise, setup, stateIn } from 'xstate';
import { type Failure, type Phase, toFailure } from '../contract/errors.ts';
import type { Pending, SessionId } from '../contract/facts.ts';
import type { RequirementId } from '../contract/requirements.ts';
import {
  type ActorName,
  actorPhases,
  type KnownRecords,
  type Lookup,
  type SiblingReport,
  type Work,
} from '../contract/work.ts';
import { changes } from './actions.ts';
import type { AuthContext, AuthEvent, AuthInput } from './context.ts';
import { type AuthEmitted, emissions } from './emitted.ts';
import { guards } from './guards.ts';
import { scopesToRequest } from './requests.ts';
import { verdicts } from './verdicts.ts';

/** What each state says of itself, and a transition may. */
export interface StateMeta {
  /** Ids of the requirement register that it serves. */
  readonly spec: readonly RequirementId[];
}

/** What a user interface asks: is something going on, is it the person's turn, is there a token to send. */
export type Tag = 'busy' | 'needsUser' | 'canSend';

const notBound = (name: string): Error =>
  new Error(`The actor ${name} is not bound: use engine.machine, or provide your own.`);

/** The chart alone does nothing: the engine binds its actors, once, with `provide`. */
const unbound = <Name extends ActorName>(name: Name) =>
  fromPromise<Work[Name]['output'], Work[Name]['input']>(() => Promise.reject(notBound(name)));

/** One that reports once, for each name. */
type Unbound = { readonly [Name in ActorName]: ReturnType<typeof unbound<Name>> };

const unboundActors = Object.fromEntries(
  Object.keys(actorPhases).map((name) => [name, unbound(name as ActorName)]),
) as Unbound;

type Change<Params> = (
  args: { readonly context: AuthContext; readonly event: AuthEvent },
  params: Params,
) => Partial<AuthContext>;

/** An action that changes what the chart remembers, from a pure function. */
const remember = <Params>(change: Change<Params>) =>
  assign<AuthContext, AuthEvent, Params, AuthEvent, never>((args, params) => change(args, params));

/** What an actor reported, for the changes that look at it. */
type ParamsOf<Of> = Of extends (args: never, params: infer Params) => unknown
  ? unknown extends Params
    ? undefined
    : Params
  : never;

type Changes = typeof changes;

/** One action for each change, under its name. */
const actions = Object.fromEntries(
  Object.entries(changes).map(([name, change]) => [name, remember(change as Change<unknown>)]),
) as { readonly [Name in keyof Changes]: ReturnType<typeof remember<ParamsOf<Changes[Name]>>> };

const decide = (verdict: (context: AuthContext) => Failure, as: Change<Failure>) =>
  assign<AuthContext, AuthEvent, undefined, AuthEvent, never>((args) => as(args, verdict(args.context)));

/**
 * What phases are made with: the types of the chart, its guards and actions, and its actors, which are not
 * bound here.
 */
export const chart = setup({
  types: {
    context: {} as AuthContext,
    events: {} as AuthEvent,
    input: {} as AuthInput,
    emitted: {} as AuthEmitted,
    tags: {} as Tag,
    meta: {} as StateMeta,
  },
  actors: {
    ...unboundActors,
    heedSiblings: fromCallback<EventObject, KnownRecords, SiblingReport>(() => {
      throw notBound('heedSiblings');
    }),
  },
  guards: { ...guards, isRenewing: stateIn('#renewing') },
  actions: {
    ...actions,
    // The chart's own verdicts.
    failWithoutIssuer: decide(verdicts.credentialWithoutIssuer, changes.recordFailure),
    failBoundElsewhere: decide(verdicts.boundElsewhere, changes.recordFailure),
    failRegistrationImpossible: decide(verdicts.registrationImpossible, changes.recordFailure),
    failStrategyImpossible: decide(verdicts.strategyImpossible, changes.recordFailure),
    failInteractionRequired: decide(verdicts.interactionRequired, changes.recordFailure),
    failGrantNotAccepted: decide(verdicts.grantNotAccepted, changes.recordFailure),
    failNoServerLeft: decide(verdicts.noServerLeft, changes.recordFailure),
    failLoginTimedOut: decide(verdicts.loginTimedOut, changes.recordFailure),
    failCancelled: decide(verdicts.cancelled, changes.recordFailure),
    refuseScopeNotGranted: decide(verdicts.scopeNotGranted, changes.recordRefusal),
    refuseScopeNotNamed: decide(verdicts.scopeNotNamed, changes.recordRefusal),
    refuseScopeNotHonoured: decide(verdicts.scopeNotHonoured, changes.recordRefusal),
    refuseStepUpExhausted: decide(verdicts.stepUpExhausted, changes.recordRefusal),
    refuseStepUpBeyondCeiling: decide(verdicts.stepUpBeyondCeiling, changes.recordRefusal),
    refuseStepUpDenied: decide(verdicts.stepUpDenied, changes.recordRefusal),
    refuseCancelled: decide(verdicts.cancelled, changes.recordRefusal),
    refuseStepUpBarred: decide(verdicts.stepUpBarred, changes.recordRefusal),
    // What hosts are told.
    tellLoginAwaited: emit(({ context }) => emissions.loginAwaited(context)),
    tellAuthorized: emit(({ context }) => emissions.authorized(context)),
    tellFailed: emit(({ context }) => emissions.failed(context)),
    tellRejected: emit(({ context }) => emissions.rejected(context)),
  },
});

/** Params of guards and actions that look at what an actor reported. */
export const reported = <Output>({ event }: { readonly event: { readonly output: Output } }): Output =>
  event.output;

/** The same for what an actor threw, as a failure of this phase. */
export const thrown =
  (phase: Phase) =>
  ({ event }: { readonly event: { readonly error: unknown } }): Failure =>
    toFailure(event.error, phase);

/** Input of the actors that need to know no more than whose session it is. */
export const ofSession = ({ context }: { readonly context: AuthContext }): { session: SessionId } => ({
  session: context.session,
});

const isRedirected = (pending: Pending | null): pending is Pending =>
  pending !== null && pending.redirectUri !== null;

/** Hears what siblings do to the records of this session, for as long as a state lasts (TOK-13). */
export const heedingSiblings = {
  id: 'heedSiblings',
  src: 'heedSiblings',
  input: ({ context }: { readonly context: AuthContext }): KnownRecords => ({
    session: context.session,
    grant: context.grant && { issuer: context.grant.issuer, version: context.grant.version },
    foundGrant: context.foundGrant,
    // A code for another device is polled for by one engine only.
    pendingKey: isRedirected(context.pending) ? context.pending.key : null,
  }),
} as const;

/** Which answers of the engine's memory will do for a discovery. */
export const lookupOf = ({ requestedLogin, challenge, challengedAfter }: AuthContext): Lookup => {
  if (requestedLogin !== null) return { after: null };
  // A renewal that nothing has challenged takes whatever is remembered.
  return { after: challenge === null ? 0 : challengedAfter };
};

/** What a login is to bring, for those who look for one that is under way. */
export const wantedLogin = (context: AuthContext): Work['findLogin']['input'] => ({
  session: context.session,
  server: known(context.server),
  registration: context.registration,
  resource: context.resourceMetadata?.resource ?? context.session.resource,
  scopes: scopesToRequest(context),
});

/** A fact that the topology guarantees; its absence is a defect, and is reported as one. */
export function known<Fact>(fact: Fact | null | undefined): Fact {
  if (fact === null || fact === undefined) throw new TypeError('A state was entered without what it needs.');
  return fact;
}

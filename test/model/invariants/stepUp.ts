// What a 403 leads to: challenges for scopes are joined, and weighed once (STEP-1, STEP-4, STEP-5, STEP-7).
import { isDeepStrictEqual } from 'node:util';
import type { FailureCode, Phase } from '../../../contract/errors.ts';
import { includesAll, union } from '../../../protocol/scopes.ts';
import { failureIn, type Invariant, isUnchanged, outputIn, startedBy } from '../invariant.ts';
import type { Edge } from '../walk.ts';

export type Context = Edge['from']['context'];
type Workers = Readonly<Record<string, unknown>>;

const MOST_STEP_UPS = 2;
const isTimer = (child: string): boolean => child === 'renewalDeadline' || child === 'renewalPause';
/** Who is at work anew, but for timers. */
export const workersOf = (edge: Edge) => startedBy(edge).filter(({ child }) => !isTimer(child));

export const joined: Invariant = {
  holds: 'requests that are challenged for scopes at the same time join one step-up, which cuts nothing off',
  spec: ['STEP-1', 'STEP-5'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { event } = stimulus;
    if (event.type !== 'challenge.received' || event.challenge.status !== 403) return undefined;
    if (!from.hasTag('canSend')) return undefined;
    const { challenge, operation, grantVersion } = event;
    if (
      challenge.error !== 'insufficient_scope' ||
      grantVersion !== from.context.grant?.version ||
      from.matches('steppingUp')
    )
      return isUnchanged(edge) ? undefined : 'a 403 that asks for nothing new changed something';
    const { stepUp, refusal } = to.context;
    const scopes = union(from.context.stepUp?.scopes, challenge.scopes);
    if (!includesAll(stepUp?.scopes ?? [], scopes)) return 'scopes that were asked for got lost';
    if (!stepUp?.operations.includes(operation)) return 'nobody counts the operation';
    if (!includesAll(to.context.challenge?.scopes ?? [], scopes)) return 'the challenge is not remembered';
    const { gatherChallenges, ...others } = from.children as Workers;
    if (!to.children['gatherChallenges']) return 'a challenge for scopes is not followed';
    if (gatherChallenges && to.children['gatherChallenges'] !== gatherChallenges)
      return 'one challenge after the other puts the step-up off';
    const isKept = Object.entries(others).every(([child, actor]) => to.children[child] === actor);
    if (!isKept || workersOf(edge).some(({ child }) => child !== 'gatherChallenges'))
      return 'gathering disturbed others';
    return refusal === null || gatherChallenges ? undefined : 'the refusal of the last step-up is still told';
  },
};

/** Why a step-up is not made, in the order of what is told first: what can never be had before what may be later. */
function objectionTo(context: Context): FailureCode | undefined {
  const { grant, stepUp, limits, denied, budget, interaction, requestedLogin, strategy } = context;
  const scopes = stepUp?.scopes ?? [];
  if (includesAll(grant?.granted ?? [], scopes)) return 'scope_not_honoured';
  if (includesAll(union(grant?.requested, grant?.granted), scopes)) return 'scope_not_granted';
  if (limits.ceiling && !includesAll(union(limits.ceiling, limits.floor), scopes)) return 'scope_not_allowed';
  if (scopes.some((scope) => denied.includes(scope))) return 'access_denied';
  const attempts = (stepUp?.operations ?? []).map((operation) => budget.stepUps[operation] ?? 0);
  if (attempts.some((count) => count >= MOST_STEP_UPS)) return 'step_up_exhausted';
  const isBarred = interaction === 'ask' && requestedLogin === null && strategy !== 'direct';
  return isBarred ? 'interaction_required' : undefined;
}

export const weighed: Invariant = {
  holds: 'a step-up that is new, allowed and within its budget is put to the host; else it is told why not',
  spec: ['STEP-4', 'STEP-5', 'STEP-7', 'AUTHZ-11'],
  violated(edge) {
    const { from, stimulus } = edge;
    if (stimulus.report?.source !== 'gatherChallenges') return undefined;
    if (from.children['refreshGrant']) {
      const [again] = workersOf(edge);
      return again?.source === 'gatherChallenges' ? undefined : 'a step-up overtook a refresh';
    }
    if (from.context.stepUp?.scopes.length === 0) return lookedUp(edge);
    return isToBeRenewed(from.context) ? renewalOf(edge) : decisionOn(from.context.stepUp, edge);
  },
};

type StepUp = Context['stepUp'];

/** Put to the host, or refused, and it is said why. */
function decisionOn(stepUp: StepUp, edge: Edge): string | undefined {
  const { from, to } = edge;
  const objection = objectionTo({ ...from.context, stepUp });
  if (objection !== undefined) return refusedWith(objection, edge);
  const [confirming, ...others] = workersOf(edge);
  if (confirming?.source !== 'confirmStepUp' || others.length > 0) return 'the host was not asked';
  const { scopes, granted } = confirming.input;
  const isToldAll = isDeepStrictEqual(scopes, stepUp?.scopes) && granted === from.context.grant?.granted;
  return isToldAll && to.hasTag('canSend') ? undefined : 'the host was told something else';
}

/** What the grant has is asked for: it may have lapsed, and a renewal says so; one for each operation. */
function isToBeRenewed({ grant, stepUp, budget }: Context): boolean {
  const isHeld = includesAll(grant?.granted ?? [], stepUp?.scopes ?? []);
  const wasTried = (stepUp?.operations ?? []).some((operation) => budget.renewedFor.includes(operation));
  return grant?.renewable === true && isHeld && budget.renewals === 0 && !wasTried;
}

function renewalOf(edge: Edge): string | undefined {
  const { refused, stepUp, budget, grant, refusal } = edge.to.context;
  if (refused?.version !== grant?.version) return 'the grant is not renewed';
  if (stepUp !== null || refusal !== null) return 'a renewal is taken for a step-up';
  const { operations = [] } = edge.from.context.stepUp ?? {};
  if (!includesAll(budget.renewedFor, operations)) return 'nobody notes for what the grant is renewed';
  const begun = workersOf(edge).map(({ source }) => source);
  return begun.join() === 'fetchResourceMetadata' ? undefined : `${begun.join()}, not a renewal`;
}

/** A challenge that names no scope is for what the resource lists. */
function lookedUp(edge: Edge): string | undefined {
  const [looking, ...others] = workersOf(edge);
  const isLooking = looking?.source === 'fetchResourceMetadata' && others.length === 0;
  return isLooking && edge.to.hasTag('canSend') ? undefined : 'nobody looks up which scopes there are';
}

export const unnamed: Invariant = {
  holds:
    'a challenge that names no scope asks for all that the resource lists beyond the grant, within the host’s limits; where that is nothing, or cannot be found out, it is refused, and the grant stays',
  spec: ['STEP-1', 'STEP-5', 'STEP-7', 'SCOPE-1', 'SCOPE-2'],
  violated(edge) {
    const { from, to } = edge;
    if (!from.matches('steppingUp')) return undefined;
    const failed = failureIn(edge, 'fetchResourceMetadata');
    if (failed) return refusedWith(failed.code, edge, failed.phase);
    const found = outputIn(edge, 'fetchResourceMetadata');
    if (!found) return undefined;
    const { grant, limits, stepUp } = from.context;
    const held = union(grant?.requested, grant?.granted);
    const { ceiling, floor } = limits;
    const isAllowed = (scope: string) => ceiling === null || [...ceiling, ...floor].includes(scope);
    const listed = found.resourceMetadata.scopesSupported ?? [];
    const scopes = listed.filter((scope) => isAllowed(scope) && !held.includes(scope));
    if (scopes.length === 0) return refusedWith('scope_not_named', edge);
    if (to.context.at !== found.at) return 'the time that has passed was not noticed';
    return decisionOn(stepUp && { ...stepUp, scopes }, edge);
  },
};

/** Back to the grant from before, with the reason, and with nothing under way. */
export function refusedWith(code: FailureCode, edge: Edge, phase: Phase = 'steppingUp'): string | undefined {
  const { from, to } = edge;
  if (!to.matches('authorized') || to.context.grant !== from.context.grant)
    return 'a step-up that was not made cost the grant';
  if (to.context.refusal?.code !== code || to.context.refusal.phase !== phase)
    return `${to.context.refusal?.code} was told, not ${code}`;
  return workersOf(edge).length > 0 ? 'a step-up that was refused went on' : undefined;
}

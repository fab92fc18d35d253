// What a 403 leads to: challenges for scopes are joined, and weighed once (STEP-1, STEP-4, STEP-5, STEP-7).
import type { FailureCode } from '../../../contract/errors.ts';
import { includesAll, union } from '../../../protocol/scopes.ts';
import { type Invariant, isUnchanged, startedBy } from '../invariant.ts';
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
    const isForMore = challenge.error === 'insufficient_scope' && challenge.scopes !== undefined;
    if (!isForMore || grantVersion !== from.context.grant?.version || from.matches('steppingUp'))
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
    const { from, stimulus, to } = edge;
    if (stimulus.report?.source !== 'gatherChallenges') return undefined;
    const workers = workersOf(edge);
    if (from.children['refreshGrant']) {
      const [again] = workers;
      return again?.source === 'gatherChallenges' ? undefined : 'a step-up overtook a refresh';
    }
    const objection = objectionTo(from.context);
    if (objection !== undefined) return refusedWith(objection, edge);
    const [confirming] = workers;
    if (confirming?.source !== 'confirmStepUp' || workers.length > 1) return 'the host was not asked';
    const { scopes, granted } = confirming.input;
    const isToldAll = scopes === from.context.stepUp?.scopes && granted === from.context.grant?.granted;
    return isToldAll && to.hasTag('canSend') ? undefined : 'the host was told something else';
  },
};

/** Back to the grant from before, with the reason, and with nothing under way. */
export function refusedWith(code: FailureCode, edge: Edge): string | undefined {
  const { from, to } = edge;
  if (!to.matches('authorized') || to.context.grant !== from.context.grant)
    return 'a step-up that was not made cost the grant';
  if (to.context.refusal?.code !== code || to.context.refusal.phase !== 'steppingUp')
    return `${to.context.refusal?.code} was told, not ${code}`;
  return workersOf(edge).length > 0 ? 'a step-up that was refused went on' : undefined;
}

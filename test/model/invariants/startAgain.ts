// What begins a flow where none is under way: a person's word, which forgives, and a challenge, which does not (AUTHZ-11, TOK-9).
import { begunBy, type Invariant, isUnchanged } from '../invariant.ts';
import type { Edge } from '../walk.ts';

const isResting = ({ from }: Edge): boolean =>
  from.matches('idle') || from.matches('failed') || from.matches('rejected');

/** A refresh token that has brought a refused grant, or that the person has set aside, is not tried again (TOK-14). */
export function renewalsLeft({ from: { context }, stimulus: { event } }: Edge): number {
  const { grant, refused, budget } = context;
  if (grant === null) return 0;
  if (event.type === 'user.login' && event.again) return Math.max(1, budget.renewals);
  return grant.version === refused?.version && budget.renewals > 0 ? budget.renewals : 0;
}

export const personStarts: Invariant = {
  holds:
    'at rest, a login begins a flow, and so does another try after a failure: with all forgiven that was spent or denied, but for a refresh token that has brought a refused grant, and nothing told of what went wrong before',
  spec: ['AUTHZ-11', 'TOK-9', 'TOK-14', 'DISC-13'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { type } = stimulus.event;
    if ((type !== 'user.login' && type !== 'user.retry') || !isResting(edge)) return undefined;
    if (type === 'user.retry' && from.matches('idle'))
      return isUnchanged(edge) ? undefined : 'nothing had failed that could be tried again';
    const begun = begunBy(edge).join();
    // DISC-13: what the resource has taught is not asked for again.
    const first = from.context.challenge ? 'fetchResourceMetadata' : 'probeResource';
    if (begun !== first) return `a person asked, and ${begun || 'nothing'} began`;
    const { requestedLogin, budget, denied, failure, retryAt } = to.context;
    const asked = type === 'user.login' ? (stimulus.event as { scopes?: readonly string[] }).scopes : [];
    if (!requestedLogin || asked?.some((scope) => !requestedLogin.scopes.includes(scope)))
      return 'the requested login is forgotten';
    const { authorizations, renewals, registrations, pauses, stepUps } = budget;
    if (authorizations + registrations + pauses + Object.keys(stepUps).length > 0)
      return 'a person’s word did not forgive what was spent';
    if (renewals !== renewalsLeft(edge)) return `${renewals} renewals count as spent`;
    if (denied.length > 0) return 'a person’s word did not lift what was denied';
    const isCleared = from.matches('idle') || (failure === null && retryAt === undefined);
    return isCleared ? undefined : 'an old failure is still told';
  },
};

export const challengeStarts: Invariant = {
  holds:
    'a challenge is followed at rest, but for a pause and a refusal for safety; it is remembered while the store is read, unless a grant that is about to be recalled will meet it again; a token that was sent with it counts as refused; and it forgives nothing',
  spec: ['DISC-2', 'DISC-12', 'TOK-8', 'TOK-9', 'BIND-6', 'TOK-7'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { event } = stimulus;
    if (event.type !== 'challenge.received') return undefined;
    const isReading = from.matches('recovering');
    if (!isReading && !isResting(edge)) return undefined;
    if (from.matches('rejected') || from.children['failurePause'])
      return isUnchanged(edge) ? undefined : 'a challenge undid a pause, or a refusal for safety';
    // A 403 to a token is for the grant, not for the flow.
    const isLater = event.challenge.status !== 401 && event.grantVersion !== null;
    if (isReading && isLater) return isUnchanged(edge) ? undefined : 'a 403 disturbs while the store is read';
    const { challenge, refused, budget } = to.context;
    const scopes = [...(event.challenge.scopes ?? []), ...(from.context.challenge?.scopes ?? [])];
    if (challenge?.status !== event.challenge.status) return 'the challenge is not remembered';
    if (scopes.some((scope) => !challenge.scopes?.includes(scope))) return 'a challenged scope is forgotten';
    if (
      event.challenge.status === 401 &&
      event.grantVersion !== null &&
      refused?.version !== event.grantVersion
    )
      return 'a token that was refused still counts as good';
    if (budget !== from.context.budget) return 'a challenge forgave, or cost, something';
    const due = isReading ? '' : 'fetchResourceMetadata';
    const begun = begunBy(edge).join();
    return begun === due ? undefined : `${due || 'nothing'} is due after a challenge, not ${begun}`;
  },
};

export const quietLook: Invariant = {
  holds:
    'after a failure that somebody may have mended a challenge starts over; after any other it looks around, and asks nobody, with that failure still told',
  spec: ['TOK-9', 'AUTHZ-11', 'DISC-12'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'challenge.received' || !from.matches('failed')) return undefined;
    const { failure, interaction } = from.context;
    if (!failure || from.children['failurePause']) return undefined;
    const isForOthers =
      failure.phase === 'discovering' ||
      failure.recovery === 'reauthorize' ||
      failure.recovery === 'reregister';
    const isNobodyAsked = failure.code === 'interaction_required' && interaction === 'auto';
    if (isForOthers || isNobodyAsked)
      return !to.context.quiet && to.context.failure === null
        ? undefined
        : `${failure.code} is not looked at anew`;
    if (to.context.failure !== failure) return 'what only a person can mend is forgotten';
    return to.context.quiet ? undefined : `a request brings up again what ended in ${failure.code}`;
  },
};

export const waitOver: Invariant = {
  holds: 'after a pause it is looked what is remembered; nothing is sent, and nobody is asked',
  spec: ['TOK-7', 'TOK-6'],
  violated(edge) {
    if (edge.stimulus.report?.child !== 'failurePause') return undefined;
    const begun = begunBy(edge).join();
    return begun === 'recallSession' ? undefined : `${begun || 'nothing'} follows a pause`;
  },
};

export const pastFailures: Invariant = {
  holds: 'once a flow begins anew, its failure from before is not told any more, unless it only looks around',
  spec: ['STEP-5', 'TOK-7'],
  violated({ from, stimulus, to }) {
    if (!from.matches('failed') && !from.matches('rejected')) return undefined;
    if (!to.hasTag('busy') || to.context.quiet || stimulus.event.type === 'user.logout') return undefined;
    const { failure, retryAt } = to.context;
    return failure || retryAt !== undefined ? 'an old failure is still told' : undefined;
  },
};

export const readsAfresh: Invariant = {
  holds: 'what leads from rest back to the store takes no challenge along: nobody has asked for anything',
  spec: ['DISC-13', 'AUTHZ-11'],
  violated(edge) {
    if (!isResting(edge) || begunBy(edge).join() !== 'recallSession') return undefined;
    return edge.to.context.challenge === null ? undefined : 'an old challenge is taken along';
  },
};

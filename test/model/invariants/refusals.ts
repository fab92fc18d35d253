// What is left after a failure: the grant from before, a pause, or what only a person can mend (STEP-5, TOK-7).
import { AuthError, type FailureCode, safetyCodes } from '../../../contract/errors.ts';
import { includesAll, union } from '../../../protocol/scopes.ts';
import { type Invariant, startedBy } from '../invariant.ts';
import type { Edge } from '../walk.ts';

const isOver = (snapshot: Edge['to']): boolean => snapshot.matches('failed') || snapshot.matches('rejected');

export const kept: Invariant = {
  holds:
    'a flow that fails leaves a grant that works in use: what was to widen it is refused, what was to renew it waits',
  spec: ['STEP-5', 'TOK-7'],
  violated({ from, to, stimulus }) {
    if (!isOver(to) || isOver(from) || stimulus.event.type.startsWith('user.log')) return undefined;
    const { grant, refused, failure } = to.context;
    if (grant === null || grant.version === refused?.version) return undefined;
    // Credentials of somebody else end all use.
    if (failure?.code === 'bound_elsewhere' || failure?.code === 'credential_without_issuer')
      return undefined;
    if (from.context.stepUp || from.context.requestedLogin || failure?.code === 'cancelled')
      return 'a step-up that failed cost the grant that works';
    return failure?.recovery === 'retry-later' ? 'an outage cost the grant that works' : undefined;
  },
};

export const sorted: Invariant = {
  holds: 'a failure for safety is rejected, one that passes is waited for, and any other rests',
  spec: ['BIND-6', 'TOK-7', 'DISC-8'],
  violated({ arrows, to }) {
    if (arrows.length === 0 || !isOver(to)) return undefined;
    const { failure, retryAt } = to.context;
    if (failure === null) return 'nobody says what went wrong';
    if (safetyCodes.has(failure.code) !== to.matches('rejected'))
      return `${failure.code} ended in ${JSON.stringify(to.value)}`;
    const isWaiting = to.children['failurePause'] !== undefined;
    if (isWaiting !== (failure.recovery === 'retry-later'))
      return 'a wait for what does not pass, or none for what does';
    return isWaiting && retryAt === undefined ? 'a wait without an end' : undefined;
  },
};

/** What ended the flow: as told by an actor, by a person, or before a login was tidied away. */
function codeOf({ stimulus: { event, report }, from }: Edge): FailureCode | undefined {
  if (report?.source === 'discardAuthorization') return from.context.failure?.code;
  if (event.type === 'user.cancel') return 'cancelled';
  if (!('error' in event)) return undefined;
  return event.error instanceof AuthError ? event.error.code : 'internal';
}

export const told: Invariant = {
  holds: 'what was to widen a grant and failed is told as a refusal, next to the grant that still works',
  spec: ['STEP-5', 'STEP-7'],
  violated(edge) {
    const { from, to } = edge;
    if (!to.matches('authorized') || from.matches('authorized')) return undefined;
    // Whoever cancels before anything was tried keeps what was told before, too.
    if (from.matches('steppingUp') && edge.stimulus.event.type === 'user.cancel') return undefined;
    const code = codeOf(edge);
    if (code === undefined) return undefined;
    const { stepUp, requestedLogin } = from.context;
    const { refusal, failure, grant, refused, denied } = to.context;
    if (grant === null || (grant.version === refused?.version && !from.hasTag('canSend')))
      return 'a grant that does not work was gone back to';
    if (!stepUp && !requestedLogin && code !== 'cancelled') {
      const isWaiting = failure?.code === code && failure.recovery === 'retry-later';
      return isWaiting && startedBy(edge).some(({ child }) => child === 'renewalPause')
        ? undefined
        : 'a failure was passed over';
    }
    if (refusal?.code !== code || failure !== null) return `${refusal?.code} was told, not ${code}`;
    return code !== 'access_denied' || includesAll(union(denied, grant.granted), stepUp?.scopes ?? [])
      ? undefined
      : 'the denial was not remembered';
  },
};

export const settled: Invariant = {
  holds:
    'at rest nothing of the flow before is left over; a requested login stays while the grant is renewed',
  spec: ['STEP-5', 'AUTHZ-3', 'AUTHZ-11'],
  violated({ arrows, to }) {
    if (arrows.length === 0 || to.children['gatherChallenges']) return undefined;
    if (!to.matches('authorized') && !to.matches('idle') && !isOver(to)) return undefined;
    const { requestedLogin, challenge, quiet, stepUp, candidate, pending, redirectUri } = to.context;
    const isRequested = (requestedLogin || quiet) && !to.children['refreshGrant'];
    const isMet = challenge && !isOver(to);
    const isClear = !isRequested && !isMet && !stepUp && !candidate && !pending && !redirectUri;
    return isClear ? undefined : 'a flow that is over left something behind';
  },
};

export const refused: Invariant = {
  holds: 'only what was asked for is refused, or what a person cancelled',
  spec: ['STEP-5'],
  violated({ from, to }) {
    const { refusal } = to.context;
    if (refusal === null || refusal === from.context.refusal) return undefined;
    return from.context.stepUp || from.context.requestedLogin || refusal.code === 'cancelled'
      ? undefined
      : `${refusal.code}, but nobody asked for anything`;
  },
};

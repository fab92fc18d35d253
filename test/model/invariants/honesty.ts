// A failure is told, whoever fails; except where it is not the end: then it is noted, or it never mattered (REG-5, DISC-11).
import { isDeepStrictEqual } from 'node:util';
import type { Failure } from '../../../contract/errors.ts';
import { failureIn, type Invariant, startedBy } from '../invariant.ts';
import type { Edge } from '../walk.ts';

export const honesty: Invariant = {
  holds: 'a failure that ends a flow is told as it was reported, as failure or as refusal',
  spec: ['REG-5', 'DISC-11', 'TOK-7', 'STEP-5'],
  violated(edge) {
    const failed = failureIn(edge);
    if (!failed || isOvercome(edge, failed)) return undefined;
    const { failure, refusal } = edge.to.context;
    if (isDeepStrictEqual(failure, failed) || isDeepStrictEqual(refusal, failed)) return undefined;
    return `${failed.code} was told as ${failure?.code} and ${refusal?.code}`;
  },
};

export const noFailure: Invariant = {
  holds: 'while a grant can be used nothing is told as failed, but a renewal that is tried again later',
  spec: ['TOK-7', 'TOK-13', 'AUTHZ-12'],
  violated({ to }) {
    const { failure } = to.context;
    const isAtRest = to.matches('authorized') && !to.hasTag('busy');
    if (!isAtRest || failure === null || failure.recovery === 'retry-later') return undefined;
    return `a grant works, and ${failure.code} is told`;
  },
};

export const longerPauses: Invariant = {
  holds: 'what may be tried again is tried no sooner than its server says, and after a pause that grows',
  spec: ['TOK-7'],
  violated({ from, to }) {
    const { failure, budget, at, retryAt } = to.context;
    if (failure === null && retryAt !== undefined) return 'a pause without a failure';
    if (failure === null || failure === from.context.failure || failure.recovery !== 'retry-later')
      return undefined;
    if (from.matches({ authorizing: 'abandoning' })) return undefined;
    if (retryAt === undefined || retryAt <= at || retryAt < at + (failure.retryAfter ?? 0))
      return 'no pause, or too short a one';
    return budget.pauses === from.context.budget.pauses + 1 ? undefined : 'the next pause is no longer one';
  },
};

/** Best effort; or the flow goes on in another way, which other invariants look at. */
function isOvercome(edge: Edge, { code, recovery }: Failure): boolean {
  const source = edge.stimulus.report?.source;
  // A sibling has finished the login: the store is read.
  if (startedBy(edge).some(({ child }) => child === 'releaseRedirect')) return true;
  switch (source) {
    case 'revokeGrants':
    case 'discardAuthorization':
      return true;
    case 'validateResponse':
      return code === 'response_not_ours' || recovery === 'reregister';
    case 'fetchServerMetadata':
      return startedBy(edge).some((one) => one.source === 'chooseServer');
    default:
      return recovery === 'reregister' || (source === 'refreshGrant' && recovery === 'reauthorize');
  }
}

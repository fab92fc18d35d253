// How fresh a grant is: a timer while it is, no work of any kind when it is not, until somebody needs it (TOK-8).
import { type Invariant, isUnchanged, startedBy } from '../invariant.ts';
import { inputOf } from '../stimuli/facts.ts';
import type { Edge } from '../walk.ts';

/** By the clock, or by the resource's word. */
const isDue = ({ grant, refused }: Context, at: number): boolean =>
  grant?.version === refused?.version || (grant?.refreshAt !== undefined && at >= grant.refreshAt);

type Context = Edge['to']['context'];

export const timer: Invariant = {
  holds: 'a grant that is neither renewed nor beyond renewal for now has a timer exactly until it is due',
  spec: ['TOK-8'],
  violated({ arrows, to }) {
    if (arrows.length === 0 || !to.matches('authorized')) return undefined;
    const { grant, at } = to.context;
    const { refreshGrant, renewalPause, renewalDeadline } = to.children;
    if (refreshGrant || renewalPause) return renewalDeadline && 'two wait for one renewal';
    if (isDue(to.context, at)) return renewalDeadline && 'a timer for what is due already';
    if (!renewalDeadline) return 'a grant that is fresh, and nobody minds when it falls due';
    return inputOf(renewalDeadline)['at'] === grant?.refreshAt ? undefined : 'a timer for another time';
  },
};

export const demand: Invariant = {
  holds: 'a grant is renewed only when it is due and somebody needs it; first it is asked who is responsible',
  spec: ['TOK-8', 'BIND-3', 'DISC-1'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'renewal.requested') return undefined;
    const { grant, at } = from.context;
    const { refreshGrant, renewalPause } = from.children;
    const isNeeded =
      from.matches('authorized') &&
      !refreshGrant &&
      !renewalPause &&
      isDue(from.context, Math.max(at, stimulus.event.at));
    if (!isNeeded)
      return isUnchanged(edge) ? undefined : 'a demand that nothing follows from changed something';
    if (to.context.at !== stimulus.event.at) return 'the time of the demand was not noticed';
    if (to.context.grant !== grant) return 'the grant was lost by a mere demand';
    const [first, ...others] = startedBy(edge).map(({ source }) => source);
    const isAsking = first === 'probeResource' || first === 'fetchResourceMetadata';
    return isAsking && others.length === 0 ? undefined : 'a demand did not lead to the resource';
  },
};

export const pausesEnd: Invariant = {
  holds: 'a failure that was waited for is told no more',
  spec: ['TOK-7'],
  violated({ stimulus: { report }, to }) {
    if (report?.child !== 'renewalPause' && report?.child !== 'failurePause') return undefined;
    const { failure, retryAt } = to.context;
    return failure === null && retryAt === undefined ? undefined : 'what is over is still told';
  },
};

export const pauseKept: Invariant = {
  holds: 'a pause before the next renewal is kept, whatever comes in between; without one nobody waits',
  spec: ['TOK-7'],
  violated({ arrows, to }) {
    if (arrows.length === 0 || !to.matches('authorized') || to.children['refreshGrant']) return undefined;
    const { failure, retryAt, at } = to.context;
    const isPause = failure?.recovery === 'retry-later' && retryAt !== undefined && retryAt > at;
    const isKept = to.children['renewalPause'] !== undefined;
    if (isPause === isKept) return undefined;
    return isPause ? 'a pause was cut short' : 'a wait without a reason';
  },
};

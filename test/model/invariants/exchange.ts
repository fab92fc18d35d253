// A code is sent only after its response was judged: state first, then issuer (AUTHZ-3, AUTHZ-5).
import { type Invariant, startedBy } from '../invariant.ts';

export const exchange: Invariant = {
  holds: 'a code is exchanged only when its response was judged just before',
  spec: ['AUTHZ-3', 'AUTHZ-5', 'AUTHZ-7'],
  violated(edge) {
    if (!startedBy(edge).some(({ source }) => source === 'exchangeCode')) return undefined;
    const isJudged = edge.stimulus.event.type === 'xstate.done.actor.validateResponse';
    return isJudged ? undefined : `exchangeCode was started by ${edge.stimulus.type}`;
  },
};

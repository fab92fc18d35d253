// What a login costs, and who forgives it: no way around through a server without a price (TOK-9, REG-5).
import { type Invariant, startedBy } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import type { Edge } from '../walk.ts';

/** Work that asks a server for a grant with a person: paid for when it begins. */
const asking: readonly Source[] = ['prepareAuthorization', 'requestDeviceCode'];

/** What gives the budget back: the word of a person or host, and a request that the resource accepted. */
const forgiving = ['user.login', 'user.retry', 'user.logout', 'user.cancel', 'host.shutdown', 'grant.proved'];

const isSignOut = (source: Source): boolean => source === 'forgetSession' || source === 'unregisterClients';

export const loginCosts: Invariant = {
  holds:
    'each login costs one, a direct one when it is answered; an outage before anybody was asked costs nothing, and nothing else does',
  spec: ['TOK-9', 'EXT-4', 'TOK-7'],
  violated(edge) {
    const before = edge.from.context.budget.authorizations;
    const after = edge.to.context.budget.authorizations;
    const asked = startedBy(edge).filter(({ source }) => asking.includes(source)).length;
    const price = asked + answered(edge) + takenOver(edge);
    if (after === before + price) return undefined;
    const { event, report } = edge.stimulus;
    const isForgiven = forgiving.includes(event.type) || (report && isSignOut(report.source));
    if (isForgiven && after === 0) return undefined;
    return `${edge.stimulus.type} made ${before} logins ${after}, at a price of ${price}`;
  },
};

/** A login of a sibling costs who leads a person there after it. */
function takenOver(edge: Edge): number {
  if (edge.stimulus.report?.source !== 'takeOverLogin') return 0;
  const leading: readonly Source[] = ['pushAuthorization', 'presentAuthorization'];
  return startedBy(edge).filter(({ source }) => leading.includes(source)).length;
}

/** A grant without a person is paid for by its answer: an outage is none, and its pauses bound it. */
function answered({ stimulus: { event, report } }: Edge): number {
  if (report?.source !== 'requestDirectGrant') return 0;
  const { recovery } = ('error' in event ? event.error : {}) as { readonly recovery?: string };
  return recovery === 'retry-later' ? 0 : 1;
}

// What may come in between while a grant is being got: a login that joins, a cancel, an answer, and what is none of it.
import { begunBy, type Invariant, isUnchanged, toldIn } from '../invariant.ts';
import type { Edge } from '../walk.ts';

const phases = ['discovering', 'bindChecking', 'registering', 'authorizing'] as const;
const isUnderWay = ({ from }: Edge): boolean => phases.some((phase) => from.matches(phase));
const isAwaiting = ({ from }: Edge): boolean =>
  Object.values(from.children).some((one) => one?.src === 'awaitResponse');
const isDiscarding = ({ from }: Edge): boolean =>
  Object.values(from.children).some((one) => one?.src === 'discardAuthorization');

export const joining: Invariant = {
  holds:
    'a login that is asked for while one is under way joins it: its scopes are remembered, nothing is cut off, and an open request is shown again',
  spec: ['AUTHZ-11', 'STEP-2'],
  violated(edge) {
    const { from, to, stimulus } = edge;
    if (stimulus.event.type !== 'user.login' || !isUnderWay(edge)) return undefined;
    const scopes = [...(from.context.wish?.scopes ?? []), ...(stimulus.event.scopes ?? [])];
    const missing = scopes.filter((scope) => !to.context.wish?.scopes.includes(scope));
    if (to.context.wish === null || missing.length > 0) return `the wish for "${missing.join(' ')}" is lost`;
    const begun = begunBy(edge).join();
    if (isAwaiting(edge)) {
      const isShown = begun === 'presentAuthorization' && to.context.pending === from.context.pending;
      return isShown ? undefined : `the request is not shown again, but ${begun}`;
    }
    return isUnchanged({ from, to: { ...to, context: from.context } }) ? undefined : 'the work was cut off';
  },
};

export const cancelling: Invariant = {
  holds: 'a cancel ends a login, by its name; what could still be answered is discarded, once',
  spec: ['AUTHZ-3', 'AUTHZ-11'],
  violated(edge) {
    const { from, to, stimulus } = edge;
    if (stimulus.event.type !== 'user.cancel' || !isUnderWay(edge)) return undefined;
    if (isDiscarding(edge)) return isUnchanged(edge) ? undefined : 'a cancel disturbed the discarding';
    const due = from.matches('authorizing') || from.matches('registering') ? 'discardAuthorization' : '';
    const begun = begunBy(edge).join();
    if (begun !== due) return `${due || 'nothing'} is due after a cancel, not ${begun}`;
    return toldIn(to) === 'cancelled' ? undefined : `a cancel was told as ${toldIn(to)}`;
  },
};

export const answering: Invariant = {
  holds:
    'an answer to the request that is open is judged, a change of the store is looked at, and nothing else disturbs who waits for them',
  spec: ['AUTHZ-3', 'AUTHZ-10'],
  violated(edge) {
    const { from, stimulus } = edge;
    const { event } = stimulus;
    if (!isUnderWay(edge) || stimulus.report || event.type === 'user.login') return undefined;
    if (['user.cancel', 'user.logout', 'host.shutdown'].includes(event.type)) return undefined;
    const isOurs = event.type === 'response.received' && event.pendingKey === from.context.pending?.key;
    const due = isOurs ? 'validateResponse' : event.type === 'grant.changed' ? 'recallSession' : undefined;
    if (due === undefined || !isAwaiting(edge))
      return isUnchanged(edge) ? undefined : `${stimulus.type} disturbs`;
    const begun = begunBy(edge).join();
    return begun === due ? undefined : `${due} is due after ${stimulus.type}, not ${begun}`;
  },
};

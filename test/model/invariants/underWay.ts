// What may come in between while a grant is being got: a login that joins, a cancel, an answer, and what is none of it.
import { begunBy, type Invariant, isUnchanged, toldIn } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import type { Edge } from '../walk.ts';

const phases = ['discovering', 'bindChecking', 'registering', 'authorizing'] as const;
const isUnderWay = ({ from }: Edge): boolean => phases.some((phase) => from.matches(phase));
const isAwaiting = ({ from }: Edge): boolean =>
  Object.values(from.children).some((one) => one?.src === 'awaitResponse');
const isDiscarding = ({ from }: Edge): boolean => from.children['discardAuthorization'] !== undefined;
const isJoined = ({ from }: Edge): boolean => from.children['takeOverLogin'] !== undefined;
const isAtDevice = ({ from }: Edge): boolean => from.children['pollDeviceGrant'] !== undefined;

/** For scopes that the login of another engine does not bring, and that the host allows. */
function asksForMore({ from: { context }, stimulus: { event } }: Edge): boolean {
  const { ceiling, floor } = context.limits;
  const scopes = event.type === 'user.login' ? (event.scopes ?? []) : [];
  const isAllowed = (scope: string) => ceiling === null || [...ceiling, ...floor].includes(scope);
  return scopes.some((scope) => isAllowed(scope) && !context.pending?.requested.includes(scope));
}

export const joining: Invariant = {
  holds:
    'a login that is asked for while one is under way joins it: its scopes are remembered, nothing is cut off, and an open request is shown again; where another engine holds one for fewer scopes, another one is begun',
  spec: ['AUTHZ-11', 'AUTHZ-12', 'STEP-2'],
  violated(edge) {
    const { from, to, stimulus } = edge;
    if (stimulus.event.type !== 'user.login' || !isUnderWay(edge)) return undefined;
    const scopes = [...(from.context.requestedLogin?.scopes ?? []), ...(stimulus.event.scopes ?? [])];
    const missing = scopes.filter((scope) => !to.context.requestedLogin?.scopes.includes(scope));
    if (to.context.requestedLogin === null || missing.length > 0)
      return `the requested login for "${missing.join(' ')}" is lost`;
    const begun = begunBy(edge).join();
    if (isJoined(edge) && asksForMore(edge)) {
      const isAsking = begun === 'fetchResourceMetadata' || begun === 'probeResource';
      return isAsking ? undefined : `${begun}, though the login of another engine would not do`;
    }
    // Whoever asks for the first time looks whether the holder is still there.
    if (isJoined(edge) && from.context.requestedLogin === null)
      return begun === 'takeOverLogin' ? undefined : `a login is joined by ${begun || 'nothing'}`;
    if (isAwaiting(edge) || isJoined(edge)) {
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
    'an answer to the request that is open is judged; a grant that a sibling has got ends the wait, and so does a login that was replaced or has ended elsewhere, with the same failure; nothing else disturbs who waits for them',
  spec: ['AUTHZ-3', 'AUTHZ-10', 'AUTHZ-12', 'TOK-13'],
  violated(edge) {
    const { stimulus } = edge;
    const { event } = stimulus;
    if (!isUnderWay(edge) || stimulus.report || event.type === 'user.login') return undefined;
    if (['user.cancel', 'user.logout', 'host.shutdown'].includes(event.type)) return undefined;
    const due = dueAfter(edge);
    if (due === undefined) return isUnchanged(edge) ? undefined : `${stimulus.type} disturbs`;
    const begun = begunBy(edge).join();
    if (begun !== due) return `${due} is due after ${stimulus.type}, not ${begun}`;
    const isTold = event.type !== 'login.ended' || edge.to.context.failure === event.failure;
    return isTold ? undefined : 'a login ends otherwise than it has ended elsewhere';
  },
};

/** What follows when something is heard of a login that a person or a sibling is waited for. */
function dueAfter(edge: Edge): Source | undefined {
  const { from, stimulus } = edge;
  const { event } = stimulus;
  const { pending, grant, refused, foundGrant } = from.context;
  const isWaiting = isAwaiting(edge) || isJoined(edge);
  if (event.type === 'grant.changed') {
    const { grantVersion: version } = event;
    const isNew = ![null, grant?.version, refused?.version, foundGrant].includes(version);
    if (!isNew) return undefined;
    return isAtDevice(edge) ? 'recallSession' : isWaiting ? 'discardAuthorization' : undefined;
  }
  if (!isWaiting) return undefined;
  if (event.type === 'response.received')
    return event.pendingKey === pending?.key ? 'validateResponse' : undefined;
  return event.type === 'login.ended' || event.type === 'login.replaced' ? 'discardAuthorization' : undefined;
}

// How a login ends without a grant: whatever could still be answered is discarded, and it is said why.
import { begunBy, failureIn, type Invariant, startedBy, toldIn } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import { meansWithoutLost } from './clients.ts';

/** Actors that fail before there is a request that could be answered, or after it has gone. */
const withoutRequest: readonly Source[] = [
  'recallBinding',
  'findLogin',
  'reserveRedirect',
  'requestDirectGrant',
  'requestDeviceCode',
  'discardAuthorization',
];
const withRequest: readonly Source[] = [
  'registerClient',
  'prepareAuthorization',
  'pushAuthorization',
  'takeOverLogin',
  'presentAuthorization',
  'awaitResponse',
  'validateResponse',
  'exchangeCode',
  'presentDeviceCode',
  'pollDeviceGrant',
];
export const loginFails: Invariant = {
  holds:
    'a login that fails comes to rest, once its request is discarded; but an answer to another login is not ours',
  spec: ['AUTHZ-3', 'AUTHZ-10', 'TOK-7'],
  violated(edge) {
    const failed = failureIn(edge);
    const source = edge.stimulus.report?.source;
    if (!failed || !source || meansWithoutLost(edge)) return undefined;
    if (edge.stimulus.report?.child === 'releaseRedirect') return undefined;
    const { code } = failed;
    const then = afterFailure(source, code);
    if (then === undefined) return undefined;
    const begun = begunBy(edge).join();
    // What a sibling has finished is let go; everything else is taken back.
    const isLetGo = startedBy(edge).some(({ child }) => child === 'releaseRedirect');
    if (then === 'discardAuthorization' && isLetGo !== (code === 'code_already_spent'))
      return `after ${source} failed (${code}), the login is ${isLetGo ? 'let go' : 'taken back'}`;
    if (begun !== then) return `after ${source} failed (${code}), ${then || 'nothing'} is due, not ${begun}`;
    return then === '' && edge.to.hasTag('busy') ? `${source} failed, and the flow goes on` : undefined;
  },
};

export const discarded: Invariant = {
  holds:
    'after a login was discarded, the flow rests, and what had ended it is told; after one that goes on elsewhere was let go, the store is read',
  spec: ['AUTHZ-3'],
  violated(edge) {
    const { from, to, stimulus } = edge;
    if (stimulus.report?.source !== 'discardAuthorization') return undefined;
    if (stimulus.report.child === 'releaseRedirect')
      return begunBy(edge).join() === 'recallSession' ? undefined : 'the store is not read';
    if (to.hasTag('busy') || begunBy(edge).length > 0) return `${JSON.stringify(to.value)} goes on`;
    const why = from.context.failure?.code;
    return toldIn(to) === why ? undefined : `${why} was told as ${toldIn(to)}`;
  },
};

export const tooLate: Invariant = {
  holds: 'a person who does not answer in time ends the login',
  spec: ['AUTHZ-3'],
  violated(edge) {
    const { from, to, stimulus } = edge;
    if (stimulus.report?.source !== 'waitUntil' || !from.hasTag('needsUser')) return undefined;
    if (begunBy(edge).join() !== 'discardAuthorization') return 'the login can still be answered';
    return toldIn(to) === 'login_timed_out' ? undefined : `told as ${toldIn(to)}`;
  },
};

function afterFailure(source: Source, code: string): Source | '' | undefined {
  if (source === 'validateResponse' && code === 'response_not_ours') return 'awaitResponse';
  if (withRequest.includes(source)) return 'discardAuthorization';
  return withoutRequest.includes(source) ? '' : undefined;
}

// A person who cancels, and a host that goes down, come to rest; nothing that was refused for safety does any work.
import { type Invariant, isUnchanged } from '../invariant.ts';

const bounded = ['recovering', 'abandoning', 'renewing', 'signingOut', 'recalling'];

export const rest: Invariant = {
  holds:
    'a cancel ends what waits for a person, a shutdown ends everything, and a rejected flow does nothing',
  spec: ['BIND-6', 'AUTHZ-3', 'TOK-10'],
  violated({ stimulus, to }) {
    const value = JSON.stringify(to.value);
    if (stimulus.event.type === 'host.shutdown' && to.hasTag('busy'))
      return `${value} goes on after a shutdown`;
    if (
      stimulus.event.type === 'user.cancel' &&
      to.hasTag('busy') &&
      !bounded.some((name) => value.includes(name))
    ) {
      const isJoining = value.includes('collecting') || value.includes('confirming');
      if (!isJoining) return `${value} goes on after a cancel`;
    }
    if (to.matches('rejected') && Object.values(to.children).some(Boolean))
      return 'something is at work in rejected';
    return undefined;
  },
};

export const atRest: Invariant = {
  holds:
    'where nothing is under way nothing is left of a flow: nobody wants anything, and nothing can be answered',
  spec: ['AUTHZ-3', 'AUTHZ-11', 'TOK-9'],
  violated({ arrows, to }) {
    if (arrows.length === 0) return undefined;
    if (!to.matches('idle') && !to.matches('failed') && !to.matches('rejected')) return undefined;
    const { requestedLogin, challenge, quiet, stepUp, candidate, redirectUri, pending, conflict } =
      to.context;
    // DISC-13: what the resource has said last is kept for the login that a person may ask for.
    const met = to.matches('idle') && challenge;
    const facts = { requestedLogin, met, quiet, stepUp, candidate, redirectUri, pending };
    const left = Object.entries({ ...facts, ...conflict }).find(([, fact]) => fact);
    return left && `${left[0]} is left over`;
  },
};

const heeded = [
  'user.login',
  'user.logout',
  'user.retry',
  'host.shutdown',
  'challenge.received',
  'response.received',
  'grant.changed',
];

export const undisturbed: Invariant = {
  holds: 'where nothing is under way there is nothing to cancel, to renew, or to prove',
  spec: ['TOK-8', 'AUTHZ-11'],
  violated(edge) {
    const { from, stimulus } = edge;
    if (stimulus.report || heeded.includes(stimulus.event.type)) return undefined;
    if (!from.matches('idle') && !from.matches('failed') && !from.matches('rejected')) return undefined;
    return isUnchanged(edge) ? undefined : `${stimulus.type} changed something`;
  },
};

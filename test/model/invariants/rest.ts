// A person who cancels, and a host that goes down, come to rest; nothing that was refused for safety does any work.
import type { Invariant } from '../invariant.ts';

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

// Nobody is sent anywhere unless they asked for it, or the host said that a challenge may (AUTHZ-11, TOK-7).
import { type Invariant, startedBy } from '../invariant.ts';

const presenting = ['presentAuthorization', 'presentDeviceCode', 'confirmStepUp'];

export const people: Invariant = {
  holds:
    'with `ask`, a person is led somewhere only in a flow that they asked for; never by a failure that passes',
  spec: ['AUTHZ-11', 'TOK-7'],
  violated(edge) {
    const started = startedBy(edge).find(({ source }) => presenting.includes(source));
    if (!started) return undefined;
    const { interaction, requestedLogin, strategy } = edge.to.context;
    if (interaction === 'ask' && requestedLogin === null && strategy !== 'direct')
      return `${started.source} without anybody asking`;
    return edge.stimulus.report?.way === 'an outage' ? `${started.source} after an outage` : undefined;
  },
};

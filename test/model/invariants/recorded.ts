// Nobody is sent anywhere before the issuer was recorded, and PKCE is known to be there (AUTHZ-4, DISC-9).
import type { Pending, ServerMetadata } from '../../../contract/facts.ts';
import { type Invariant, startedBy } from '../invariant.ts';

export const recorded: Invariant = {
  holds: 'a person is presented only a request that was recorded, at a server with PKCE',
  spec: ['AUTHZ-4', 'AUTHZ-1', 'DISC-9'],
  violated(edge) {
    for (const { source, input } of startedBy(edge)) {
      const server = input['server'] as ServerMetadata | undefined;
      if (source === 'prepareAuthorization' && server?.pkce !== 'S256') return 'a request without PKCE';
      if (source !== 'presentAuthorization') continue;
      const pending = input['pending'] as Pending | undefined;
      if (!pending) return 'nothing was recorded';
      if (edge.to.context.server && pending.issuer !== edge.to.context.server.issuer)
        return 'another issuer was recorded';
    }
    return undefined;
  },
};

export const led: Invariant = {
  holds:
    'when a person was led to a request, the chart knows to which: they are not led to the same one twice unasked',
  spec: ['AUTHZ-11', 'AUTHZ-12'],
  violated({ from, to, stimulus }) {
    if (stimulus.report?.source !== 'presentAuthorization' || !to.matches({ authorizing: 'awaitingUser' }))
      return undefined;
    const { pending, presented } = to.context;
    return presented === pending?.key && pending?.key === from.context.pending?.key
      ? undefined
      : 'nobody knows which request was presented';
  },
};

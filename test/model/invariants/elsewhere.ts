// Credentials of another issuer, or of nobody, end the flow: nothing is asked, registered or presented after them (BIND-6, BIND-10).
import { type Invariant, startedBy } from '../invariant.ts';

export const elsewhere: Invariant = {
  holds: 'a conflict of bindings is rejected at once',
  spec: ['BIND-6', 'BIND-10'],
  violated(edge) {
    const output = 'output' in edge.stimulus.event ? edge.stimulus.event.output : undefined;
    const found = output as
      | { preRegisteredElsewhere?: string | null; credentialWithoutIssuer?: boolean }
      | undefined;
    if (edge.stimulus.event.type !== 'xstate.done.actor.recallBinding') return undefined;
    if (!found?.preRegisteredElsewhere && !found?.credentialWithoutIssuer) return undefined;
    if (startedBy(edge).length > 0) return 'something was started';
    return edge.to.matches('rejected') ? undefined : `the flow went on to ${JSON.stringify(edge.to.value)}`;
  },
};

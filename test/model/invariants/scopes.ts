// Within a binding the set of scopes never shrinks (STEP-2).
import { type Invariant, startedBy } from '../invariant.ts';

const asking = ['prepareAuthorization', 'requestDirectGrant', 'requestDeviceCode'];

export const scopes: Invariant = {
  holds: 'what is asked for holds all that was requested and granted at the same server, up to the ceiling',
  spec: ['STEP-1', 'STEP-2', 'SCOPE-2'],
  violated(edge) {
    const { context } = edge.to;
    for (const { source, input } of startedBy(edge)) {
      if (!asking.includes(source)) continue;
      const asked = input['scopes'] as readonly string[];
      const before = [...(context.binding?.scopes ?? []), ...(context.grant?.requested ?? [])];
      const { ceiling } = context.limits;
      const lost = before.filter(
        (scope) => !asked.includes(scope) && (ceiling === null || ceiling.includes(scope)),
      );
      if (context.binding?.issuer === context.server?.issuer && lost.length > 0)
        return `${source} drops ${lost.join(' ')}`;
    }
    return undefined;
  },
};

// What an accepted request forgives: all that was spent on the grant, but for step-ups (TOK-9, STEP-4).
import { type Invariant, isUnchanged } from '../invariant.ts';

export const proof: Invariant = {
  holds:
    'an accepted request forgives what was spent on its own grant, but no step-up; and it moves nothing, but for a grant that had been refused; one of another server stays refused',
  spec: ['TOK-9', 'STEP-4'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'grant.proved') return undefined;
    const { grant, budget: spent } = from.context;
    if (!from.matches('authorized') || stimulus.event.grantVersion !== grant?.version)
      return isUnchanged(edge) ? undefined : 'a request with another token changed something';
    const { refused, budget } = to.context;
    const before401 = from.context.refused;
    const wasOfAnother = typeof before401?.issuer === 'string' && before401.issuer !== grant?.issuer;
    if (wasOfAnother && refused !== before401) return 'a grant of another server counts as good';
    const expected = { ...from.context, refused, budget };
    // One that counted as refused is weighed again.
    const wasRefused = from.context.refused?.version === grant?.version;
    const before = wasRefused && to.matches('authorized') ? to : from;
    if (!isUnchanged({ from: { ...before, context: expected }, to })) return 'the proof moved something';
    // What the resource refused of another server says nothing about this one, and the other way round.
    const isOfAnother = typeof refused?.issuer === 'string' && refused.issuer !== grant?.issuer;
    const isKept = isOfAnother && refused === from.context.refused;
    if (refused !== null && !isKept) return 'what was accepted still counts as refused';
    const { authorizations, renewals, registrations, pauses, stepUps } = budget;
    if (authorizations + renewals + registrations + pauses > 0) return 'an accepted request did not forgive';
    return stepUps === spent.stepUps ? undefined : 'an accepted request forgave step-ups';
  },
};

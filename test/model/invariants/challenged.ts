// What a 401 leads to, and nothing else: back to the resource, unless it speaks of an older token (TOK-8, DISC-12).
import { type Invariant, isUnchanged, startedBy } from '../invariant.ts';

export const unauthorized: Invariant = {
  holds:
    'a 401 to the grant decides over any clock and outdates what was discovered; one to an older token says nothing',
  spec: ['TOK-8', 'DISC-12', 'DISC-2'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { event } = stimulus;
    if (event.type !== 'challenge.received' || event.challenge.status !== 401) return undefined;
    if (!from.hasTag('canSend')) return undefined;
    const isOlder = event.grantVersion !== from.context.grant?.version;
    if (isOlder || from.children['refreshGrant'] || from.matches('steppingUp'))
      return isUnchanged(edge) ? undefined : 'a 401 that says nothing of the grant changed something';
    const { refused, challenge, refusal } = to.context;
    if (refused?.version !== event.grantVersion) return 'the grant still counts as good';
    if (challenge?.status !== 401) return 'the challenge is not remembered';
    if (refusal !== null) return 'an old refusal is still told';
    const [first, ...others] = startedBy(edge);
    const isFollowed = first?.source === 'fetchResourceMetadata' && first.input['challenge'] === challenge;
    return isFollowed && others.length === 0 ? undefined : 'the challenge was not followed';
  },
};

export const onlyUnauthorized: Invariant = {
  holds: 'a 403 does not make a grant bad: it is good for less than was tried',
  spec: ['STEP-5', 'TOK-8'],
  violated({ from, stimulus: { event }, to }) {
    if (event.type !== 'challenge.received' || event.challenge.status === 401) return undefined;
    return to.context.refused === from.context.refused ? undefined : 'a 403 counts as a 401';
  },
};

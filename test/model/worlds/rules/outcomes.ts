// Rules about what the app sees: everything ends, in a known way, and works again when servers do.
import type { Rule } from '../recording.ts';

const everythingEnds: Rule = {
  says: 'everything that was asked for ends',
  spec: ['TOK-7', 'TOK-9'],
  judge({ moments }) {
    for (const moment of moments) if (moment.kind === 'hangs') return `${moment.what} does not`;
    return undefined;
  },
};

const knownEndings: Rule = {
  says: 'everything ends with a Response or an AuthError, and none says that it is a defect',
  spec: ['TOK-9', 'REG-5'],
  judge({ moments }) {
    for (const moment of moments) {
      if (moment.kind !== 'outcome') continue;
      if (moment.isForeign) return `${moment.what} ended with ${moment.ended}`;
      if (moment.ended === 'internal') return `${moment.what} ended with a defect of our own`;
    }
    return undefined;
  },
};

const askedIsAsked: Rule = {
  says: 'a login that was asked for does not end for want of being asked for',
  spec: ['AUTHZ-11'],
  judge({ moments }) {
    for (const moment of moments)
      if (moment.kind === 'outcome' && moment.what === 'the login' && moment.ended === 'interaction_required')
        return 'one did';
    return undefined;
  },
};

const worksAgain: Rule = {
  says: 'when servers are mended, a login is all that it takes',
  spec: ['TOK-7', 'STEP-5', 'DISC-12', 'BIND-11'],
  judge({ moments }) {
    for (const moment of moments)
      if (moment.kind === 'repaired' && moment.status !== '200')
        return `the login ended with ${moment.login}, and the call with ${moment.status}`;
    return undefined;
  },
};

export const outcomeRules: readonly Rule[] = [everythingEnds, knownEndings, askedIsAsked, worksAgain];

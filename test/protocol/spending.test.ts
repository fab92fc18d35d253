// C03, C04, R13: what works only once is used by one process.
import { describe, expect, it } from 'vitest';
import { type Intent, judgeSpending } from '../../protocol/spending.ts';

const theirs: Intent = { isOurs: false, isForThisVersion: true, isOfEnded: false, still: 99 };

describe('C03, C04, R13: what works only once', () => {
  it.each([
    ['is ours where nobody has begun', true, undefined, 'take'],
    ['is ours to begin again', true, { ...theirs, isOurs: true, still: 100 }, 'take'],
    ['is waited for while a sibling is at it', true, theirs, 'wait'],
    ['is given up when a sibling has fallen silent', true, { ...theirs, still: 100 }, 'break off'],
    ['is given up when its process has ended', true, { ...theirs, isOfEnded: true, still: 0 }, 'break off'],
    ['was used, and only the intent is left', true, { ...theirs, isForThisVersion: false }, 'tidy'],
    ['was used by somebody else', false, undefined, 'leave'],
    ['was used, whoever has an intent', false, { ...theirs, isOurs: true }, 'leave'],
  ] as const)('%s', (_, isCurrent, intent, verdict) => {
    expect(judgeSpending({ isCurrent, intent, leaseTerm: 100 })).toBe(verdict);
  });
});

// All rules, in the order that they are judged in: the first one that is broken is reported.
import type { Rule } from '../recording.ts';
import { boundRules } from './bounds.ts';
import { credentialRules } from './credentials.ts';
import { joinedRules } from './joined.ts';
import { loginRules } from './logins.ts';
import { outcomeRules } from './outcomes.ts';
import { renewalRules } from './renewals.ts';

export const rules: readonly Rule[] = [
  ...loginRules,
  ...credentialRules,
  ...renewalRules,
  ...boundRules,
  ...joinedRules,
  ...outcomeRules,
];

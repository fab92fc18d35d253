// All the ways in which code may be wrong here.
import type { Operator } from '../syntax/change.ts';
import { otherArithmetic, otherAssignment, otherCall } from './calls.ts';
import { comparison, expectedPresence, forcedConditions, missingNot, missingOperands } from './conditions.ts';
import { emptied, otherNumber, otherText, otherTruth } from './literals.ts';
import { otherPattern } from './patterns.ts';
import { missingResult, missingStatement } from './statements.ts';

/** By name, as reports tell them. */
export const operators: Readonly<Record<string, Operator>> = {
  forcedConditions,
  missingOperands,
  comparison,
  missingNot,
  expectedPresence,
  missingStatement,
  missingResult,
  otherNumber,
  otherTruth,
  otherText,
  emptied,
  otherPattern,
  otherArithmetic,
  otherAssignment,
  otherCall,
};

// Conditions that hold too often, too seldom, or at another bound.
import { type Change, type Operator, otherBetween, replaced } from '../syntax/change.ts';
import type { Node } from '../syntax/tree.ts';

/** `if`, `? :` and loops whose condition always or never holds. A loop that never ends shows nothing, and is left out. */
export const forcedConditions: Operator = (node) => {
  const test = conditionOf(node);
  if (!test || test.type === 'Literal') return [];
  const isLoop = node.type !== 'IfStatement' && node.type !== 'ConditionalExpression';
  return (isLoop ? ['false'] : ['true', 'false']).map((text) => replaced(test, text));
};

function conditionOf(node: Node): Node | null {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return node.test;
    default:
      return null;
  }
}

/** `a && b`, `a || b` and `a ?? b` without one of the two: a check that is missing, or a default that never comes. */
export const missingOperands: Operator = (node, of) =>
  node.type === 'LogicalExpression' ? [replaced(node, of(node.left)), replaced(node, of(node.right))] : [];

/** By operator: the one with the bound on the other side, and the contrary. */
const comparisons: ReadonlyMap<string, readonly [string | undefined, string]> = new Map([
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['===', [undefined, '!==']],
  ['!==', [undefined, '===']],
]);

/** Comparisons that are off by one, or say the contrary. As a whole condition, the contrary is less than always and never. */
export const comparison: Operator = (node, of) => {
  if (node.type !== 'BinaryExpression') return [];
  const [bound, contrary] = comparisons.get(node.operator) ?? [];
  const operators = isCondition(node) ? [bound] : [bound, contrary];
  return operators.flatMap((operator): readonly Change[] =>
    operator === undefined ? [] : [otherBetween(node, operator, of)],
  );
};

/** `!a` as `a`, where it is not a whole condition. */
export const missingNot: Operator = (node, of) =>
  node.type === 'UnaryExpression' && node.operator === '!' && !isCondition(node)
    ? [replaced(node, of(node.argument))]
    : [];

const isCondition = (node: Node): boolean => !!node.parent && conditionOf(node.parent) === node;

/** `a?.b` as `a.b`: what is absent is not expected. */
export const expectedPresence: Operator = (node, of) => {
  const isLink = node.type === 'MemberExpression' || node.type === 'CallExpression';
  if (!isLink || !node.optional) return [];
  const before = node.type === 'MemberExpression' ? node.object : node.callee;
  const isNamed = node.type === 'MemberExpression' && !node.computed;
  const span = { start: before.end, end: node.end };
  return [{ node, span, text: of(span).replace('?.', isNamed ? '.' : '') }];
};

// Steps that are not taken, and results that are not given.
import { type Operator, removed, replaced } from '../syntax/change.ts';
import type { Node } from '../syntax/tree.ts';

/** A statement that is missing: a call, an assignment, a refusal, an early end. */
export const missingStatement: Operator = (node) => {
  if (isAllOfBranch(node)) return [];
  switch (node.type) {
    case 'ExpressionStatement':
      return node.expression.type === 'Literal' || isSuper(node.expression) ? [] : [removed(node)];
    case 'ThrowStatement':
    case 'ContinueStatement':
      return [removed(node)];
    case 'BreakStatement':
      // In a `switch` it is punctuation.
      return node.parent?.type === 'SwitchCase' ? [] : [removed(node)];
    case 'ReturnStatement':
      return node.argument ? [] : [removed(node)];
    default:
      return [];
  }
};

/** Without it, the branch is as if its condition never held, which is tried as such. */
function isAllOfBranch(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === 'BlockStatement') return parent.body.length === 1 && isAllOfBranch(parent);
  return parent?.type === 'IfStatement' && parent.consequent === node && !parent.alternate;
}

const isSuper = (node: Node): boolean => node.type === 'CallExpression' && node.callee.type === 'Super';

/** A function that gives nothing. Where it gives a literal, that one is changed instead. */
export const missingResult: Operator = (node) => {
  const result = resultOf(node);
  return !result || plain.has(result.type) || isUndefined(result) ? [] : [replaced(result, 'undefined')];
};

const plain: ReadonlySet<string> = new Set([
  'Literal',
  'ArrayExpression',
  'ObjectExpression',
  'TemplateLiteral',
]);

function resultOf(node: Node): Node | null {
  if (node.type === 'ReturnStatement') return node.argument;
  return node.type === 'ArrowFunctionExpression' && node.expression ? node.body : null;
}

const isUndefined = (node: Node): boolean => node.type === 'Identifier' && node.name === 'undefined';

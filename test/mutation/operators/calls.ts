// Arithmetic and calls that do another thing, or nothing.
import { type Operator, otherBetween, replaced } from '../syntax/change.ts';
import type { Node } from '../syntax/tree.ts';

const arithmetic: ReadonlyMap<string, string> = new Map([
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['%', '*'],
  ['&', '|'],
  ['|', '&'],
  ['^', '&'],
  ['<<', '>>'],
  ['>>', '<<'],
  ['>>>', '<<'],
  ['**', '*'],
]);

export const otherArithmetic: Operator = (node, of) => {
  if (node.type !== 'BinaryExpression') return [];
  const operator = arithmetic.get(node.operator);
  if (operator === undefined || [node.left, node.right].some(isText)) return [];
  return [otherBetween(node, operator, of)];
};

const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');

const assignments: ReadonlyMap<string, string> = new Map([
  ['+=', '-='],
  ['-=', '+='],
  ['*=', '/='],
  ['/=', '*='],
  ['|=', '&='],
  ['&=', '|='],
  ['??=', '='],
  ['||=', '='],
  ['&&=', '='],
]);

export const otherAssignment: Operator = (node, of) => {
  if (node.type === 'UpdateExpression') {
    return [replaced(node, of(node).replace(node.operator, node.operator === '++' ? '--' : '++'))];
  }
  if (node.type !== 'AssignmentExpression') return [];
  const operator = assignments.get(node.operator);
  return operator === undefined ? [] : [otherBetween(node, operator, of)];
};

/** Methods without which their object would do nearly as well. */
const dispensable: ReadonlySet<string> = new Set([
  'trim',
  'trimStart',
  'trimEnd',
  'toLowerCase',
  'toUpperCase',
  'slice',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'filter',
  'flat',
  'concat',
  'normalize',
  'replaceAll',
  'replace',
]);

const others: ReadonlyMap<string, string> = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['min', 'max'],
  ['max', 'min'],
]);

export const otherCall: Operator = (node, of) => {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { callee } = node;
  if (callee.computed || callee.property.type !== 'Identifier') return [];
  if (dispensable.has(callee.property.name)) return [replaced(node, of(callee.object))];
  const other = others.get(callee.property.name);
  return other === undefined ? [] : [{ node, span: callee.property, text: other }];
};

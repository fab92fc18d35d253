// Values that are off: numbers by one, texts, lists and objects emptied, truth turned over.
import { type Operator, replaced } from '../syntax/change.ts';
import type { Node } from '../syntax/tree.ts';

export const otherNumber: Operator = (node) => {
  if (node.type !== 'Literal' || typeof node.value !== 'number') return [];
  const near = node.value >= 1 ? [node.value + 1, node.value - 1] : [node.value + 1];
  return near.map((value) => replaced(node, String(value)));
};

export const otherTruth: Operator = (node) =>
  node.type === 'Literal' && typeof node.value === 'boolean' ? [replaced(node, String(!node.value))] : [];

/** A text that is empty, and an empty one that is not. Names of members, modules and types are no values. */
export const otherText: Operator = (node) => {
  if (node.type === 'TemplateLiteral') {
    const isTagged = node.parent?.type === 'TaggedTemplateExpression';
    return isTagged || node.end - node.start === 2 ? [] : [replaced(node, "''")];
  }
  if (node.type !== 'Literal' || typeof node.value !== 'string' || isName(node)) return [];
  return [replaced(node, node.value === '' ? "'another'" : "''")];
};

function isName(node: Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.key === node;
    case 'ExpressionStatement':
    case 'ExportNamedDeclaration':
    case 'Program':
      return true;
    case 'BinaryExpression':
      // `typeof a === ''` is a comparison that never holds, which is tried as such.
      return [parent.left, parent.right].some(
        (side) => side.type === 'UnaryExpression' && side.operator === 'typeof',
      );
    default:
      return false;
  }
}

export const emptied: Operator = (node) => {
  if (node.type === 'ArrayExpression' && node.elements.length > 0) return [replaced(node, '[]')];
  if (node.type === 'ObjectExpression' && node.properties.length > 0) return [replaced(node, '({})')];
  return [];
};

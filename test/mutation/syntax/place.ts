// Where a change stands, in words that stay true when lines move: the function, and a frame of text around it.
import { createHash } from 'node:crypto';
import type { Change } from './change.ts';
import { around, type Node, type Span } from './tree.ts';

/** Names of the functions, classes and values around a node, outermost first; of the top level: empty. */
export function placeOf(node: Node): string {
  return [...around(node)].map(nameOf).filter(Boolean).reverse().join('.');
}

function nameOf(node: Node): string {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id?.name ?? '';
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return keyOf(node.key);
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' && (isTopLevel(node) || isFunction(node.init)) ? node.id.name : '';
    case 'Property':
      return isFunction(node.value) ? keyOf(node.key) : '';
    default:
      return '';
  }
}

const keyOf = (key: Node): string =>
  key.type === 'Identifier' || key.type === 'PrivateIdentifier' ? key.name : '';

const isFunction = (node: Node | null): boolean =>
  node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';

function isTopLevel({ parent }: Node): boolean {
  const holder = parent?.parent;
  return holder?.type === 'Program' || holder?.type === 'ExportNamedDeclaration';
}

/** A frame shorter than this says too little, and one longer than the other too much, in characters. */
const ENOUGH = 24;
const TOO_MUCH = 100;

/** The original and what replaces it, each with enough around to be told from its like. */
export function frameOf(change: Change, of: (span: Span) => string): readonly [string, string] {
  const { span, text } = change;
  const frame = frameAround(change.node);
  const original = of(frame);
  const other = of({ start: frame.start, end: span.start }) + text + of({ start: span.end, end: frame.end });
  return [original, other];
}

function frameAround(node: Node): Node {
  if (node.end - node.start >= ENOUGH) return node;
  const { parent } = node;
  const isWide = !parent || parent.end - parent.start > TOO_MUCH || listing.has(parent.type);
  return isWide ? node : frameAround(parent);
}

/** What holds statements is no frame of one. */
const listing: ReadonlySet<string> = new Set([
  'Program',
  'BlockStatement',
  'FunctionBody',
  'SwitchCase',
  'ClassBody',
]);

/** Text on one line; the end of a long one stands as a digest. */
export function inShort(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return 'nothing';
  return line.length <= TOO_MUCH ? line : `${line.slice(0, TOO_MUCH - 12)}… ${digestOf(line).slice(0, 8)}`;
}

export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

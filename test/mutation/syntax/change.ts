// One change of the source text, before it has an id.
import type { Node, Span } from './tree.ts';

/** What a change replaces, and by what. */
export interface Change {
  /** The expression or statement that is another one now. */
  readonly node: Node;
  /** What of the text is replaced: the node, or a part of it. */
  readonly span: Span;
  readonly text: string;
}

/** Says how a node could be wrong. `of` gives the text of a stretch. */
export type Operator = (node: Node, of: (span: Span) => string) => readonly Change[];

export const replaced = (node: Node, text: string): Change => ({ node, span: node, text });

export const removed = (node: Node): Change => replaced(node, '');

/** The operator between two operands as another one: what stands in brackets stays there. */
export function otherBetween(
  node: Extract<Node, { left: unknown; right: unknown; operator: string }>,
  other: string,
  of: (span: Span) => string,
): Change {
  const span = { start: node.left.end, end: node.right.start };
  return { node, span, text: of(span).replace(node.operator, other) };
}

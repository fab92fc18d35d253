// Source text as a tree: each node knows its parent, and what is only about types is not visited.
import { parseAst } from 'vitest/node';

type Program = ReturnType<typeof parseAst>;

/** A node of the tree, by `type`; offsets are in characters of the text. */
export type Node = NonNullable<Program['body'][number]['parent']>;

/** A stretch of the text, in characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Types that stand around an expression, which runs. */
const transparent: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
]);
const imports: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
]);

/** Every node that runs, in the order of the text, parents first. @throws SyntaxError */
export function nodesOf(text: string): readonly Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    found.push(node);
    for (const child of childrenOf(node)) {
      child.parent = node;
      visit(child);
    }
  };
  visit(parseAst(text, { lang: 'ts' }));
  return found;
}

function childrenOf(node: Node): readonly Exclude<Node, Program>[] {
  const members = Object.entries(node).filter(([name]) => name !== 'parent');
  return members.flatMap(([, value]) => (Array.isArray(value) ? value : [value])).filter(runs);
}

function runs(value: unknown): value is Exclude<Node, Program> {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const { type } = value;
  if (typeof type !== 'string' || imports.has(type)) return false;
  return transparent.has(type) || !type.startsWith('TS');
}

/** The nodes around this one, innermost first. */
export function* around(node: Node): Generator<Node> {
  for (let one = node.parent; one; one = one.parent) yield one;
}

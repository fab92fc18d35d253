// What a source file has, read from its syntax tree: exports with and without docstrings, and how long functions are.
import { parseAst } from 'vitest/node';

/** What one file looks like. */
export interface Shape {
  readonly lines: number;
  /** Names of exports that have no docstring right above them; what is passed on from another file is none of them. */
  readonly undocumented: readonly string[];
  /** Lines of each function that has a body in braces, from its first line to its last. */
  readonly functions: readonly number[];
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const functionTypes: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

/**
 * @param text TypeScript that compiles.
 * @throws SyntaxError when it does not.
 */
export function shapeOf(text: string): Shape {
  const { body } = parseAst(text, { lang: 'ts' });
  const lineAt = lineCounter(text);
  return {
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    undocumented: undocumentedIn(body, text),
    functions: nodesIn(body)
      .filter(isFunctionWithBody)
      .map(({ start, end }) => lineAt(end) - lineAt(start) + 1),
  };
}

function undocumentedIn(statements: readonly SyntaxNode[], text: string): readonly string[] {
  const documented = new Set<string>();
  const missing = new Set<string>();
  for (const statement of statements) {
    for (const name of exportedBy(statement, statements)) {
      const { start } = name.declaration;
      (hasDocstring(text.slice(0, start)) ? documented : missing).add(name.text);
    }
  }
  // Of overloads one docstring is enough.
  return [...missing].filter((name) => !documented.has(name));
}

interface ExportedName {
  readonly text: string;
  /** What the docstring has to stand above. */
  readonly declaration: SyntaxNode;
}

function exportedBy(statement: SyntaxNode, statements: readonly SyntaxNode[]): readonly ExportedName[] {
  if (statement.type === 'ExportDefaultDeclaration') return [{ text: 'default', declaration: statement }];
  if (statement.type !== 'ExportNamedDeclaration' || childOf(statement, 'source')) return [];
  const declared = childOf(statement, 'declaration');
  if (declared) return namesOf(declared).map((text) => ({ text, declaration: statement }));
  const local = nodesIn(statement).filter(({ type }) => type === 'ExportSpecifier');
  return local.flatMap((specifier) => {
    const text = textOf(childOf(specifier, 'local'));
    const declaration = statements.find((one) => namesOf(one).includes(text));
    return declaration ? [{ text, declaration }] : [];
  });
}

/** The names that a declaration declares; none for any other statement. */
function namesOf(declaration: SyntaxNode): readonly string[] {
  if (declaration.type === 'VariableDeclaration') {
    const declarators = Object.values(declaration).flatMap((value) => (Array.isArray(value) ? value : []));
    return declarators.filter(isNode).map((declarator) => textOf(childOf(declarator, 'id')));
  }
  const id = childOf(declaration, 'id');
  return id ? [textOf(id)] : [];
}

/** @param before everything up to the declaration. */
function hasDocstring(before: string): boolean {
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/[ \t]*\r?\n?$/.exec(before)?.[1];
  // A reference alone says nothing.
  return comment !== undefined && /\p{L}/u.test(comment.replace(/@see[^\n]*/g, ''));
}

function isFunctionWithBody(node: SyntaxNode): boolean {
  return functionTypes.has(node.type) && childOf(node, 'body')?.type === 'BlockStatement';
}

/** All nodes below, itself included. */
function nodesIn(value: unknown): readonly SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(nodesIn);
  return isNode(value) ? [value, ...below] : below;
}

function childOf(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const child: unknown = Object.entries(node).find(([key]) => key === name)?.[1];
  return isNode(child) ? child : undefined;
}

function textOf(node: SyntaxNode | undefined): string {
  return node && 'name' in node ? String(node.name) : '(a pattern)';
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** @returns the line of an offset, counted from 0, in logarithmic time. */
function lineCounter(text: string): (offset: number) => number {
  const breaks = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (offset) => {
    let [low, high] = [0, breaks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

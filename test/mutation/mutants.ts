// Every way in which one source file could be wrong, by the operators.
import { leftOutBy } from './leftOut.ts';
import { operators } from './operators/index.ts';
import type { Change } from './syntax/change.ts';
import { frameOf, inShort, placeOf } from './syntax/place.ts';
import { type Node, nodesOf, type Span } from './syntax/tree.ts';

/** The source, wrong in one place. */
export interface Mutant {
  /** File, function, original and replacement: the same wherever the lines have moved. */
  readonly id: string;
  readonly operator: string;
  /** One-based. */
  readonly line: number;
  /** The expression or statement that is switched, and its other text. An empty text: the statement is not run. */
  readonly span: Span;
  readonly text: string;
  /** Name of the rule by which it is no fault that a test should find. */
  readonly leftOut?: string;
}

/** @param file relative to the project. @param text its content. */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const of = ({ start, end }: Span): string => text.slice(start, end);
  const known = new Map<string, number>();
  const found = new Map<string, Mutant>();
  for (const node of nodesOf(text)) {
    for (const [operator, change] of changesOf(node, of)) {
      const mutant = mutantOf(change, operator, file, text);
      const what = `${mutant.span.start} ${mutant.span.end} ${mutant.text}`;
      if (mutant.text === of(mutant.span) || found.has(what)) continue;
      const count = (known.get(mutant.id) ?? 0) + 1;
      known.set(mutant.id, count);
      found.set(what, count === 1 ? mutant : { ...mutant, id: `${mutant.id} (${count})` });
    }
  }
  return [...found.values()];
}

function changesOf(node: Node, of: (span: Span) => string): readonly (readonly [string, Change])[] {
  return Object.entries(operators).flatMap(([name, operator]) =>
    operator(node, of).map((change) => [name, change] as const),
  );
}

function mutantOf(change: Change, operator: string, file: string, text: string): Mutant {
  const of = ({ start, end }: Span): string => text.slice(start, end);
  const { start, end } = switchable(change.node);
  const [original, other] = frameOf(change, of).map(inShort);
  const leftOut = leftOutBy(file, change);
  return {
    id: [file, placeOf(change.node), `${original} → ${other}`].filter(Boolean).join(' | '),
    operator,
    line: text.slice(0, change.span.start).split('\n').length,
    span: { start, end },
    text: text.slice(start, change.span.start) + change.text + text.slice(change.span.end, end),
    ...(leftOut !== undefined && { leftOut }),
  };
}

/**
 * The smallest node around that can be put behind a switch and still mean the same: a whole optional chain, since it
 * ends as a whole; a call with its object, since that is `this`; a `delete` or an assignment with its target.
 */
function switchable(node: Node): Node {
  let top = node;
  while (top.parent && isSpineOf(top.parent, top)) top = top.parent;
  if (top.parent?.type === 'ChainExpression') return withUser(top.parent);
  const { parent } = node;
  return withUser(parent?.type === 'CallExpression' && parent.callee === node ? parent : node);
}

function isSpineOf(parent: Node, node: Node): boolean {
  if (parent.type === 'MemberExpression') return parent.object === node;
  return (
    parent.type === 'TSNonNullExpression' || (parent.type === 'CallExpression' && parent.callee === node)
  );
}

function withUser(node: Node): Node {
  const { parent } = node;
  const isTarget = parent?.type === 'AssignmentExpression' && parent.left === node;
  const isDeleted = parent?.type === 'UnaryExpression' && parent.operator === 'delete';
  return isTarget || isDeleted ? parent : node;
}

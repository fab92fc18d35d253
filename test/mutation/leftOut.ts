// What is no fault that a test should find, by rule: each rule with its reason. Reports count what each leaves out.
import type { Change } from './syntax/change.ts';
import { around, type Node } from './syntax/tree.ts';

interface Rule {
  readonly why: string;
  applies(change: Change, file: string): boolean;
}

/** Where in the arguments of these the sentence for people stands. */
const sentences: ReadonlyMap<string, number> = new Map([
  ['refuse', 2],
  ['failure', 2],
  ['Error', 0],
  ['TypeError', 0],
  ['RangeError', 0],
]);

/** By name, as reports tell them. */
export const rules: Readonly<Record<string, Rule>> = {
  'text for people': {
    why: 'Programs decide on codes. What a sentence says, nobody depends on.',
    applies: ({ node }) => [node, ...around(node)].some(isSentence),
  },
  'absent or undefined': {
    why: '`...(x !== undefined && { x })` leaves a member out, for the types; undefined, it is read as absent too.',
    applies: ({ node, text }) => isPresenceCheck(node, text),
  },
};

/** @returns the name of the first rule that leaves the change out. */
export function leftOutBy(file: string, change: Change): string | undefined {
  return Object.entries(rules).find(([, rule]) => rule.applies(change, file))?.[0];
}

/** The message of an error, or of a failure. */
function isSentence(node: Node): boolean {
  const { parent } = node;
  if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return false;
  const { callee } = parent;
  const place = callee.type === 'Identifier' ? sentences.get(callee.name) : undefined;
  return place !== undefined && parent.arguments[place] === node;
}

/** `x !== undefined && { x }` as `{ x }`, spread into an object. */
function isPresenceCheck(node: Node, text: string): boolean {
  if (node.type !== 'LogicalExpression' || node.parent?.type !== 'SpreadElement') return false;
  const { left, right } = node;
  return (
    text.startsWith('{') &&
    left.type === 'BinaryExpression' &&
    left.operator === '!==' &&
    left.right.type === 'Identifier' &&
    left.right.name === 'undefined' &&
    right.type === 'ObjectExpression' &&
    right.properties.length === 1
  );
}

// Regular expressions that take more, or less.
import { type Operator, replaced } from '../syntax/change.ts';

export const otherPattern: Operator = (node) => {
  if (node.type !== 'Literal' || !('regex' in node)) return [];
  const { pattern, flags } = node.regex;
  const patterns = [...otherPatterns(pattern)].map((text) => ({ text, flags }));
  const fewerFlags = [...flags].map((flag) => ({ text: pattern, flags: flags.replace(flag, '') }));
  return [...patterns, ...fewerFlags]
    .filter((one) => isPattern(one.text, one.flags))
    .map((one) => replaced(node, `/${one.text}/${one.flags}`));
};

function isPattern(text: string, flags: string): boolean {
  try {
    return text !== '' && new RegExp(text, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The parts that a pattern is made of, as far as they are changed here. */
const parts =
  /(?<class>\[\^?(?:\\.|[^\]\\])*\])|(?<escaped>\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|.))|(?<anchor>[\^$])|(?<bounds>\{(?<least>\d+)(?<comma>,?)(?<most>\d*)\})|(?<times>[*+])|(?<group>\((?:\?(?:[:=!]|<[=!]|<\w+>))?)|(?<maybe>\?)/g;

function* otherPatterns(pattern: string): Generator<string> {
  for (const found of pattern.matchAll(parts)) {
    const [text] = found;
    for (const other of othersOf(text, found.groups ?? {})) {
      yield pattern.slice(0, found.index) + other + pattern.slice(found.index + text.length);
    }
  }
}

type Groups = Readonly<Record<string, string | undefined>>;

function othersOf(text: string, groups: Groups): readonly string[] {
  if (groups['class'] !== undefined) return otherClasses(text);
  if (groups['bounds'] !== undefined) return otherBounds(groups);
  if (groups['anchor'] !== undefined || groups['maybe'] !== undefined) return [''];
  if (groups['times'] !== undefined) return [text === '*' ? '+' : '*'];
  return /^\\[wdsWDS]$/.test(text) ? [`\\${turned(text.charAt(1))}`] : [];
}

const turned = (letter: string): string =>
  letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();

function otherBounds({ least = '', comma = '', most = '' }: Groups): readonly string[] {
  const from = Number(least);
  const other = (low: number, high: number | undefined): string =>
    low < 0 || (high !== undefined && high < low) ? '' : `{${low}${comma}${high ?? ''}}`;
  const to = most === '' ? undefined : Number(most);
  const lower = [other(from - 1, to), other(from + 1, to)];
  const upper = to === undefined ? [] : [other(from, to - 1), other(from, to + 1)];
  return [...lower, ...upper].filter((text) => text !== '');
}

/** One character, or one range. */
const members =
  /(?:\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|.)|[^\\])(?:-(?:\\(?:u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|.)|[^\\]))?/giu;

/** The contrary class, and the class without each of its members. */
function otherClasses(text: string): readonly string[] {
  const isNegated = text.startsWith('[^');
  const inner = text.slice(isNegated ? 2 : 1, -1);
  const found = inner.match(members) ?? [];
  const fewer = found.map((_, index) => found.toSpliced(index, 1).join(''));
  const open = isNegated ? '[^' : '[';
  return [
    `${isNegated ? '[' : '[^'}${inner}]`,
    ...(found.length > 1 ? fewer.map((rest) => `${open}${rest}]`) : []),
  ];
}

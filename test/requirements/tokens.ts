// Splits TypeScript into texts, words and marks, and comments apart from them; regular expressions are gone. Enough to read
// test titles, and what comments cite.

/** A text is a string or template without its quotes and `${…}`; a mark is one character, or `=>`. */
export interface Token {
  readonly kind: 'text' | 'word' | 'mark';
  readonly value: string;
}

const blank = /\s+/y;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const quoted = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const word = /[\p{L}\p{N}_$]+/uy;
const expression = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
const templateText = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const mark = /=>|[\s\S]/y;

/** After these words a slash begins a regular expression; after other words it divides. */
const operators = new Set(['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'await', 'yield']);

/** @returns the tokens of a file that compiles; of any other, something. */
export function tokensOf(source: string): readonly Token[] {
  return scan(source, 0).tokens;
}

/** @returns the comments of a file that compiles, with their marks: line comments, block comments and docstrings. */
export function commentsOf(source: string): readonly string[] {
  return scan(source, 0).comments;
}

interface Scan {
  readonly tokens: readonly Token[];
  readonly comments: readonly string[];
  readonly end: number;
}

/** Reads up to the end, or to a brace that was opened before `from`: the end of a `${…}`. */
function scan(source: string, from: number): Scan {
  const tokens: Token[] = [];
  const comments: string[] = [];
  let at = from;
  let depth = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < source.length) {
    if (take(blank) !== undefined) continue;
    const remark = take(comment);
    if (remark !== undefined) {
      comments.push(remark);
      continue;
    }
    const text = take(quoted);
    const name = text === undefined ? take(word) : undefined;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.slice(1, -1) });
    else if (name !== undefined) tokens.push({ kind: 'word', value: name });
    else if (source[at] === '`') {
      const template = readTemplate(source, at);
      tokens.push({ kind: 'text', value: template.text });
      comments.push(...template.comments);
      at = template.end;
    } else if (!isOperand(tokens.at(-1)) && take(expression) !== undefined) {
      tokens.push({ kind: 'word', value: '' });
    } else {
      const value = take(mark) ?? '';
      if (value === '}' && depth === 0) break;
      if (value === '{') depth += 1;
      if (value === '}') depth -= 1;
      tokens.push({ kind: 'mark', value });
    }
  }
  return { tokens, comments, end: at };
}

interface Template {
  readonly text: string;
  /** Within its `${…}`. */
  readonly comments: readonly string[];
  readonly end: number;
}

/** @param from where the backtick is. */
function readTemplate(source: string, from: number): Template {
  let text = '';
  const comments: string[] = [];
  let at = from + 1;
  while (at < source.length) {
    templateText.lastIndex = at;
    const part = templateText.exec(source)?.[0] ?? '';
    text += part;
    at += part.length;
    if (source[at] !== '$') break;
    const inner = scan(source, at + '${'.length);
    comments.push(...inner.comments);
    at = inner.end;
  }
  return { text, comments, end: at + 1 };
}

/** Whether a slash after this token divides. */
function isOperand(token: Token | undefined): boolean {
  if (token?.kind === 'mark') return [')', ']', '}'].includes(token.value);
  return token !== undefined && !(token.kind === 'word' && operators.has(token.value));
}

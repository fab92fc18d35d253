// Splits TypeScript into texts, words and marks; comments and regular expressions are gone. Enough to read test titles.

/** A text is a string or template without its quotes and `${…}`; a mark is one character, or `=>`. */
export interface Token {
  readonly kind: 'text' | 'word' | 'mark';
  readonly value: string;
}

const skipped = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
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

/** Reads up to the end, or to a brace that was opened before `from`: the end of a `${…}`. */
function scan(source: string, from: number): { readonly tokens: readonly Token[]; readonly end: number } {
  const tokens: Token[] = [];
  let at = from;
  let depth = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < source.length) {
    if (take(skipped) !== undefined) continue;
    const text = take(quoted);
    const name = text === undefined ? take(word) : undefined;
    if (text !== undefined) tokens.push({ kind: 'text', value: text.slice(1, -1) });
    else if (name !== undefined) tokens.push({ kind: 'word', value: name });
    else if (source[at] === '`') {
      const template = readTemplate(source, at);
      tokens.push({ kind: 'text', value: template.text });
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
  return { tokens, end: at };
}

/** @param from where the backtick is. */
function readTemplate(source: string, from: number): { readonly text: string; readonly end: number } {
  let text = '';
  let at = from + 1;
  while (at < source.length) {
    templateText.lastIndex = at;
    const part = templateText.exec(source)?.[0] ?? '';
    text += part;
    at += part.length;
    if (source[at] !== '$') break;
    at = scan(source, at + '${'.length).end;
  }
  return { text, end: at + 1 };
}

/** Whether a slash after this token divides. */
function isOperand(token: Token | undefined): boolean {
  if (token?.kind === 'mark') return [')', ']', '}'].includes(token.value);
  return token !== undefined && !(token.kind === 'word' && operators.has(token.value));
}

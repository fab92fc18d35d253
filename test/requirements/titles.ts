// The tests of a file, and the requirements that their titles name: read from the source, without running it.
import { idsIn } from './ids.ts';
import { type Token, tokensOf } from './tokens.ts';

export interface TitledTest {
  readonly title: string;
  /** Named by the title, by the rows of its table, or by a `describe` around it. */
  readonly ids: readonly string[];
}

/** From one token to another, without it. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** A call of `it`, `test` or `describe`, and the tables that it was given by `each` or `for`. */
interface Call extends Range {
  readonly name: string;
  readonly tables: readonly Range[];
  readonly isVoid: boolean;
}

const names = new Set(['it', 'test', 'describe']);
/** Of these modifiers, `it.NAME(…)` is not yet the call with the title. */
const curried = new Set(['each', 'for', 'skipIf', 'runIf']);
/** Not run, or expected to fail: what is known to be missing. */
const never = new Set(['skip', 'todo', 'fails']);
const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);

/** Tests that are skipped, or expected to fail, prove nothing and are left out. */
export function testsIn(source: string): readonly TitledTest[] {
  const tokens = tokensOf(source);
  const calls = tokens.flatMap((_, at) => readCall(tokens, at) ?? []);
  return calls
    .filter(({ name }) => name !== 'describe')
    .flatMap((test) => {
      const around = calls.filter(({ from, to }) => from <= test.from && test.to <= to);
      if (around.some(({ isVoid }) => isVoid)) return [];
      const ids = new Set(around.flatMap((call) => idsOf(tokens, call)));
      return { title: titleOf(tokens, test), ids: [...ids] };
    });
}

function idsOf(tokens: readonly Token[], call: Call): readonly string[] {
  const heads = call.tables.flatMap((table) =>
    [table, ...constantsIn(tokens, table)].flatMap((range) => headsIn(tokens, range)),
  );
  return [titleOf(tokens, call), ...heads].flatMap(idsIn);
}

/** Its first argument, as far as it is written there. */
function titleOf(tokens: readonly Token[], { from, to }: Call): string {
  const all = tokens.slice(from, to);
  const comma = all.findIndex((token) => isMark(token, ','));
  const first = comma < 0 ? all : all.slice(0, comma);
  return first.flatMap(({ kind, value }) => (kind === 'text' ? value : [])).join('');
}

function readCall(tokens: readonly Token[], start: number): Call | undefined {
  const first = tokens[start];
  if (first?.kind !== 'word' || !names.has(first.value) || isMark(tokens[start - 1], '.')) return undefined;
  const tables: Range[] = [];
  let isVoid = false;
  let last = first.value;
  let at = start + 1;
  for (;;) {
    const token = tokens[at];
    if (isMark(token, '.')) {
      last = tokens[at + 1]?.value ?? '';
      isVoid ||= never.has(last);
      at += 2;
    } else if (isMark(token, '<')) {
      at = endOf(tokens, at, new Set('<'), new Set('>')) + 1;
    } else if (isMark(token, '(')) {
      const range = { from: at + 1, to: endOf(tokens, at, opening, closing) };
      if (!curried.has(last)) return { name: first.value, tables, isVoid, ...range };
      if (last === 'each' || last === 'for') tables.push(range);
      last = '';
      at = range.to + 1;
    } else return undefined;
  }
}

/** Where what opens here is closed again. */
function endOf(
  tokens: readonly Token[],
  start: number,
  opens: ReadonlySet<string>,
  closes: ReadonlySet<string>,
): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'mark') continue;
    if (opens.has(token.value)) depth += 1;
    if (closes.has(token.value)) depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}

/** What the words in a table stand for: `it.each(rows)` reads `const rows = […];`. */
function constantsIn(tokens: readonly Token[], { from, to }: Range): readonly Range[] {
  const words = tokens.slice(from, to).flatMap(({ kind, value }) => (kind === 'word' ? value : []));
  return [...new Set(words)].flatMap((name) => {
    const declared = tokens.findIndex(({ value }, at) => value === name && isWord(tokens[at - 1], 'const'));
    if (declared < 0) return [];
    const equals = tokens.findIndex((token, at) => at > declared && isMark(token, '='));
    const opened = equals + 1;
    if (!isMark(tokens[opened], '[')) return [];
    return { from: opened, to: endOf(tokens, opened, opening, closing) + 1 };
  });
}

/** How each row of a table begins, or the texts of its members: where its name is. Not what the test is given. */
function headsIn(tokens: readonly Token[], { from, to }: Range): readonly string[] {
  let depth = 0;
  return tokens.slice(from, to).flatMap((token, index) => {
    if (token.kind === 'mark' && opening.has(token.value)) depth += 1;
    if (token.kind === 'mark' && closing.has(token.value)) depth -= 1;
    if (token.kind !== 'text') return [];
    const before = tokens[from + index - 1];
    const isRow = depth === 1 && (isMark(before, '[') || isMark(before, ','));
    const isHead = depth === 2 && (isMark(before, '[') || isMark(before, ':'));
    return isRow || isHead ? token.value : [];
  });
}

function isMark(token: Token | undefined, value: string): boolean {
  return token?.kind === 'mark' && token.value === value;
}

function isWord(token: Token | undefined, value: string): boolean {
  return token?.kind === 'word' && token.value === value;
}

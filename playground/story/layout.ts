// Lays out text for a terminal: wrapped lines, two columns, and short lists of requirement ids.

/** Breaks a text at spaces into lines of at most `width` characters. A longer word is not broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Shortens ids: `BIND-1 BIND-2 BIND-3 BIND-7 TOK-1` becomes `BIND-1..3,7 TOK-1`. */
export function shortenIds(ids: readonly string[]): string {
  const families = new Map<string, Set<number>>();
  for (const id of ids) {
    const mark = id.lastIndexOf('-');
    const family = id.slice(0, mark);
    families.set(family, (families.get(family) ?? new Set()).add(Number(id.slice(mark + 1))));
  }
  return [...families].map(([family, numbers]) => `${family}-${ranges([...numbers])}`).join(' ');
}

function ranges(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run && run.last + 1 === number) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => range(first, last)).join(',');
}

function range(first: number, last: number): string {
  if (first === last) return String(first);
  return `${first}${last === first + 1 ? ',' : '..'}${last}`;
}

/** The positions of two columns, in characters. */
export interface Columns {
  readonly indent: number;
  /** Where the right column starts. */
  readonly at: number;
  /** The width of both columns together. */
  readonly width: number;
}

/** Puts two texts side by side, each wrapped in its column. */
export function columns(left: string, right: string, { indent, at, width }: Columns) {
  const lefts = wrap(left, at - indent - 2);
  const rights = right === '' ? [] : wrap(right, width - at);
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, row) => ({
    left: ' '.repeat(indent) + (lefts[row] ?? ''),
    right: rights[row] ?? '',
  }));
}

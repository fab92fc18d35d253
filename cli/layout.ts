// Text for people that fits their terminal: long texts go on in the next line, and nothing is cut off.

/** How wide a column is at least, in characters. A narrower one would break every word. */
const NARROWEST = 8;
/** Between two columns. */
const GAP = '  ';

/**
 * Lays out rows in columns. Nothing is cut off: a text that is too long for its column goes on in the next line.
 * @param rows the first one is the heading. All have the same number of texts.
 * @param width of the terminal, in characters.
 * @returns nothing where the terminal is too narrow for so many columns.
 */
export function grid(rows: readonly (readonly string[])[], width: number): readonly string[] | undefined {
  const natural = (rows[0] ?? []).map((_, column) =>
    Math.max(1, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const widths = narrowed(natural, width - GAP.length * (natural.length - 1));
  if (!widths) return undefined;
  return rows.flatMap((row) => {
    const cells = row.map((text, column) => broken(text, widths[column] ?? 0));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    );
  });
}

/** Takes from the widest column, one character after the other, until all fit. */
function narrowed(natural: readonly number[], room: number): readonly number[] | undefined {
  const widths = [...natural];
  for (let over = widths.reduce((sum, one) => sum + one, -room); over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= NARROWEST) return undefined;
    widths[widest] = width - 1;
  }
  return widths;
}

/** Breaks a text into lines of at most this width: at spaces, else behind a separator of an address, else anywhere. */
export function broken(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const end = endOfLine(rest.slice(0, width + 1), width);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** Where a line may end, the best place first. */
const separators = [/.*[/?&]/, /.*[:.=_-]/];

function endOfLine(head: string, width: number): number {
  const space = head.lastIndexOf(' ');
  if (space > 0) return space;
  const ends = separators.map((one) => one.exec(head.slice(0, width))?.[0].length ?? 0);
  return ends.find((end) => end > width / 3) ?? width;
}

/**
 * Breaks a text at its spaces into lines that fit the terminal. What has no space, as an address, stays whole, so that it
 * can be copied.
 * @param indent of each line, in spaces.
 */
export function wrapped(text: string, indent: number, width = terminalWidth()): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${' '.repeat(indent)}${one}\n`).join('');
}

/** Lines with a name and a text, in columns, indented by two. */
export function table(rows: readonly (readonly [string, string] | undefined)[]): string {
  const there = rows.filter((row) => row !== undefined);
  const column = Math.max(0, ...there.map(([name]) => name.length)) + 4;
  return there
    .map(([name, text]) => `  ${name}`.padEnd(column) + wrapped(text, column).slice(column))
    .join('');
}

/**
 * The width of the terminal that results are printed on, in characters. Where there is none, nothing is broken: one
 * line holds one thing, for `grep`.
 */
export function terminalWidth(): number {
  const asked = Number(process.env['COLUMNS']);
  const width = process.stdout.columns ?? (asked > 0 ? asked : Number.POSITIVE_INFINITY);
  return Math.max(20, width);
}

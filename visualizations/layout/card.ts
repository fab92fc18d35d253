// The inside of a box: its texts and their positions, from the top left corner. They give the size of the box.
import type { Box } from '../scene/scene.ts';
import { type Block, heading, iconLine, moved, type Part, paragraph, stack } from './block.ts';
import { noteRow, placedRow, type Row, type RowBlock } from './caption.ts';
import { linesOf } from './text.ts';
import { breaks, type FontName, fonts, space } from './theme.ts';

/** The inside of a box. */
export interface Card {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly Part[];
  readonly rows: readonly Row[];
  /** The position of the line between the facts of the state and its arrows; undefined when there is none. */
  readonly rule: number | undefined;
}

/** The card of a box: the facts of the state, and its listed arrows below them. */
export function cardOf(box: Box): Card {
  const room = box.boxes.length > 0 ? breaks.frame : breaks.card;
  const facts = stack(factsOf(box, room), space.line);
  const rows = rowsOf(box);
  const inner = Math.max(facts.width, widestOf(rows));
  const rule = rows.length === 0 ? undefined : space.card + facts.height + space.section;
  const column = placedColumn(rows, space.card, rule === undefined ? 0 : rule + space.section, inner);
  return {
    width: inner + 2 * space.card,
    height: (rule === undefined ? space.card + facts.height : column.end) + space.card,
    parts: placed(facts, inner),
    rows: column.rows,
    rule,
  };
}

/** The header of a frame: the facts of the state, and its listed arrows beside them, in as many columns as fit. */
export function headerOf(box: Box, width: number): Card {
  const facts = stack(factsOf(box, breaks.frame), space.line);
  const rows = rowsOf(box);
  const step = widestOf(rows) + space.column;
  const room = width - 2 * space.card - facts.width;
  const count = Math.min(rows.length, Math.floor(room / step));
  if (count < 1) return cardOf(box);
  const columns = spread(rows, count).map((some, at) =>
    placedColumn(some, space.card + facts.width + space.column + at * step, space.card + 2, widestOf(rows)),
  );
  return {
    width,
    height: Math.max(space.card + facts.height, ...columns.map(({ end }) => end)) + space.card,
    parts: placed(facts, facts.width),
    rows: columns.flatMap((column) => column.rows),
    rule: undefined,
  };
}

/** A card with the facts only, in a few lines: as many whole sentences as fit. */
export function briefOf(box: Box, width: number, lines: number): Card {
  const inner = width - 2 * space.card;
  const description = briefly(box.description, inner, box.entrances === '' ? lines : lines - 1);
  const facts = stack(factsOf({ ...box, description }, inner, 'brief'), space.line);
  return {
    width,
    height: facts.height + 2 * space.card,
    parts: placed(facts, inner),
    rows: [],
    rule: undefined,
  };
}

/** The facts of a state: name, description, where it is entered from, actions on entry, and actors. */
function factsOf(box: Box, room: number, font: FontName = 'description'): readonly Block[] {
  const facts = [heading(box.title, box.isPhase ? 'phase' : 'title', box.marks)];
  if (box.description !== '') facts.push(paragraph(box.description, font, room));
  if (box.entrances !== '') facts.push(iconLine('entrance', box.entrances, 'detail', room));
  if (box.entry.length > 0) facts.push(iconLine('entry', box.entry.join(', '), 'detail', room));
  facts.push(...box.actors.map((actor) => iconLine('actor', actor, 'actor', room)));
  return facts;
}

/** As many whole sentences as fit, or else the beginning of the first. */
function briefly(text: string, width: number, lines: number): string {
  const isFitting = (some: string) => linesOf(some, fonts.brief, width).length <= lines;
  const sentences = text.split(/(?<=[.?;]) /);
  for (let count = sentences.length; count > 0; count -= 1) {
    const some = sentences.slice(0, count).join(' ');
    if (isFitting(some)) return some.replace(/;$/, '.');
  }
  const words = (sentences[0] ?? '').split(' ');
  while (words.length > 1 && !isFitting(`${words.join(' ')} …`)) words.pop();
  return `${words.join(' ').replace(/,[^,]*$/, '')} …`;
}

const rowsOf = ({ notes }: Box): readonly RowBlock[] => notes.map((note) => noteRow(note, breaks.note));

const widestOf = (rows: readonly RowBlock[]): number => Math.max(0, ...rows.map(({ block }) => block.width));

const placed = (block: Block, width: number): readonly Part[] =>
  block.partsIn(width).map((part) => moved(part, space.card, space.card));

interface Column {
  readonly rows: readonly Row[];
  /** The bottom of the last row. */
  readonly end: number;
}

function placedColumn(rows: readonly RowBlock[], x: number, top: number, width: number): Column {
  let y = top;
  const all = rows.map((row) => {
    const one = placedRow(row, x, y, width);
    y += row.block.height + space.row;
    return one;
  });
  return { rows: all, end: y - space.row };
}

/** Distributes rows in order into columns of about the same height. */
function spread(rows: readonly RowBlock[], count: number): readonly (readonly RowBlock[])[] {
  const heights = rows.map(({ block }) => block.height + space.row);
  const sum = (some: readonly number[]): number => some.reduce((all, one) => all + one, 0);
  const share = sum(heights) / count;
  const columnOf = (at: number): number =>
    Math.floor((sum(heights.slice(0, at)) + (heights[at] ?? 0) / 2) / share);
  return Array.from({ length: count }, (_, column) => rows.filter((__, at) => columnOf(at) === column));
}

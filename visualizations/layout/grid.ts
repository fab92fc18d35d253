// Lays out the overview: each phase has a cell of a grid as wide as a README, and wires are routed between the cells.
import type { Box, Scene } from '../scene/scene.ts';
import { moved, stack } from './block.ts';
import { briefOf } from './card.ts';
import type { Drawing, PlacedBox, PlacedStart } from './drawing.ts';
import { legendOf } from './legend.ts';
import { STEP } from './routingGrid.ts';
import { sizes, space } from './theme.ts';
import { wired } from './wiring.ts';

const LEGEND = 'legend';

/** The cell of each phase: the main path from top to bottom, and the other phases beside it. */
const cells: readonly (readonly (string | undefined)[])[] = [
  ['recovering', 'idle', 'signingOut'],
  [undefined, 'discovering', 'failed'],
  [undefined, 'bindChecking', 'rejected'],
  [undefined, 'reusing', 'registering'],
  ['steppingUp', 'authorizing', undefined],
  [undefined, 'authorized', LEGEND],
];

/** The columns, in pixels: multiples of the step of the routing grid. */
const columns = [
  { x: 40, width: 180 },
  { x: 290, width: 190 },
  { x: 620, width: 190 },
];
const page = { width: 830, top: 50, gap: 50, bottom: 20 };
/** The number of lines of a description. */
const LINES = 3;

/** Lays out the overview. */
export function gridLayout(scene: Scene): Drawing {
  const rows = rowsOf(scene);
  const boxes = rows.flatMap(({ boxes: some }) => some);
  const bottom = Math.max(...boxes.map(({ rect }) => rect.y + rect.height));
  const height = bottom + page.bottom;
  const starts = boxes.filter(({ box }) => box.path === scene.initial).map(startAbove);
  const wires = wired(scene.wires, boxes, starts, { width: page.width, height });
  return { scene, width: page.width, height, boxes, wires, starts, extras: legendIn(scene, rows) };
}

interface GridRow {
  readonly y: number;
  readonly height: number;
  readonly names: readonly (string | undefined)[];
  readonly boxes: readonly PlacedBox[];
}

/** The rows, all of the same height. */
function rowsOf(scene: Scene): readonly GridRow[] {
  const all = withAll(scene.boxes).map((names) => ({
    names,
    cards: names.flatMap((name, at) => {
      const box = scene.boxes.find(({ path }) => path === name);
      const column = columns[at];
      return box === undefined || column === undefined
        ? []
        : [{ box, column, card: briefOf(box, column.width, LINES) }];
    }),
  }));
  const tallest = Math.max(...all.flatMap(({ cards }) => cards.map(({ card }) => card.height)));
  const height = Math.ceil(tallest / STEP) * STEP;
  return all.map(({ names, cards }, at) => {
    const y = page.top + at * (height + page.gap);
    const boxes = cards.map(({ box, column, card }) => ({
      box,
      card,
      rect: { ...column, y, height },
      boxes: [],
    }));
    return { y, height, names, boxes };
  });
}

/** The cells, and more rows for phases that have no cell. */
function withAll(boxes: readonly Box[]): typeof cells {
  const known = new Set(cells.flat());
  const others = boxes.map(({ path }) => path).filter((path) => !known.has(path));
  const more = columns.map((_, at) => others.filter((__, index) => index % columns.length === at));
  const rows = Math.max(...more.map(({ length }) => length));
  return [...cells, ...Array.from({ length: rows }, (_, row) => more.map((column) => column[row]))];
}

function startAbove({ rect }: PlacedBox): PlacedStart {
  const x = rect.x + rect.width / 2;
  const y = rect.y - page.top / 2 - sizes.dot / 2;
  return {
    dot: { x, y },
    points: [
      { x, y: y + sizes.dot / 2 },
      { x, y: rect.y },
    ],
  };
}

function legendIn(scene: Scene, rows: readonly GridRow[]): Drawing['extras'] {
  return rows.flatMap(({ y, height, names }) => {
    const column = columns[names.indexOf(LEGEND)];
    if (column === undefined) return [];
    const lines = stack(legendOf(scene), space.section);
    return lines
      .partsIn(lines.width)
      .map((part) => moved(part, column.x + space.card, y + height - lines.height));
  });
}

// The positions of boxes, lines and texts in a drawing, for tests.
import type { Part } from '../../visualizations/layout/block.ts';
import type { Drawing, PlacedBox, Point, Rect } from '../../visualizations/layout/drawing.ts';
import { widthOf } from '../../visualizations/layout/text.ts';
import { fonts, sizes } from '../../visualizations/layout/theme.ts';

/** A text of a drawing, at its position. */
export interface PlacedText {
  readonly text: string;
  readonly font: keyof typeof fonts;
  /** Its rectangle: the width that the layout assumes, and the height of capital letters with descenders. */
  readonly rect: Rect;
  /** The rectangle that it must stay in. */
  readonly within: Rect;
}

/** Every box, outer ones first. */
export function boxesIn(drawing: Drawing): readonly PlacedBox[] {
  const all = (box: PlacedBox): readonly PlacedBox[] => [box, ...box.boxes.flatMap(all)];
  return drawing.boxes.flatMap(all);
}

/** The boxes without boxes inside them. */
export const innermostIn = (drawing: Drawing): readonly PlacedBox[] =>
  boxesIn(drawing).filter(({ boxes }) => boxes.length === 0);

/** Every text of a drawing, with the box, label or page that it is in. */
export function textsIn(drawing: Drawing): readonly PlacedText[] {
  const page = { x: 0, y: 0, width: drawing.width, height: drawing.height };
  return [
    ...boxesIn(drawing).flatMap(({ rect, card }) =>
      [...card.parts, ...card.rows.flatMap(({ parts }) => parts)].flatMap((part) => textOf(part, rect, rect)),
    ),
    ...drawing.wires.flatMap(({ label, rows }) =>
      rows.flatMap(({ parts }) => parts.flatMap((part) => textOf(part, label, label))),
    ),
    ...drawing.extras.flatMap((part) => textOf(part, page, page)),
  ];
}

function textOf(part: Part, at: Point, within: Rect): readonly PlacedText[] {
  if (part.kind !== 'text' && part.kind !== 'pill') return [];
  const font = part.kind === 'text' ? part.font : 'pill';
  const width = widthOf(part.text, fonts[font]);
  const { size } = fonts[font];
  if (part.kind === 'pill') {
    const x = at.x + part.x + (part.width - width) / 2;
    const pill = { x: at.x + part.x, y: at.y + part.y, width: part.width, height: sizes.pill };
    return [
      { text: part.text, font, rect: { x, y: pill.y + 4, width, height: sizes.pill - 8 }, within: pill },
    ];
  }
  const left = part.x - { start: 0, middle: width / 2, end: width }[part.align];
  const rect = { x: at.x + left, y: at.y + part.y - size * 0.75, width, height: size * 0.95 };
  return [{ text: part.text, font, rect, within }];
}

/** The straight pieces of a line. */
export function piecesOf(points: readonly Point[]): readonly Rect[] {
  return points.slice(1).flatMap((to, at) => {
    const from = points[at];
    if (from === undefined) return [];
    const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
    return [{ x, y, width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) }];
  });
}

/** Rectangles that only touch do not overlap, in pixels. It also allows for rounding. */
const SLACK = 0.2;

/** Whether two rectangles overlap. */
export const overlaps = (one: Rect, other: Rect): boolean =>
  one.x + SLACK < other.x + other.width &&
  other.x + SLACK < one.x + one.width &&
  one.y + SLACK < other.y + other.height &&
  other.y + SLACK < one.y + one.height;

/** Whether a rectangle is inside another. */
export const isWithin = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x - SLACK &&
  inner.y >= outer.y - SLACK &&
  inner.x + inner.width <= outer.x + outer.width + SLACK &&
  inner.y + inner.height <= outer.y + outer.height + SLACK;

/** Whether a point is on the edge of a rectangle. */
export function isOnEdge(point: Point | undefined, rect: Rect | undefined): boolean {
  if (point === undefined || rect === undefined) return false;
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= SLACK;
  const isBeside = near(point.x, rect.x) || near(point.x, rect.x + rect.width);
  const isAbove = near(point.y, rect.y) || near(point.y, rect.y + rect.height);
  return (isBeside || isAbove) && isWithin({ ...point, width: 0, height: 0 }, rect);
}

// The positions that a label may have at a line.
import type { Align } from './block.ts';
import type { Point, Rect } from './drawing.ts';
import { STEP } from './routingGrid.ts';

/** A position for a label. */
export interface LabelPlace {
  readonly rect: Rect;
  /** The alignment of its text. */
  readonly align: Align;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The positions along a line, the best first: near the middle of a straight piece, beside it, or above or below it. */
export function placesAlong(points: readonly Point[], size: Size): readonly LabelPlace[] {
  const places = points.flatMap((from, index) => {
    const to = points[index + 1];
    return to === undefined ? [] : placesAt(from, to, size);
  });
  return [...places].sort((one, other) => one.off - other.off);
}

/** The positions along one straight piece. */
function placesAt(from: Point, to: Point, size: Size): readonly (LabelPlace & { readonly off: number })[] {
  const isUpright = from.x === to.x;
  const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  return offsets(length - (isUpright ? size.height : size.width)).flatMap((off) => {
    const places = isUpright ? besides(x, y + off, size) : aboveAndBelow(x + off, y, size);
    return places.map((place) => ({ ...place, off: Math.abs(off) }));
  });
}

const besides = (x: number, y: number, size: Size): readonly LabelPlace[] => [
  { rect: { x: x + 1, y: y - size.height / 2, ...size }, align: 'start' },
  { rect: { x: x - 1 - size.width, y: y - size.height / 2, ...size }, align: 'end' },
];

const aboveAndBelow = (x: number, y: number, size: Size): readonly LabelPlace[] => [
  { rect: { x: x - size.width / 2, y: y - 1 - size.height, ...size }, align: 'middle' },
  { rect: { x: x - size.width / 2, y: y + 1, ...size }, align: 'middle' },
];

/** The distances from the middle, to both sides. */
function offsets(spare: number): readonly number[] {
  if (spare < 0) return [];
  const half = STEP / 2;
  return Array.from({ length: Math.floor(spare / STEP) + 1 }, (_, at) => [at * half, -at * half]).flat();
}

// The ground between boxes that have their place: a grid of points, what is on each, and what it costs to go there.
import type { Point, Rect } from './drawing.ts';

/** From one point of the grid to the next, in pixels. */
export const STEP = 10;

/** Up, right, down, left. */
export const moves = [
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
] as const satisfies readonly Point[];

/** An index of `moves`: up, right, down, left. */
export type Direction = 0 | 1 | 2 | 3;

/** The opposite direction. */
export const reverse = (direction: Direction): Direction => ([2, 3, 0, 1] as const)[direction];

/** What it costs to come to a point. */
const price = { step: 2, crossing: 24, besideWay: 5, besideSolid: 4 };

/** Points are those of the grid; rectangles are in pixels. */
export interface Terrain {
  readonly columns: number;
  readonly rows: number;
  /** What it costs to come to a point in this direction; nothing where that is not possible. */
  readonly priceAt: (point: Point, direction: Direction) => number | undefined;
  /** Nobody turns on the way of another. */
  readonly isUnused: (point: Point) => boolean;
  readonly isFree: (rect: Rect) => boolean;
  readonly block: (rect: Rect) => void;
  /** @param way from point to point of the grid, without gaps. */
  readonly use: (way: readonly Point[]) => void;
}

/** How near to the edge of the page ways may come, in steps. */
const EDGE = 2;

/** Bits of a point: ways run up and down there, or from side to side. */
const lanes = { vertical: 1, horizontal: 2 };

/** An empty terrain of this size, in pixels. */
export function terrainOf(width: number, height: number): Terrain {
  const columns = Math.floor(width / STEP) + 1;
  const rows = Math.floor(height / STEP) + 1;
  const solid = new Uint8Array(columns * rows);
  const used = new Uint8Array(columns * rows);
  const at = ({ x, y }: Point): number => y * columns + x;
  const isOutside = ({ x, y }: Point): boolean =>
    x < EDGE || y < EDGE || x >= columns - EDGE || y >= rows - EDGE;
  const pointsIn = (rect: Rect): readonly Point[] => gridPoints(rect, columns, rows);
  return {
    columns,
    rows,
    priceAt: (point, direction) => {
      const here = at(point);
      const [lane, side] = direction % 2 === 0 ? [lanes.vertical, 1] : [lanes.horizontal, columns];
      const ways = used[here] ?? 0;
      if (isOutside(point) || solid[here] === 1 || (ways & lane) !== 0) return undefined;
      const beside = (there: number): number =>
        (solid[there] === 1 ? price.besideSolid : 0) +
        (((used[there] ?? 0) & lane) === 0 ? 0 : price.besideWay);
      return price.step + (ways === 0 ? 0 : price.crossing) + beside(here - side) + beside(here + side);
    },
    isUnused: (point) => used[at(point)] === 0,
    isFree: (rect) =>
      isOnPage(rect, width, height) &&
      pointsIn(rect).every((point) => solid[at(point)] === 0 && used[at(point)] === 0),
    block: (rect) => {
      for (const point of pointsIn(rect)) solid[at(point)] = 1;
    },
    use: (way) => {
      for (const [index, point] of way.entries()) {
        for (const other of [way[index - 1], way[index + 1]]) {
          if (other === undefined) continue;
          used[at(point)] =
            (used[at(point)] ?? 0) | (other.x === point.x ? lanes.vertical : lanes.horizontal);
        }
      }
    },
  };
}

/** What lies in a rectangle, or on its edge. */
function gridPoints({ x, y, width, height }: Rect, columns: number, rows: number): readonly Point[] {
  const points: Point[] = [];
  const [left, right] = [
    Math.max(0, Math.ceil(x / STEP)),
    Math.min(columns - 1, Math.floor((x + width) / STEP)),
  ];
  const [top, bottom] = [
    Math.max(0, Math.ceil(y / STEP)),
    Math.min(rows - 1, Math.floor((y + height) / STEP)),
  ];
  for (let row = top; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) points.push({ x: column, y: row });
  }
  return points;
}

const isOnPage = ({ x, y, width, height }: Rect, pageWidth: number, pageHeight: number): boolean =>
  x >= STEP && y >= STEP && x + width <= pageWidth - STEP && y + height <= pageHeight - STEP;

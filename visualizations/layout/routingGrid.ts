// The grid for routing wires between boxes: what is at each point, and what it costs to go there.
import type { Point, Rect } from './drawing.ts';

/** The distance between two points of the grid, in pixels. */
export const STEP = 10;

/** The four moves on the grid: up, right, down, left. */
export const moves = [
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
] as const satisfies readonly Point[];

/** The index of a move. */
export type Direction = 0 | 1 | 2 | 3;

/** The opposite direction. */
export const reverse = (direction: Direction): Direction => ([2, 3, 0, 1] as const)[direction];

/** The cost of going to a point, and what is added to it. */
const cost = { step: 2, crossing: 24, besideRoute: 5, besideBox: 4 };

/** The grid. Points are those of the grid. Rectangles are in pixels. */
export interface RoutingGrid {
  readonly columns: number;
  readonly rows: number;
  /** The cost of going to a point in this direction; undefined when that is not possible. */
  readonly costAt: (point: Point, direction: Direction) => number | undefined;
  /** Whether no route uses this point. A route may bend only there. */
  readonly isUnused: (point: Point) => boolean;
  readonly isFree: (rect: Rect) => boolean;
  readonly block: (rect: Rect) => void;
  /** Marks the points of a route as used. @param route From point to point of the grid, without gaps. */
  readonly use: (route: readonly Point[]) => void;
}

/** The least distance of routes from the edge of the page, in steps. */
const EDGE = 2;

/** The bits of a point: a vertical route passes there, or a horizontal one. */
const axes = { vertical: 1, horizontal: 2 };

/** Makes an empty grid for a page of this size, in pixels. */
export function routingGridOf(width: number, height: number): RoutingGrid {
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
    costAt: (point, direction) => {
      const here = at(point);
      const [axis, side] = direction % 2 === 0 ? [axes.vertical, 1] : [axes.horizontal, columns];
      const routes = used[here] ?? 0;
      if (isOutside(point) || solid[here] === 1 || (routes & axis) !== 0) return undefined;
      const beside = (there: number): number =>
        (solid[there] === 1 ? cost.besideBox : 0) +
        (((used[there] ?? 0) & axis) === 0 ? 0 : cost.besideRoute);
      return cost.step + (routes === 0 ? 0 : cost.crossing) + beside(here - side) + beside(here + side);
    },
    isUnused: (point) => used[at(point)] === 0,
    isFree: (rect) =>
      isOnPage(rect, width, height) &&
      pointsIn(rect).every((point) => solid[at(point)] === 0 && used[at(point)] === 0),
    block: (rect) => {
      for (const point of pointsIn(rect)) solid[at(point)] = 1;
    },
    use: (route) => {
      for (const [index, point] of route.entries()) {
        for (const other of [route[index - 1], route[index + 1]]) {
          if (other === undefined) continue;
          used[at(point)] = (used[at(point)] ?? 0) | (other.x === point.x ? axes.vertical : axes.horizontal);
        }
      }
    },
  };
}

/** The points of the grid in a rectangle, or on its edge. */
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

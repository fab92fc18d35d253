// Finds the cheapest route across the grid: short, with few bends and few crossings.
import type { Point } from './drawing.ts';
import { type Direction, moves, type RoutingGrid, reverse } from './routingGrid.ts';

/** Where a route may begin or end: a point at the edge of a box, and the direction away from the box. */
export interface Port extends Point {
  readonly out: Direction;
  /** The cost of using this port. */
  readonly cost: number;
}

/** A line from box to box. */
export interface Route {
  readonly from: Port;
  readonly to: Port;
  readonly cost: number;
  /** All points of the grid from one port to the other. */
  readonly points: readonly Point[];
}

/** The cost of a bend. */
const BEND = 16;

/** A point, and the direction in which the route came to it. */
interface Place {
  readonly point: Point;
  readonly direction: Direction;
  readonly before: Place | undefined;
  readonly from: Port;
}

/** The cheapest route from one of the ports to one of the others; nothing when there is none. */
export function cheapestRoute(
  grid: RoutingGrid,
  starts: readonly Port[],
  ends: readonly Port[],
): Route | undefined {
  const cheapest = new Map<number, number>();
  const queue: Place[][] = [];
  const add = (cost: number, place: Place): void => {
    const id = idOf(grid, place);
    if ((cheapest.get(id) ?? Number.POSITIVE_INFINITY) <= cost) return;
    cheapest.set(id, cost);
    const equals = queue[cost];
    if (equals === undefined) queue[cost] = [place];
    else equals.push(place);
  };
  for (const { port, stub } of openStubs(grid, starts, (out) => out)) {
    const near = { point: stub.near, direction: port.out, before: undefined, from: port };
    add(stub.cost + port.cost, { ...near, point: stub.far, before: near });
  }
  const arrivals = new Map(
    openStubs(grid, ends, reverse).map((end) => {
      return [idOf(grid, { point: end.stub.far, direction: reverse(end.port.out) }), end] as const;
    }),
  );
  let best: Route | undefined;
  for (let cost = 0; cost < queue.length && cost < (best?.cost ?? cost + 1); cost += 1) {
    for (const place of queue[cost] ?? []) {
      const id = idOf(grid, place);
      if (cheapest.get(id) !== cost) continue;
      const end = arrivals.get(id);
      const all = cost + (end === undefined ? 0 : end.port.cost + end.stub.cost);
      if (end !== undefined && all < (best?.cost ?? all + 1)) best = routeTo(place, end, all);
      for (const [next, extra] of nextOf(grid, place)) add(cost + extra, next);
    }
  }
  return best;
}

const idOf = ({ columns }: RoutingGrid, { point, direction }: Pick<Place, 'point' | 'direction'>): number =>
  (point.y * columns + point.x) * 4 + direction;

/** A port, and the two points next to it, where a route must be straight. */
interface End {
  readonly port: Port;
  readonly stub: { readonly near: Point; readonly far: Point; readonly cost: number };
}

/** The ports that can be used by a route that goes in this direction. */
function openStubs(
  grid: RoutingGrid,
  ports: readonly Port[],
  going: (out: Direction) => Direction,
): readonly End[] {
  return ports.flatMap((port) => {
    const near = beyond(port, port.out);
    const far = beyond(near, port.out);
    const [one, other] = [near, far].map((point) => grid.costAt(point, going(port.out)));
    return one === undefined || other === undefined ? [] : [{ port, stub: { near, far, cost: one + other } }];
  });
}

function routeTo(last: Place, { port, stub }: End, cost: number): Route {
  const points: Point[] = [port, stub.near];
  for (let place: Place | undefined = last; place !== undefined; place = place.before)
    points.push(place.point);
  points.push(last.from);
  return { from: last.from, to: port, cost, points: points.reverse() };
}

const directions: readonly Direction[] = [0, 1, 2, 3];

/** The next points, and the cost of each. */
function nextOf(grid: RoutingGrid, place: Place): readonly (readonly [Place, number])[] {
  return directions
    .filter((direction) => direction !== reverse(place.direction))
    .filter((direction) => direction === place.direction || grid.isUnused(place.point))
    .flatMap((direction) => {
      const point = beyond(place.point, direction);
      const cost = grid.costAt(point, direction);
      if (cost === undefined) return [];
      const turn = direction === place.direction ? 0 : BEND;
      return [[{ point, direction, before: place, from: place.from }, cost + turn] as const];
    });
}

const beyond = ({ x, y }: Point, direction: Direction): Point => ({
  x: x + moves[direction].x,
  y: y + moves[direction].y,
});

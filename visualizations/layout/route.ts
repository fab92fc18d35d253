// The cheapest way across a terrain: short, with few bends, and seldom across another.
import type { Point } from './drawing.ts';
import { type Direction, moves, reverse, type Terrain } from './terrain.ts';

/** Where a way may begin or end: a point at the edge of a box, and the direction away from the box. */
export interface Port extends Point {
  readonly out: Direction;
  /** What it costs to use it. */
  readonly price: number;
}

/** A way that was found, with what it costs. */
export interface Way {
  readonly from: Port;
  readonly to: Port;
  readonly cost: number;
  /** All points of the grid from one to the other. */
  readonly points: readonly Point[];
}

const BEND = 16;

/** A point, and the direction in which it was come to. */
interface Place {
  readonly point: Point;
  readonly direction: Direction;
  readonly before: Place | undefined;
  readonly from: Port;
}

/** Nothing where there is no way. */
export function wayAcross(terrain: Terrain, starts: readonly Port[], ends: readonly Port[]): Way | undefined {
  const cheapest = new Map<number, number>();
  const queue: Place[][] = [];
  const add = (cost: number, place: Place): void => {
    const id = idOf(terrain, place);
    if ((cheapest.get(id) ?? Number.POSITIVE_INFINITY) <= cost) return;
    cheapest.set(id, cost);
    const equals = queue[cost];
    if (equals === undefined) queue[cost] = [place];
    else equals.push(place);
  };
  for (const { port, stub } of openStubs(terrain, starts, (out) => out)) {
    const near = { point: stub.near, direction: port.out, before: undefined, from: port };
    add(stub.price + port.price, { ...near, point: stub.far, before: near });
  }
  const arrivals = new Map(
    openStubs(terrain, ends, reverse).map((end) => {
      return [idOf(terrain, { point: end.stub.far, direction: reverse(end.port.out) }), end] as const;
    }),
  );
  let best: Way | undefined;
  for (let cost = 0; cost < queue.length && cost < (best?.cost ?? cost + 1); cost += 1) {
    for (const place of queue[cost] ?? []) {
      const id = idOf(terrain, place);
      if (cheapest.get(id) !== cost) continue;
      const end = arrivals.get(id);
      const all = cost + (end === undefined ? 0 : end.port.price + end.stub.price);
      if (end !== undefined && all < (best?.cost ?? all + 1)) best = wayTo(place, end, all);
      for (const [next, extra] of nextOf(terrain, place)) add(cost + extra, next);
    }
  }
  return best;
}

const idOf = ({ columns }: Terrain, { point, direction }: Pick<Place, 'point' | 'direction'>): number =>
  (point.y * columns + point.x) * 4 + direction;

/** A port, and the two points beyond it: a way is straight there. */
interface End {
  readonly port: Port;
  readonly stub: { readonly near: Point; readonly far: Point; readonly price: number };
}

/** The ports that can be used, by ways that go in this direction there. */
function openStubs(
  terrain: Terrain,
  ports: readonly Port[],
  going: (out: Direction) => Direction,
): readonly End[] {
  return ports.flatMap((port) => {
    const near = beyond(port, port.out);
    const far = beyond(near, port.out);
    const [one, other] = [near, far].map((point) => terrain.priceAt(point, going(port.out)));
    return one === undefined || other === undefined
      ? []
      : [{ port, stub: { near, far, price: one + other } }];
  });
}

function wayTo(last: Place, { port, stub }: End, cost: number): Way {
  const points: Point[] = [port, stub.near];
  for (let place: Place | undefined = last; place !== undefined; place = place.before)
    points.push(place.point);
  points.push(last.from);
  return { from: last.from, to: port, cost, points: points.reverse() };
}

const directions: readonly Direction[] = [0, 1, 2, 3];

/** Where one can go on to, and what that costs. */
function nextOf(terrain: Terrain, place: Place): readonly (readonly [Place, number])[] {
  return directions
    .filter((direction) => direction !== reverse(place.direction))
    .filter((direction) => direction === place.direction || terrain.isUnused(place.point))
    .flatMap((direction) => {
      const point = beyond(place.point, direction);
      const cost = terrain.priceAt(point, direction);
      if (cost === undefined) return [];
      const turn = direction === place.direction ? 0 : BEND;
      return [[{ point, direction, before: place, from: place.from }, cost + turn] as const];
    });
}

const beyond = ({ x, y }: Point, direction: Direction): Point => ({
  x: x + moves[direction].x,
  y: y + moves[direction].y,
});

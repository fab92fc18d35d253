// Routes the wires between placed boxes, one after the other, and places their labels.
import type { Wire } from '../scene/scene.ts';
import type { PlacedBox, PlacedStart, PlacedWire, Point, Rect } from './drawing.ts';
import { labelOf } from './label.ts';
import { type LabelPlace, placesAlong } from './places.ts';
import { portsOf } from './ports.ts';
import { cheapestRoute, type Port, type Route } from './route.ts';
import { type RoutingGrid, routingGridOf, STEP } from './routingGrid.ts';

/** The widths at which lines of a label break, in pixels. A narrower one is tried when the label does not fit. */
const labelWidths = [150, 115, 90, 50];

/**
 * Routes the wires.
 * @throws TypeError when a wire has no route, or its label does not fit. Then the boxes need other positions.
 */
export function wired(
  wires: readonly Wire[],
  boxes: readonly PlacedBox[],
  starts: readonly PlacedStart[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly PlacedWire[] {
  const grid = routingGridOf(width, height);
  const rects = new Map(boxes.map(({ box, rect }) => [box.path, rect] as const));
  for (const rect of rects.values()) grid.block(rect);
  for (const { dot } of starts) grid.block(aroundStart(dot));
  const taken: Port[] = [];
  const done = new Map<Wire, PlacedWire>();
  for (const { wire, source, target } of shortFirst(wires, rects)) {
    const found = first(routesBetween(grid, portsOf(source, taken), portsOf(target, taken)), (route) => {
      const placed = labelled(wire, route, grid);
      return placed === undefined ? undefined : { route, placed };
    });
    if (found === undefined)
      throw new TypeError(`There is no space for a line from ${wire.source} to ${wire.target}.`);
    const { route, placed } = found;
    taken.push(route.from, route.to);
    grid.use(route.points);
    grid.block(placed.label);
    done.set(wire, placed);
  }
  return wires.flatMap((wire) => done.get(wire) ?? []);
}

/** The rectangle of the dot and the line below it. */
const aroundStart = ({ x, y }: Point): Rect => ({
  x: x - STEP,
  y: y - STEP,
  width: 2 * STEP,
  height: 4 * STEP,
});

/** The result for the first thing that has one. */
function first<Thing, Made>(
  things: Iterable<Thing>,
  make: (thing: Thing) => Made | undefined,
): Made | undefined {
  for (const thing of things) {
    const made = make(thing);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** The best route, and then the best route from each side to each side: the label may fit at one of them. */
function* routesBetween(grid: RoutingGrid, starts: readonly Port[], ends: readonly Port[]): Generator<Route> {
  const best = cheapestRoute(grid, starts, ends);
  if (best === undefined) return;
  yield best;
  const sides = [0, 1, 2, 3];
  const others = sides.flatMap((from) =>
    sides.flatMap(
      (to) =>
        cheapestRoute(
          grid,
          starts.filter(({ out }) => out === from),
          ends.filter(({ out }) => out === to),
        ) ?? [],
    ),
  );
  yield* others.sort((one, other) => one.cost - other.cost);
}

interface Task {
  readonly wire: Wire;
  readonly source: Rect;
  readonly target: Rect;
}

/** Short wires come first, so that they get straight routes. */
function shortFirst(wires: readonly Wire[], rects: ReadonlyMap<string, Rect>): readonly Task[] {
  const tasks = wires.flatMap((wire) => {
    const [source, target] = [rects.get(wire.source), rects.get(wire.target)];
    return source === undefined || target === undefined ? [] : [{ wire, source, target }];
  });
  const middle = ({ x, y, width, height }: Rect): Point => ({ x: x + width / 2, y: y + height / 2 });
  const far = ({ source, target }: Task): number => {
    const [from, to] = [middle(source), middle(target)];
    return Math.abs(from.x - to.x) + Math.abs(from.y - to.y);
  };
  return tasks.sort((one, other) => far(one) - far(other));
}

/** The wire with its label; nothing when the label does not fit. */
function labelled(wire: Wire, { points: route }: Route, grid: RoutingGrid): PlacedWire | undefined {
  const points = cornersOf(route).map(({ x, y }) => ({ x: x * STEP, y: y * STEP }));
  const isFree = ({ rect }: LabelPlace): boolean =>
    grid.isFree(rect) && !route.some(({ x, y }) => isWithin({ x: x * STEP, y: y * STEP }, rect));
  return first(labelWidths, (room) => {
    const { width, height, rows } = labelOf(wire, room);
    const plain = { wire, points, label: { x: 0, y: 0, width, height }, isOnLine: false, rows };
    if (width === 0) return plain;
    const place = placesAlong(points, { width, height }).find(isFree);
    if (place === undefined) return undefined;
    return { ...plain, label: place.rect, rows: labelOf(wire, room, place.align).rows };
  });
}

const isWithin = (point: Point, { x, y, width, height }: Rect): boolean =>
  point.x >= x && point.y >= y && point.x <= x + width && point.y <= y + height;

const cornersOf = (points: readonly Point[]): readonly Point[] =>
  points.filter(({ x, y }, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (before === undefined || after === undefined) return true;
    return !(before.x === x && after.x === x) && !(before.y === y && after.y === y);
  });

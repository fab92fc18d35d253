// Draws wires between boxes that have their place, one after the other, and finds room for what is written at them.
import type { Wire } from '../scene/scene.ts';
import type { PlacedBox, PlacedStart, PlacedWire, Point, Rect } from './drawing.ts';
import { labelOf } from './label.ts';
import { type LabelPlace, placesAlong } from './places.ts';
import { portsOf } from './ports.ts';
import { type Port, type Way, wayAcross } from './route.ts';
import { STEP, type Terrain, terrainOf } from './terrain.ts';

/** Where lines of a label break; narrower when there is no room. */
const rooms = [150, 115, 90, 50];

/** @throws TypeError when there is no way, or no room: then boxes need other places. */
export function wired(
  wires: readonly Wire[],
  boxes: readonly PlacedBox[],
  starts: readonly PlacedStart[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly PlacedWire[] {
  const terrain = terrainOf(width, height);
  const rects = new Map(boxes.map(({ box, rect }) => [box.path, rect] as const));
  for (const rect of rects.values()) terrain.block(rect);
  for (const { dot } of starts) terrain.block(aroundStart(dot));
  const taken: Port[] = [];
  const done = new Map<Wire, PlacedWire>();
  for (const { wire, source, target } of shortFirst(wires, rects)) {
    const found = first(waysBetween(terrain, portsOf(source, taken), portsOf(target, taken)), (way) => {
      const placed = labelled(wire, way, terrain);
      return placed === undefined ? undefined : { way, placed };
    });
    if (found === undefined) throw new TypeError(`There is no room from ${wire.source} to ${wire.target}.`);
    const { way, placed } = found;
    taken.push(way.from, way.to);
    terrain.use(way.points);
    terrain.block(placed.label);
    done.set(wire, placed);
  }
  return wires.flatMap((wire) => done.get(wire) ?? []);
}

/** The dot, and the line below it. */
const aroundStart = ({ x, y }: Point): Rect => ({
  x: x - STEP,
  y: y - STEP,
  width: 2 * STEP,
  height: 4 * STEP,
});

/** What is made of the first thing that something can be made of. */
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

/** The best way; then the best from each side to each side, since one of them may have room for what is written. */
function* waysBetween(terrain: Terrain, starts: readonly Port[], ends: readonly Port[]): Generator<Way> {
  const best = wayAcross(terrain, starts, ends);
  if (best === undefined) return;
  yield best;
  const sides = [0, 1, 2, 3];
  const others = sides.flatMap((from) =>
    sides.flatMap(
      (to) =>
        wayAcross(
          terrain,
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

/** Who has not far to go has the straight way. */
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

/** Nothing where there is no room for what is written. */
function labelled(wire: Wire, { points: way }: Way, terrain: Terrain): PlacedWire | undefined {
  const points = cornersOf(way).map(({ x, y }) => ({ x: x * STEP, y: y * STEP }));
  const isFree = ({ rect }: LabelPlace): boolean =>
    terrain.isFree(rect) && !way.some(({ x, y }) => isWithin({ x: x * STEP, y: y * STEP }, rect));
  return first(rooms, (room) => {
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

// The points along the sides of a box where wires may begin or end.
import type { Point, Rect } from './drawing.ts';
import type { Port } from './route.ts';
import { type Direction, STEP } from './routingGrid.ts';

/** The least distance of the ends of wires from corners and from each other, in steps of the grid. */
const APART = 2;

/** A side, from one corner to the other. */
interface Side {
  readonly out: Direction;
  readonly from: number;
  readonly to: number;
  readonly pointAt: (at: number) => Point;
}

/** The points of a box that are not too near to one in use. Points near a corner cost more. */
export function portsOf(rect: Rect, taken: readonly Port[]): readonly Port[] {
  const isFree = ({ x, y }: Point): boolean =>
    taken.every((one) => Math.abs(one.x - x) + Math.abs(one.y - y) >= APART);
  return sidesOf(rect).flatMap(({ out, from, to, pointAt }) => {
    const ports: Port[] = [];
    for (let at = from + APART; at <= to - APART; at += 1) {
      ports.push({ ...pointAt(at), out, cost: Math.round(Math.abs(at - (from + to) / 2)) });
    }
    return ports.filter(isFree);
  });
}

function sidesOf({ x, y, width, height }: Rect): readonly Side[] {
  const [left, right] = [x / STEP, (x + width) / STEP];
  const [top, bottom] = [y / STEP, (y + height) / STEP];
  return [
    { out: 0, from: left, to: right, pointAt: (at) => ({ x: at, y: top }) },
    { out: 1, from: top, to: bottom, pointAt: (at) => ({ x: right, y: at }) },
    { out: 2, from: left, to: right, pointAt: (at) => ({ x: at, y: bottom }) },
    { out: 3, from: top, to: bottom, pointAt: (at) => ({ x: left, y: at }) },
  ];
}

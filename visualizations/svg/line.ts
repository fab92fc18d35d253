// Lines with round corners, and arrow heads.
import type { Point } from '../layout/drawing.ts';
import { rounded } from './xml.ts';

const CORNER = 8;
const HEAD = { length: 8, half: 4 };

/** The path through these points. It ends before the last one, where the arrow head begins. */
export function lineOf(points: readonly Point[], scale = 1): string {
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined) return '';
  const end = towards(last, before, HEAD.length * scale - 1);
  const all = [...points.slice(0, -1), end];
  const steps = all.map((point, at) => {
    const [from, to] = [all[at - 1], all[at + 1]];
    if (from === undefined) return `M${place(point)}`;
    if (to === undefined) return `L${place(point)}`;
    const radius = Math.min(CORNER * scale, distance(from, point) / 2, distance(point, to) / 2);
    return `L${place(towards(point, from, radius))}Q${place(point)} ${place(towards(point, to, radius))}`;
  });
  return steps.join('');
}

/** The arrow head: a triangle with its tip at the last point. */
export function headOf(points: readonly Point[], scale = 1): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return '';
  const base = towards(tip, before, HEAD.length * scale);
  const slope = HEAD.half / HEAD.length;
  const [dx, dy] = [(tip.x - base.x) * slope, (tip.y - base.y) * slope];
  const left = { x: base.x - dy, y: base.y + dx };
  const right = { x: base.x + dy, y: base.y - dx };
  return `M${place(tip)}L${place(left)}L${place(right)}Z`;
}

const place = ({ x, y }: Point): string => `${rounded(x)} ${rounded(y)}`;

const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);

/** The point at this distance from the first point, towards the second. */
function towards(from: Point, to: Point, by: number): Point {
  const all = distance(from, to);
  if (all === 0) return from;
  return { x: from.x + ((to.x - from.x) * by) / all, y: from.y + ((to.y - from.y) * by) / all };
}

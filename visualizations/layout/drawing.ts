// A scene with positions: what layouts make, and what is written as SVG. Coordinates are those of the whole drawing.
import type { Box, Scene, Wire } from '../scene/scene.ts';
import type { Part } from './block.ts';
import type { Row } from './caption.ts';
import type { Card } from './card.ts';

/** A position, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle, in pixels. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** A box at its position, with the boxes inside it. */
export interface PlacedBox {
  readonly box: Box;
  readonly card: Card;
  readonly rect: Rect;
  readonly boxes: readonly PlacedBox[];
}

/** A wire with its line and its label. */
export interface PlacedWire {
  readonly wire: Wire;
  readonly points: readonly Point[];
  /** The rectangle of the label. */
  readonly label: Rect;
  /** Whether the line passes under the label, which then hides it. */
  readonly isOnLine: boolean;
  /** Positions are from the top left corner of the label. */
  readonly rows: readonly Row[];
}

/** A dot with a line to the box that is entered first. */
export interface PlacedStart {
  /** The middle of the dot. */
  readonly dot: Point;
  readonly points: readonly Point[];
}

/** A scene with positions. */
export interface Drawing {
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly wires: readonly PlacedWire[];
  readonly starts: readonly PlacedStart[];
  /** The legend, and large names. */
  readonly extras: readonly Part[];
}

type Placed = Pick<Drawing, 'boxes' | 'wires' | 'starts'>;

/** The same boxes and lines, moved. */
export function shifted({ boxes, wires, starts }: Placed, x: number, y: number): Placed {
  const point = <Thing extends Point>(one: Thing): Thing => ({ ...one, x: one.x + x, y: one.y + y });
  const box = (one: PlacedBox): PlacedBox => ({ ...one, rect: point(one.rect), boxes: one.boxes.map(box) });
  return {
    boxes: boxes.map(box),
    wires: wires.map((one) => ({ ...one, points: one.points.map(point), label: point(one.label) })),
    starts: starts.map((one) => ({ dot: point(one.dot), points: one.points.map(point) })),
  };
}

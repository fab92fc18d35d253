// A scene that has its shape: what layouts make, and what is painted. Coordinates are those of the whole drawing.
import type { Box, Scene, Wire } from '../scene/scene.ts';
import type { Part } from './block.ts';
import type { Row } from './caption.ts';
import type { Card } from './card.ts';

/** A place, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle, in pixels, by its top left corner. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** A state that has its place, with the states within it. */
export interface PlacedBox {
  readonly box: Box;
  readonly card: Card;
  readonly rect: Rect;
  readonly boxes: readonly PlacedBox[];
}

/** A wire that has its line, and the place of its label. */
export interface PlacedWire {
  readonly wire: Wire;
  readonly points: readonly Point[];
  /** What is kept free for what is written at it. */
  readonly label: Rect;
  /** Whether the line runs below the label, and is hidden there. */
  readonly isOnLine: boolean;
  /** From the top left corner of the label. */
  readonly rows: readonly Row[];
}

/** A dot, and the line from it to the box that is entered first. */
export interface PlacedStart {
  /** Its middle. */
  readonly dot: Point;
  readonly points: readonly Point[];
}

/** A whole picture: every box, wire and word with its place. */
export interface Drawing {
  readonly scene: Scene;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly wires: readonly PlacedWire[];
  readonly starts: readonly PlacedStart[];
  /** What is painted beside all that: the legend, and names that can be read from afar. */
  readonly extras: readonly Part[];
}

type Placed = Pick<Drawing, 'boxes' | 'wires' | 'starts'>;

/** The same, elsewhere. */
export function shifted({ boxes, wires, starts }: Placed, x: number, y: number): Placed {
  const point = <Thing extends Point>(one: Thing): Thing => ({ ...one, x: one.x + x, y: one.y + y });
  const box = (one: PlacedBox): PlacedBox => ({ ...one, rect: point(one.rect), boxes: one.boxes.map(box) });
  return {
    boxes: boxes.map(box),
    wires: wires.map((one) => ({ ...one, points: one.points.map(point), label: point(one.label) })),
    starts: starts.map((one) => ({ dot: point(one.dot), points: one.points.map(point) })),
  };
}

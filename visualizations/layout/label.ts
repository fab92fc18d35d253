// The label of a wire: one caption for each of its arrows, one below the other.
import type { Wire } from '../scene/scene.ts';
import type { Align } from './block.ts';
import { captionRow, placedRow, type Row } from './caption.ts';
import { space } from './theme.ts';

/** The label of a wire. */
export interface Label {
  readonly width: number;
  readonly height: number;
  /** Positions are from the top left corner of the label. A row may have no parts. */
  readonly rows: readonly Row[];
}

/** Makes the label of a wire. @param room The width at which lines break, in pixels. */
export function labelOf({ captions }: Wire, room: number, align: Align = 'middle'): Label {
  const blocks = captions.map((caption) => captionRow(caption, room, align));
  const inner = Math.max(0, ...blocks.map(({ block }) => block.width));
  let y = space.line;
  const rows = blocks.map((one) => {
    const row = placedRow(one, space.label, y, inner);
    if (one.block.height > 0) y += one.block.height + space.line;
    return row;
  });
  return inner === 0 ? { width: 0, height: 0, rows } : { width: inner + 2 * space.label, height: y, rows };
}

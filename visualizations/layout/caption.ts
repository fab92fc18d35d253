// The text about one arrow, in a box or at a wire.
import type { Tone } from '../roles.ts';
import type { Caption, Note } from '../scene/scene.ts';
import { type Align, type Block, beside, moved, type Part, paragraph, pill, stack } from './block.ts';
import { space } from './theme.ts';

/** The parts about one arrow. */
export interface Row {
  readonly arrow: string;
  readonly tone: Tone;
  readonly parts: readonly Part[];
}

/** A row before its position is known. */
export interface RowBlock {
  readonly caption: Caption;
  readonly block: Block;
}

/** The row of an arrow at a wire. */
export const captionRow = (caption: Caption, width: number, align: Align): RowBlock => {
  const { text } = caption;
  const event = text === '' ? [] : [paragraph(text, 'event', width, align)];
  return { caption, block: stack([...event, ...reasons(caption, width, align)]) };
};

/** The row of an arrow in a box, with the target at the end of the line. */
export function noteRow(note: Note, width: number): RowBlock {
  const place = pill(note.target, note.target.startsWith('→') ? note.tone : 'plain');
  const event = beside(paragraph(note.text, 'event', width - place.width - space.section), place);
  return { caption: note, block: stack([event, ...reasons(note, width, 'start')]) };
}

/** The row at its position. */
export const placedRow = ({ caption, block }: RowBlock, x: number, y: number, width: number): Row => ({
  arrow: caption.arrow,
  tone: caption.tone,
  parts: block.partsIn(width).map((part) => moved(part, x, y)),
});

/** The description and the actions. */
function reasons({ why, actions }: Caption, width: number, align: Align): readonly Block[] {
  return [
    ...(why === '' ? [] : [paragraph(why, 'why', width, align)]),
    ...(actions.length === 0 ? [] : [paragraph(`/ ${actions.join(', ')}`, 'action', width, align)]),
  ];
}

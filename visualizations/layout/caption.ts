// What is said of one arrow, in a box or at a wire.
import type { Tone } from '../roles.ts';
import type { Caption, Note } from '../scene/scene.ts';
import { type Align, type Block, beside, moved, type Part, paragraph, pill, stack } from './block.ts';
import { space } from './theme.ts';

/** The parts that are about one arrow. */
export interface Row {
  readonly arrow: string;
  readonly tone: Tone;
  readonly parts: readonly Part[];
}

/** A row, before its place is known. */
export interface RowBlock {
  readonly caption: Caption;
  readonly block: Block;
}

/** What is written about an arrow at its wire: the event, why, and what is done. */
export const captionRow = (caption: Caption, width: number, align: Align): RowBlock => {
  const { text } = caption;
  const event = text === '' ? [] : [paragraph(text, 'event', width, align)];
  return { caption, block: stack([...event, ...reasons(caption, width, align)]) };
};

/** With the place that it leads to at the far end. */
export function noteRow(note: Note, width: number): RowBlock {
  const place = pill(note.target, note.target.startsWith('→') ? note.tone : 'plain');
  const event = beside(paragraph(note.text, 'event', width - place.width - space.section), place);
  return { caption: note, block: stack([event, ...reasons(note, width, 'start')]) };
}

/** A row that has its place, in a column of this width. */
export const placedRow = ({ caption, block }: RowBlock, x: number, y: number, width: number): Row => ({
  arrow: caption.arrow,
  tone: caption.tone,
  parts: block.partsIn(width).map((part) => moved(part, x, y)),
});

/** Why, and what is done. */
function reasons({ why, actions }: Caption, width: number, align: Align): readonly Block[] {
  return [
    ...(why === '' ? [] : [paragraph(why, 'why', width, align)]),
    ...(actions.length === 0 ? [] : [paragraph(`/ ${actions.join(', ')}`, 'action', width, align)]),
  ];
}

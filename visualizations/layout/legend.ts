// The legend: the meaning of the lines and icons that a drawing has.
import type { Box, Scene } from '../scene/scene.ts';
import { type Block, type Icon, legendLine, moved, type Part } from './block.ts';
import { space } from './theme.ts';

const iconTexts: readonly (readonly [icon: Icon, text: string, isIn: (box: Box) => boolean])[] = [
  ['person', 'needs a person', ({ marks }) => marks.includes('person')],
  ['send', 'has a token to send', ({ marks }) => marks.includes('send')],
  ['actor', 'actor that runs', ({ actors }) => actors.length > 0],
  ['entry', 'action on entry', ({ entry }) => entry.length > 0],
  ['entrance', 'entered from elsewhere', ({ entrances }) => entrances !== ''],
];

/** One block for each line and icon. Lines are left out when all have the same tone. */
export function legendOf({ boxes, wires, tones }: Scene): readonly Block[] {
  const all = boxes.flatMap(withInner);
  const used = new Set(wires.map(({ tone }) => tone));
  const order = (['main', 'refusal', 'plain', 'person'] as const).filter(
    (tone) => used.size > 1 && used.has(tone),
  );
  return [
    ...order.flatMap((tone) => (tones[tone] === undefined ? [] : [legendLine({ tone }, tones[tone])])),
    ...iconTexts.filter(([, , isIn]) => all.some(isIn)).map(([icon, text]) => legendLine({ icon }, text)),
  ];
}

const withInner = (box: Box): readonly Box[] => [box, ...box.boxes.flatMap(withInner)];

/** Blocks at their positions. */
export interface Flowed {
  readonly parts: readonly Part[];
  /** The bottom of the last line. */
  readonly end: number;
}

/** Puts blocks into lines, as many in each as fit. */
export function flowed(blocks: readonly Block[], x: number, y: number, width: number): Flowed {
  let [left, top, end] = [0, y, y];
  const parts = blocks.flatMap((block) => {
    if (left > 0 && left + block.width > width) [left, top] = [0, end + space.section];
    const placed = block.partsIn(block.width).map((part) => moved(part, x + left, top));
    left += block.width + space.column;
    end = top + block.height;
    return placed;
  });
  return { parts, end };
}

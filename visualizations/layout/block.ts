// What cards and labels are stacked of: headings, paragraphs, lines with an icon, pills.
import type { Mark, Tone } from '../roles.ts';
import { evenLinesOf, linesOf, widest, widthOf } from './text.ts';
import { type FontName, fonts, lineHeight, sizes, space } from './theme.ts';

/** The signs that a drawing has; `icons` has their shapes. */
export type Icon = 'actor' | 'entry' | 'entrance' | Mark;

/** Whether text begins at its place, has its middle there, or ends there. */
export type Align = 'start' | 'middle' | 'end';

const shares = { start: 0, middle: 0.5, end: 1 } as const;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A word in a round frame, with its place. */
export interface PillPart extends Place {
  readonly kind: 'pill';
  readonly tone: Tone;
  readonly width: number;
  readonly text: string;
}

/** The place of text is on its base line; of all else, the top left corner. */
export type Part =
  | (Place & { readonly kind: 'text'; readonly font: FontName; readonly align: Align; readonly text: string })
  | (Place & { readonly kind: 'icon'; readonly icon: Icon })
  | (Place & { readonly kind: 'sample'; readonly tone: Tone })
  | PillPart;

/** A piece of a card or label whose size is known, and whose place is not. */
export interface Block {
  /** As narrow as it can be. */
  readonly width: number;
  readonly height: number;
  /** Its parts, from its own top left corner, in a stack of this width. */
  readonly partsIn: (width: number) => readonly Part[];
}

/** Lines of text, one below the other. */
export function paragraph(text: string, font: FontName, width: number, align: Align = 'start'): Block {
  const lines = evenLinesOf(text, fonts[font], width);
  return {
    width: widest(lines, fonts[font]),
    height: lines.length * lineHeight(font),
    partsIn: (all) => textParts(lines, font, all * shares[align], align),
  };
}

/** A name, and marks at the other end of the line. */
export function heading(text: string, font: FontName, marks: readonly Mark[]): Block {
  const step = sizes.icon + space.line;
  const y = (lineHeight(font) - sizes.icon) / 2;
  return {
    width: widthOf(text, fonts[font]) + (marks.length > 0 ? marks.length * step + space.section : 0),
    height: lineHeight(font),
    partsIn: (width) => [
      ...textParts([text], font, 0),
      ...marks.map((icon, at): Part => {
        return { kind: 'icon', icon, x: width - (marks.length - at) * step + space.line, y };
      }),
    ],
  };
}

/** Text behind an icon. */
export function iconLine(icon: Icon, text: string, font: FontName, width: number): Block {
  const y = (lineHeight(font) - sizes.icon) / 2;
  return signed({ kind: 'icon', icon, x: 0, y }, sizes.icon + space.line + 1, text, font, width);
}

/** What a sign means: the sign, and words behind it. */
export function legendLine(sign: { readonly icon: Icon } | { readonly tone: Tone }, text: string): Block {
  const middle = lineHeight('legend') / 2;
  const part: Part =
    'icon' in sign
      ? { kind: 'icon', icon: sign.icon, x: (sizes.sample - sizes.icon) / 2, y: middle - sizes.icon / 2 }
      : { kind: 'sample', tone: sign.tone, x: 0, y: middle };
  return signed(part, sizes.sample + space.section, text, 'legend', Number.POSITIVE_INFINITY);
}

function signed(sign: Part, indent: number, text: string, font: FontName, width: number): Block {
  const lines = linesOf(text, fonts[font], width - indent);
  return {
    width: indent + widest(lines, fonts[font]),
    height: lines.length * lineHeight(font),
    partsIn: () => [sign, ...textParts(lines, font, indent)],
  };
}

/** A word in a round frame, at the far end of its line. */
export function pill(text: string, tone: Tone): Block {
  const width = Math.ceil(widthOf(text, fonts.pill)) + sizes.pill;
  return {
    width,
    height: sizes.pill,
    partsIn: (all) => [{ kind: 'pill', tone, width, text, x: all - width, y: -1 }],
  };
}

/** Two blocks side by side. */
export function beside(left: Block, right: Block): Block {
  return {
    width: left.width + space.section + right.width,
    height: Math.max(left.height, right.height),
    partsIn: (width) => [...left.partsIn(width - space.section - right.width), ...right.partsIn(width)],
  };
}

/** Blocks, one below the other. */
export function stack(blocks: readonly Block[], gap = 0): Block {
  let height = 0;
  const placed = blocks.map((block) => {
    const top = height;
    height += block.height + gap;
    return { block, top };
  });
  return {
    width: Math.max(0, ...blocks.map(({ width }) => width)),
    height: Math.max(0, height - gap),
    partsIn: (width) =>
      placed.flatMap(({ block, top }) => block.partsIn(width).map((part) => moved(part, 0, top))),
  };
}

/** The same thing at another place, so far to the right and so far down. */
export const moved = <Thing extends Place>(thing: Thing, x: number, y: number): Thing => ({
  ...thing,
  x: thing.x + x,
  y: thing.y + y,
});

/** How high capital letters are, as a part of their size. */
const CAPITALS = 0.72;

/** How far down the base line is, for capital letters in the middle of a line of this height. */
export const baseIn = (height: number, font: FontName): number => (height + fonts[font].size * CAPITALS) / 2;

function textParts(
  lines: readonly string[],
  font: FontName,
  x: number,
  align: Align = 'start',
): readonly Part[] {
  const height = lineHeight(font);
  const base = baseIn(height, font);
  return lines.map((text, at) => ({ kind: 'text', font, align, text, x, y: at * height + base }));
}

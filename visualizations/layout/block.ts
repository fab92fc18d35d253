// The blocks that cards and labels are made of: headings, paragraphs, lines with an icon, and pills.
import type { Mark, Tone } from '../roles.ts';
import { evenLinesOf, linesOf, widest, widthOf } from './text.ts';
import { type FontName, fonts, lineHeight, sizes, space } from './theme.ts';

/** The name of an icon. */
export type Icon = 'actor' | 'entry' | 'entrance' | Mark;

/** Whether a text begins at its position, has its middle there, or ends there. */
export type Align = 'start' | 'middle' | 'end';

const shares = { start: 0, middle: 0.5, end: 1 } as const;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A word in a round frame. */
export interface PillPart extends Place {
  readonly kind: 'pill';
  readonly tone: Tone;
  readonly width: number;
  readonly text: string;
}

/** One element of a drawing. The position of a text is on its base line. That of all others is the top left corner. */
export type Part =
  | (Place & { readonly kind: 'text'; readonly font: FontName; readonly align: Align; readonly text: string })
  | (Place & { readonly kind: 'icon'; readonly icon: Icon })
  | (Place & { readonly kind: 'sample'; readonly tone: Tone })
  | PillPart;

/** A rectangle of parts. */
export interface Block {
  /** The smallest width that it needs, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The parts, with positions from the top left corner of the block, when the stack has this width. */
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

/** A name, with marks at the end of the line. */
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

/** An icon, followed by a text. */
export function iconLine(icon: Icon, text: string, font: FontName, width: number): Block {
  const y = (lineHeight(font) - sizes.icon) / 2;
  return signed({ kind: 'icon', icon, x: 0, y }, sizes.icon + space.line + 1, text, font, width);
}

/** A line of a legend: an icon or a line sample, followed by its meaning. */
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

/** A word in a round frame, at the end of its line. */
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

/** The same part, moved. */
export const moved = <Thing extends Place>(thing: Thing, x: number, y: number): Thing => ({
  ...thing,
  x: thing.x + x,
  y: thing.y + y,
});

/** The height of capital letters, as a fraction of the font size. */
const CAPITALS = 0.72;

/** The position of the base line, for capital letters in the middle of a line of this height. */
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

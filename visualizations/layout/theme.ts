// The sizes and distances of the drawings, in pixels.
import type { Font } from './text.ts';

/** The kinds of text. Each has a CSS class of the same name in the drawing. */
export const fonts = {
  banner: { size: 34, isBold: true },
  phase: { size: 15, isBold: true },
  title: { size: 13, isBold: true },
  description: { size: 11.5, isBold: false },
  brief: { size: 11, isBold: false },
  detail: { size: 11, isBold: false },
  actor: { size: 11, isBold: false },
  event: { size: 11, isBold: false },
  why: { size: 10.5, isBold: false },
  action: { size: 10.5, isBold: false },
  pill: { size: 10.5, isBold: false },
  legend: { size: 11, isBold: false },
} as const satisfies Readonly<Record<string, Font>>;

/** The name of a kind of text. */
export type FontName = keyof typeof fonts;

/** The height of a line of this kind of text. */
export const lineHeight = (font: FontName): number => Math.round(fonts[font].size * 1.4);

/** The sizes of icons, pills, line samples in legends, and dots. */
export const sizes = { icon: 12, pill: 18, sample: 20, dot: 10 };

/** The distances around and between things. */
export const space = {
  paper: 20,
  card: 12,
  line: 4,
  section: 8,
  row: 7,
  column: 24,
  label: 6,
  frame: 20,
  margin: 48,
};

/** The widths at which lines break. */
export const breaks = { card: 210, frame: 300, note: 260, label: 180 };

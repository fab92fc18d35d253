// Adds space above a drawing, for a title and a legend of its colours.
import { type Drawing, shifted } from '../layout/drawing.ts';
import { space } from '../layout/theme.ts';

/** The height of a line of large text, in pixels. */
export const LINE = 60;

/** Where the lines begin, in pixels. */
export const left = space.margin;

/**
 * Moves a drawing down, to make space above it.
 * @param name The name of the new file.
 * @param lines How many lines of large text fit into the space.
 */
export function withHeader(drawing: Drawing, name: string, title: string, lines: number): Drawing {
  const down = LINE * (lines + 1);
  return {
    ...drawing,
    ...shifted(drawing, 0, down),
    scene: { ...drawing.scene, name, title },
    extras: drawing.extras.map((part) => ({ ...part, y: part.y + down })),
    height: drawing.height + down,
  };
}

/** Makes an SVG as wide as the window that shows it. */
export const fitted = (svg: string): string =>
  svg.replace(/^(<svg [^>]*?) width="\d+" height="\d+"/, (_, head: string) => head);

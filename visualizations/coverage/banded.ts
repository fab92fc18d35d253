// Room above a drawing, for what it is coloured by.
import { type Drawing, shifted } from '../layout/drawing.ts';
import { space } from '../layout/theme.ts';

/** From one line of large text to the next, in pixels. */
export const LINE = 60;

/** Where the room begins. */
export const left = space.poster;

/**
 * @param name of the file that it becomes.
 * @param lines how many lines of large text there is room for.
 */
export function banded(drawing: Drawing, name: string, title: string, lines: number): Drawing {
  const down = LINE * (lines + 1);
  return {
    ...drawing,
    ...shifted(drawing, 0, down),
    scene: { ...drawing.scene, name, title },
    extras: drawing.extras.map((part) => ({ ...part, y: part.y + down })),
    height: drawing.height + down,
  };
}

/** The same drawing, as wide as the window that it is opened in. */
export const fitted = (svg: string): string =>
  svg.replace(/^(<svg [^>]*?) width="\d+" height="\d+"/, (_, head: string) => head);

// Shows that a panel has more than is visible: a shade at each side where it goes on, and how many lines are below.

/** Watches a panel that scrolls, and what is in it. Sizes are read after the layout, so that reading them costs nothing. */
export function watchCropped(scroller: HTMLElement): void {
  const pane = scroller.closest('.pane');
  if (!(pane instanceof HTMLElement)) throw new TypeError('The panel is in no pane.');
  const list = scroller.querySelector('ol');
  // A person without a pointer scrolls with the keyboard. The lines of a list have the focus themselves.
  if (!list) scroller.tabIndex = 0;
  const set = (name: string, value: string): void => {
    if (pane.getAttribute(name) !== value) pane.setAttribute(name, value);
  };
  const look = (): void => {
    const { scrollTop, scrollLeft, clientHeight, clientWidth, scrollHeight, scrollWidth } = scroller;
    const sides = {
      up: scrollTop > 1,
      down: scrollTop + clientHeight < scrollHeight - 1,
      left: scrollLeft > 1,
      right: scrollLeft + clientWidth < scrollWidth - 1,
    };
    const more = Object.entries(sides).flatMap(([side, isCropped]) => (isCropped ? [side] : []));
    set('data-more', more.join(' '));
    const below = list && sides.down ? linesBelow(list, scrollTop + clientHeight) : 0;
    set('data-below', below > 0 ? `${below} more below` : 'more below');
  };
  const sizes = new ResizeObserver(look);
  for (const one of [scroller, ...scroller.children]) sizes.observe(one);
  scroller.addEventListener('scroll', look, { passive: true });
}

/** Whether a part of this panel was not visible when that was looked at last. */
export const isCropped = (scroller: HTMLElement): boolean =>
  (scroller.closest('.pane')?.getAttribute('data-more') ?? '') !== '';

/** How many lines of a list are not wholly above this place. The lines are in order, so half of them are left out each time. */
function linesBelow(list: HTMLElement, bottom: number): number {
  const lines = [...list.children].filter((line) => line instanceof HTMLElement && !line.hidden);
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (endOf(lines[middle]) > bottom + 1) high = middle;
    else low = middle + 1;
  }
  return lines.length - low;
}

const endOf = (line: Element | undefined): number =>
  line instanceof HTMLElement ? line.offsetTop + line.offsetHeight : 0;

// The box that explains the requirement whose chip was pressed: its text, its level, and where it is said.
import { plain } from './badges.ts';
import type { LiveChart } from './chart.ts';
import { type Content, make, part } from './dom.ts';

const levels: Readonly<Record<string, string>> = {
  must: 'A client must do this.',
  should: 'A client should do this.',
  may: 'A client may do this.',
  project: 'This goes beyond the specification.',
};

/** The text of a requirement, and a link to where it is said. Empty when there is no such requirement. */
export function requirementText({ requirements }: LiveChart, id: string, more = ''): readonly Content[] {
  const requirement = requirements[id];
  if (!requirement) return [];
  const { title, level, link } = requirement;
  const where = make('a', { href: link, target: '_blank', rel: 'noreferrer' }, 'Read the source');
  return [make('b', {}, id), ` ${plain(title)}. ${levels[level] ?? ''} ${more}`, where];
}

/** Explains each chip that is pressed. @param choose Called with the requirement that a person wants to see in the chart. */
export function explanations(chart: LiveChart, choose: (id: string) => void): void {
  const box = part('explanation', HTMLElement);
  document.addEventListener('click', ({ target }) => {
    const chip = target instanceof Element ? target.closest('button.spec') : null;
    if (chip) explain(chip);
  });

  function explain(chip: Element): void {
    const id = chip.textContent ?? '';
    const show = make('button', { type: 'button', autofocus: '' }, 'Show it in the chart');
    const close = make('button', { type: 'button' }, 'Close');
    show.addEventListener('click', () => {
      box.hidePopover();
      choose(id);
    });
    close.addEventListener('click', () => box.hidePopover());
    box.replaceChildren(
      make('p', {}, ...requirementText(chart, id)),
      make('p', { class: 'choices' }, show, close),
    );
    box.setAttribute('aria-label', `Requirement ${id}`);
    // The box takes the focus, and gives it back to the chip when it is closed.
    box.showPopover();
    placeAt(box, chip.getBoundingClientRect());
  }
}

const GAP = 6;

/** Puts the box below the chip, or above it where there is no room; always within the window. */
function placeAt(box: HTMLElement, chip: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = chip.bottom + GAP;
  const top = below + height + GAP <= innerHeight ? below : chip.top - GAP - height;
  box.style.left = `${Math.max(GAP, Math.min(chip.left, innerWidth - width - GAP))}px`;
  box.style.top = `${Math.max(GAP, top)}px`;
}

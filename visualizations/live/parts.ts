// The parts of the page. A narrow window shows one of them at a time, and has a button for each.
import { part } from './dom.ts';

/** Makes the buttons work. @param changed Called when another part is visible. @returns a function that shows a part. */
export function partsOfPage(changed: () => void): (name: string) => void {
  const buttons = [...part('parts', HTMLElement).querySelectorAll('button')];
  const choose = (chosen: HTMLButtonElement | undefined): void => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button === chosen));
    document.body.setAttribute('data-part', chosen?.getAttribute('data-shows') ?? '');
    changed();
  };
  for (const button of buttons) button.addEventListener('click', () => choose(button));
  choose(buttons[0]);
  return (name) => choose(buttons.find((button) => button.getAttribute('data-shows') === name));
}

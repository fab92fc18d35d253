// The buttons, each with a digit as its key, and the outcome of the one that was pressed last.
import { isForPage, make, onChange, part } from './dom.ts';
import type { Action, Said } from './messages.ts';

/** The place of the buttons. */
export interface ActionButtons {
  /** @param session The name of the chosen session. */
  show(session: string | undefined, actions: readonly Action[], said: Said | undefined): void;
}

const DIGITS = '1234567890';

/** Makes the buttons. @param press Called when one is pressed. */
export function actionButtons(press: (action: Action) => void): ActionButtons {
  const place = part('actions', HTMLElement);
  const hint = make('p', { class: 'hint' });
  const outcome = make('p', { id: 'outcome', role: 'status' });
  const groups = make('div', { class: 'groups' });
  place.append(groups, make('div', { class: 'below' }, outcome, hint));
  let keys: ReadonlyMap<string, HTMLButtonElement> = new Map();

  const showButtons = onChange((actions: readonly Action[]) => {
    const ordered = (['session', 'world'] as const).map((of) => actions.filter((one) => one.of === of));
    const digits = new Map(ordered.flat().map((action, at) => [action, DIGITS[at]]));
    const made = new Map<string, HTMLButtonElement>();
    const buttonOf = (action: Action): HTMLButtonElement => {
      const digit = digits.get(action);
      const key = digit === undefined ? [] : [make('kbd', { 'aria-hidden': 'true' }, digit)];
      const attributes = {
        type: 'button',
        title: action.hint,
        'aria-keyshortcuts': digit,
        'data-action': action.id,
      };
      const button = make('button', attributes, action.label, ...key);
      button.addEventListener('click', () => press(action));
      for (const type of ['focus', 'pointerenter'])
        button.addEventListener(type, () => hint.replaceChildren(action.hint));
      for (const type of ['blur', 'pointerleave'])
        button.addEventListener(type, () => hint.replaceChildren());
      if (digit !== undefined) made.set(digit, button);
      return button;
    };
    groups.replaceChildren(
      ...ordered
        .filter((group) => group.length > 0)
        .map((group) => {
          const of = group[0]?.of ?? 'world';
          const heading = make('h2', { id: `actions-${of}` }, 'The world');
          const attributes = { role: 'group', 'aria-labelledby': heading.id };
          return make('div', attributes, heading, ...group.map(buttonOf));
        }),
    );
    keys = made;
    place.hidden = actions.length === 0;
  });

  document.addEventListener('keydown', (event) => {
    const button = isForPage(event) && !event.repeat ? keys.get(event.key) : undefined;
    button?.click();
  });

  return {
    show(session, actions, said) {
      showButtons(actions);
      const heading = groups.querySelector('#actions-session');
      if (heading && heading.textContent !== session) heading.textContent = session ?? '';
      if (outcome.textContent === (said?.text ?? '')) return;
      outcome.textContent = said?.text ?? '';
      outcome.classList.toggle('bad', said?.isGood === false);
    },
  };
}

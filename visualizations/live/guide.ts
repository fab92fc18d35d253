// The first part of the page: what it is, what to do next, and the last request. In a narrow window it is always visible.
import type { RequestFact } from '../../contract/trace.ts';
import type { LiveChart } from './chart.ts';
import { make, onChange, part } from './dom.ts';
import { destinationOf } from './logs.ts';
import type { Action } from './messages.ts';
import { pathOf } from './names.ts';
import { nextOf } from './next.ts';
import type { View } from './view.ts';
import { statusOf } from './words.ts';

/** The first part of the page. */
export interface Guide {
  /** @param focus The key of the session that the chart shows. */
  show(view: View, focus: string): void;
}

/** Makes the first part of the page. @param press Called when a person presses what is next. */
export function guide(chart: LiveChart, press: (action: Action) => void): Guide {
  const next = part('next', HTMLElement);
  const last = part('last', HTMLElement);
  const showNext = onChange(({ sentence, actions }: ReturnType<typeof nextOf>) => {
    const hadFocus = next.contains(document.activeElement);
    const buttons = actions.map((action) => {
      const button = make('button', { type: 'button', class: 'first', 'data-next': action.id }, action.label);
      button.addEventListener('click', () => press(action));
      return button;
    });
    const hint = actions.length === 1 ? [make('span', { class: 'hint' }, ` ${actions[0]?.hint ?? ''}`)] : [];
    next.replaceChildren(make('b', {}, 'Next: '), `${sentence} `, ...buttons, ...hint);
    // A person with a keyboard stays here when the button that they pressed is gone.
    if (hadFocus) (buttons[0] ?? next).focus();
  });
  next.tabIndex = -1;
  const showLast = onChange(([fact, servers]: readonly [RequestFact | undefined, readonly string[]]) => {
    last.replaceChildren(
      make('b', {}, 'Last request: '),
      ...(fact ? lastWords(fact, servers) : ['none yet.']),
    );
  });
  const showStatus = onChange((status: string) => document.body.setAttribute('data-situation', status));
  return {
    show({ sessions, servers, actions }, focus) {
      const session = sessions.find(({ key }) => key === focus);
      const status = session && statusOf(chart, session.step?.states ?? []);
      showStatus(status ?? 'none');
      showNext(nextOf(status, session?.step?.facts ?? {}, actions));
      showLast([session?.requests.at(-1)?.fact, servers]);
    },
  };
}

function lastWords(fact: RequestFact, servers: readonly string[]): readonly string[] {
  const { method, url, session, status } = fact;
  const { letter } = destinationOf(url, session.resource, servers);
  const answer = status === undefined ? 'gave no answer' : `answered ${status}`;
  // The path is last: it can be longer than its place.
  return [`${letter} ${answer} to ${method} ${pathOf(url)}`];
}

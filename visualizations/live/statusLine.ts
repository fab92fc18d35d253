// The texts outside of the panels: the line at the top, the connection, and the announcements for screen readers.
import type { LiveStatus as Status } from '../../contract/live.ts';
import type { LiveChart } from './chart.ts';
import { make, onChange, part } from './dom.ts';
import { sessionName } from './names.ts';
import type { SessionView } from './view.ts';
import { descriptionOf, statusOf, summaryOf } from './words.ts';

/** How long a text has to stay the same until it is announced, in milliseconds. */
const ANNOUNCE_AFTER = 800;

/** The line at the top of the page. */
export interface StatusLine {
  show(session: SessionView, servers: readonly string[]): void;
}

/** Makes the line at the top of the page, which also announces to screen readers. */
export function statusLine(chart: LiveChart): StatusLine {
  const now = part('now', HTMLElement);
  const announcement = part('announcement', HTMLElement);
  let later: ReturnType<typeof setTimeout> | undefined;

  const showLine = onChange(({ name, status, active }: Now) => {
    const where = active.flatMap((path) => [make('code', {}, path), ' ']);
    now.setAttribute('data-status', status);
    now.replaceChildren(make('b', {}, name), ' ', ...where, ` ${descriptionOf(chart, active)}`);
  });
  const announce = onChange((text: string) => {
    clearTimeout(later);
    later = setTimeout(() => announcement.replaceChildren(text), ANNOUNCE_AFTER);
  });
  return {
    show(session, servers) {
      const name = sessionName(session.id);
      const active = session.step?.states ?? [];
      showLine({ name, status: statusOf(chart, active), active });
      announce(`${name}: ${summaryOf(chart, servers, session).sentence}`);
    },
  };
}

interface Now {
  readonly name: string;
  readonly status: Status;
  readonly active: readonly string[];
}

const connections = {
  connecting: { word: 'connecting', notice: '' },
  live: { word: 'live', notice: '' },
  lost: { word: 'lost, trying again', notice: '' },
  tokenless: {
    word: 'not connected',
    notice:
      'This page needs the whole address that the command printed, with the part after its #. Open that address.',
  },
  refused: {
    word: 'not allowed',
    notice:
      'This address is from a command that has ended. Open the address that the command printed last, or start it again.',
  },
} as const;

/** Shows the state of the connection, and what to do if there is none. */
export function showConnection(state: keyof typeof connections): void {
  const { word, notice } = connections[state];
  const connection = part('connection', HTMLElement);
  connection.setAttribute('data-state', state);
  connection.textContent = word;
  const place = part('notice', HTMLElement);
  place.toggleAttribute('hidden', notice === '');
  place.textContent = notice;
}

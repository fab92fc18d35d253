// What the page says in words outside of its panels: the line at the top, how it is connected, and what is read aloud.
import type { LiveChart } from './chart.ts';
import { make, onChange, part } from './dom.ts';
import { sessionName } from './names.ts';
import type { SessionView } from './view.ts';
import { descriptionOf, type Mood, moodOf, standingOf } from './words.ts';

/** How long something has to stay until it is read aloud, in milliseconds. */
const CALM = 800;

/** The line at the top of the page, and what screen readers are told. */
export interface Speech {
  show(session: SessionView, servers: readonly string[]): void;
}

/** Takes over the line at the top, and says aloud what has lasted for a moment. */
export function speech(chart: LiveChart): Speech {
  const now = part('now', HTMLElement);
  const aloud = part('aloud', HTMLElement);
  let later: ReturnType<typeof setTimeout> | undefined;

  const tell = onChange(({ name, mood, active }: Now) => {
    const where = active.map((path) => make('code', {}, path));
    now.setAttribute('data-mood', mood);
    now.replaceChildren(make('b', {}, name), ...where, descriptionOf(chart, active));
  });
  const readAloud = onChange((text: string) => {
    clearTimeout(later);
    later = setTimeout(() => aloud.replaceChildren(text), CALM);
  });
  return {
    show(session, servers) {
      const name = sessionName(session.id);
      const active = session.step?.states ?? [];
      tell({ name, mood: moodOf(chart, active), active });
      readAloud(`${name}: ${standingOf(chart, servers, session).sentence}`);
    },
  };
}

interface Now {
  readonly name: string;
  readonly mood: Mood;
  readonly active: readonly string[];
}

const connections = {
  connecting: { word: 'connecting', notice: '' },
  live: { word: 'live', notice: '' },
  lost: { word: 'lost, trying again', notice: '' },
  tokenless: {
    word: 'not connected',
    notice:
      'This page needs the whole address that the command printed, with all that follows its #: open that one.',
  },
  refused: {
    word: 'not let in',
    notice:
      'This address is of a run that is over: open the one that the command printed last, or start it again.',
  },
} as const;

/** Shows whether the page hears the server, and what to do when it does not. */
export function sayConnection(state: keyof typeof connections): void {
  const { word, notice } = connections[state];
  const connection = part('connection', HTMLElement);
  connection.setAttribute('data-state', state);
  connection.textContent = word;
  const place = part('notice', HTMLElement);
  place.toggleAttribute('hidden', notice === '');
  place.textContent = notice;
}

// Small signs that are used all over the page: servers with their letter and colour, requirements with their text.
import type { LiveChart } from './chart.ts';
import { make } from './dom.ts';
import { serverName } from './names.ts';

/** A server by its letter, colour and host; the whole issuer is told to who points at it. */
export function serverBadge(servers: readonly string[], issuer: string): HTMLElement {
  const { letter, place, colour } = serverName(servers, issuer);
  return make(
    'span',
    { class: `server colour-${colour}`, title: issuer },
    make('b', {}, letter),
    ` ${place}`,
  );
}

/** A requirement by its id; what it requires is told to who points at it. */
export function requirementBadge({ requirements }: LiveChart, id: string): HTMLElement {
  return make('span', { class: 'spec', title: plain(requirements[id]?.title ?? '') }, id);
}

/** Without the marks of Markdown. */
export const plain = (markdown: string): string => markdown.replaceAll('`', '');

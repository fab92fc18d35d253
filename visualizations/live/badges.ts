// Small badges for all parts of the page: servers with their letter and colour, and requirements with their text.
import type { LiveChart } from './chart.ts';
import { make } from './dom.ts';
import { serverName } from './names.ts';

/** The badge of a server. */
export function serverBadge(servers: readonly string[], issuer: string): HTMLElement {
  const { letter, place, colour } = serverName(servers, issuer);
  return make(
    'span',
    { class: `server colour-${colour}`, title: issuer },
    make('b', {}, letter),
    ` ${place}`,
  );
}

/** The badge of a requirement. */
export function requirementBadge({ requirements }: LiveChart, id: string): HTMLElement {
  return make('span', { class: 'spec', title: plain(requirements[id]?.title ?? '') }, id);
}

/** A text in Markdown without its code marks. */
export const plain = (markdown: string): string => markdown.replaceAll('`', '');

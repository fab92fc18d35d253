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

/** The chip of a requirement: a button that explains it. The arrow keys reach it, and not the Tab key: there are hundreds. */
export function requirementChip({ requirements }: LiveChart, id: string): HTMLElement {
  const title = plain(requirements[id]?.title ?? '');
  return make('button', { type: 'button', class: 'spec', tabindex: '-1', title }, id);
}

/** A text in Markdown without its code marks. */
export const plain = (markdown: string): string => markdown.replaceAll('`', '');

// The select box of requirements: the states and arrows that serve the chosen one are highlighted.
import { plain } from './badges.ts';
import { type LiveChart, type Serving, servingOf } from './chart.ts';
import { make, part } from './dom.ts';
import { counted } from './words.ts';

const NONE = '';

/** `BIND` of `BIND-6`. */
const familyOf = (id: string): string => id.split('-')[0] ?? id;

const levels: Readonly<Record<string, string>> = {
  must: 'A client must do this.',
  should: 'A client should do this.',
  may: 'A client may do this.',
  project: 'This goes beyond the specification.',
};

/** Fills the select box. @param filter Called with what serves the chosen requirement; with nothing when none is chosen. */
export function requirementPicker(chart: LiveChart, filter: (serving: Serving) => void): void {
  const choice = part('requirement', HTMLSelectElement);
  const text = part('requirement-text', HTMLElement);
  const all = Object.keys(chart.requirements);
  const families = [...new Set(all.map(familyOf))];
  choice.append(
    make('option', { value: NONE }, 'none'),
    ...families.map((label) => {
      const options = all
        .filter((id) => familyOf(id) === label)
        .map((id) => {
          const title = plain(chart.requirements[id]?.title ?? '');
          return make(
            'option',
            { value: id },
            `${id}  ${title.length > 70 ? `${title.slice(0, 69)}…` : title}`,
          );
        });
      return make('optgroup', { label }, ...options);
    }),
  );
  choice.addEventListener('change', () => {
    const requirement = chart.requirements[choice.value];
    const serving = servingOf(chart, choice.value);
    text.hidden = requirement === undefined;
    filter(serving);
    if (!requirement) return;
    const { title, level, link } = requirement;
    const served = `${counted(serving.states.length, 'state')} and ${counted(serving.arrows.length, 'arrow')} serve it.`;
    const where = make('a', { href: link, target: '_blank', rel: 'noreferrer' }, 'Read the source');
    text.replaceChildren(
      make('b', {}, choice.value),
      ` ${plain(title)}. ${levels[level] ?? ''} ${served} `,
      where,
    );
  });
}

// The select box of requirements: the states and arrows that serve the chosen one are highlighted.
import { plain } from './badges.ts';
import { type LiveChart, type Serving, servingOf } from './chart.ts';
import { make, part } from './dom.ts';
import { requirementText } from './explanation.ts';
import { counted } from './words.ts';

const NONE = '';

/** `BIND` of `BIND-6`. */
const familyOf = (id: string): string => id.split('-')[0] ?? id;

/** Fills the select box. @param filter Called with what serves the chosen requirement; with nothing when none is chosen.
 * @returns a function that chooses a requirement. */
export function requirementPicker(
  chart: LiveChart,
  filter: (serving: Serving) => void,
): (id: string) => void {
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
  const show = (): void => {
    const serving = servingOf(chart, choice.value);
    const served = `${counted(serving.states.length, 'state')} and ${counted(serving.arrows.length, 'arrow')} serve it. `;
    text.hidden = choice.value === NONE;
    text.replaceChildren(...requirementText(chart, choice.value, served));
    filter(serving);
  };
  choice.addEventListener('change', show);
  return (id) => {
    choice.value = id;
    show();
  };
}

// The chart by requirement: choosing one shows the states and the arrows that serve it.
import { type RequirementId, requirements } from '../../contract/requirements.ts';
import type { Drawing } from '../layout/drawing.ts';
import { linesOf } from '../layout/text.ts';
import { fonts } from '../layout/theme.ts';
import type { Model } from '../model.ts';
import { svgOf } from '../svg/svg.ts';
import { tag, textTag } from '../svg/xml.ts';
import { type Coverage, servedBy } from './coverage.ts';
import { fitted, LINE, left, withHeader } from './withHeader.ts';

const TITLE = 'The whole chart, by the requirements that its states and arrows serve';

const ids = Object.keys(requirements) as readonly RequirementId[];
const families = [...new Set(ids.map((id) => id.replace(/-\d+$/, '')))];

/** The distance between two ids, in pixels. */
const STEP = 210;
const COLUMNS = Math.max(...families.map((family) => ids.filter((id) => id.startsWith(`${family}-`)).length));
/** The sentences, to the right of the longest row of ids, in pixels. */
const SENTENCE = { x: left + (COLUMNS + 1) * STEP, width: 2_300 };

/**
 * Draws the chart with a list of requirements to choose from. It needs no script: each id is a link to itself, and CSS
 * rules show what belongs to the target. `coverage-requirements.svg#BIND-6` opens with one chosen.
 * @param whole The drawing of the whole chart.
 */
export function requirementsSvg(model: Model, whole: Drawing, coverage: Coverage): string {
  const ofState = new Map([...model.states.values()].map(({ path, spec }) => [path, spec] as const));
  const ofArrow = servedBy(model, coverage);
  const classes = (spec: readonly string[]): string => spec.map((id) => `of-${id}`).join(' ');
  return fitted(
    svgOf(withHeader(whole, 'coverage-requirements', TITLE, families.length + 1), {
      classOfState: (path) => classes(ofState.get(path) ?? []),
      classOfArrow: (id) => classes(ofArrow.get(id) ?? []),
      hintOfArrow: (id) => (ofArrow.get(id) ?? []).join(' '),
      css: [...RULES, ...ids.flatMap(rulesOf)].join('\n'),
      more: pickerOf(model, ofArrow),
    }),
  );
}

/** When one is chosen, all that does not serve it is dimmed. */
const RULES: readonly string[] = [
  '.pick{text-decoration:none}',
  '.pick:hover text,.pick:focus text{fill:var(--main)}',
  '.pick:target text{fill:var(--main);text-decoration:underline}',
  '.sentence{visibility:hidden}',
  'svg:has(.pick:target) .hint{visibility:hidden}',
  'svg:has(.pick:target) :is(.state>.shape,.wire>.line,.wire>.head){opacity:.3}',
  'svg:has(.pick:target) .arrow{opacity:.3}',
];

function rulesOf(id: string): readonly string[] {
  const chosen = `svg:has(#${id}:target)`;
  const arrow = `.arrow.of-${id}`;
  return [
    `${chosen} .sentence-${id}{visibility:visible}`,
    `${chosen} .state.of-${id}>.shape{opacity:1;stroke:var(--main);stroke-width:6}`,
    `${chosen} ${arrow}{opacity:1}`,
    `${chosen} ${arrow}>text{paint-order:stroke;stroke:color-mix(in srgb,var(--main) 34%,var(--card));stroke-width:9px;stroke-linejoin:round}`,
    `${chosen} .wire:has(>${arrow})>.line{opacity:1;stroke:var(--main);stroke-width:3}`,
  ];
}

type Served = ReturnType<typeof servedBy>;

function pickerOf(model: Model, ofArrow: Served): string {
  const links = families.flatMap((family, row) =>
    ids
      .filter((id) => id.replace(/-\d+$/, '') === family)
      .map((id, column) => {
        const at = { class: 'banner', x: left + column * STEP, y: (row + 2) * LINE };
        const title = textTag('title', {}, requirements[id].title);
        return tag('a', { id, class: 'pick', href: `#${id}` }, title + textTag('text', at, id));
      }),
  );
  const hint = 'Choose a requirement to see its states and arrows.';
  return tag(
    'g',
    { class: 'picker' },
    [
      textTag('text', { class: 'banner', x: left, y: LINE }, TITLE),
      textTag('text', { class: 'banner hint', x: SENTENCE.x, y: 2 * LINE }, hint),
      ...links,
      ...ids.map((id) => sentenceOf(id, model, ofArrow)),
    ].join('\n'),
  );
}

function sentenceOf(id: RequirementId, model: Model, ofArrow: Served): string {
  const states = [...model.states.values()].filter(({ spec }) => spec.includes(id)).map(({ path }) => path);
  const arrows = [...ofArrow.values()].filter((spec) => spec.includes(id)).length;
  const lines = [
    ...linesOf(`${id}: ${requirements[id].title}`, fonts.banner, SENTENCE.width),
    ...linesOf(`Served by ${states.join(', ')}.`, fonts.banner, SENTENCE.width),
    arrows === 0
      ? 'No single arrow can break it: the actors in these states keep it.'
      : `${arrows} ${arrows === 1 ? 'arrow' : 'arrows'} can break it.`,
  ];
  const texts = lines.map((line, row) =>
    textTag('text', { class: 'banner', x: SENTENCE.x, y: (row + 2) * LINE }, line),
  );
  return tag('g', { class: `sentence sentence-${id}` }, texts.join(''));
}

// The chart, coloured by how many edges of the model's walk have taken each arrow.
import type { Drawing } from '../layout/drawing.ts';
import { type Model, phaseOf } from '../model.ts';
import { svgOf } from '../svg/svg.ts';
import { tag, textTag } from '../svg/xml.ts';
import { banded, fitted, LINE, left } from './banded.ts';
import type { Coverage, Covered } from './coverage.ts';

const TITLE = 'The whole chart, by how often the model has taken each arrow';

/** Powers of ten, and how much of the colour each has, in percent. */
const shares = [0, 10, 17, 25, 34, 44, 55];

/** @param whole the drawing of the whole chart. */
export function walksSvg(model: Model, whole: Drawing, coverage: Coverage): string {
  const of = (id: string): Covered => coverage[id] ?? { walked: 0, driven: 0, spec: [] };
  return fitted(
    svgOf(banded(whole, 'coverage-walks', TITLE, 2), {
      classOfArrow: (id) => `walks-${gradeOf(of(id).walked)}`,
      hintOfArrow: (id) => {
        const { walked, driven } = of(id);
        return `taken by ${inWords(walked)} edges of the walk, and on ${inWords(driven)} paths by the real engine`;
      },
      css: [...rules, ...waysBetween(model, coverage)].join('\n'),
      more: legendOf(coverage),
    }),
  );
}

/** How many digits the count has. */
const gradeOf = (count: number): number =>
  count === 0 ? 0 : Math.min(shares.length - 1, Math.floor(Math.log10(count)) + 1);

const colourOf = (grade: number): string =>
  grade === 0 ? 'var(--refusalEdge)' : `color-mix(in srgb,var(--road) ${shares[grade]}%,var(--card))`;

/** Text is marked as with a pen; lines have the colour themselves. */
const rules: readonly string[] = shares.flatMap((_, grade) => {
  const colour = colourOf(grade);
  return [
    `.walks-${grade}>text{paint-order:stroke;stroke:${colour};stroke-width:9px;stroke-linejoin:round}`,
    `.wire:has(>.walks-${grade})>.line{stroke:${colour};stroke-width:3}`,
    `.wire:has(>.walks-${grade})>.head{fill:${colour}}`,
    `.wire:has(>.walks-${grade})>.back{fill:none}`,
  ];
});

/** A way between phases has the sum of its arrows. */
function waysBetween({ arrows }: Model, coverage: Coverage): readonly string[] {
  const sums = new Map<string, number>();
  for (const { id, source, target } of arrows) {
    if (target === undefined) continue;
    const way = `.between[data-source="${phaseOf(source)}"][data-target="${phaseOf(target)}"]`;
    sums.set(way, (sums.get(way) ?? 0) + (coverage[id]?.walked ?? 0));
  }
  return [...sums].flatMap(([way, sum]) => {
    const colour = colourOf(gradeOf(sum));
    return [`${way}>.line{stroke:${colour}}`, `${way}>.head{fill:${colour}}`];
  });
}

function legendOf(coverage: Coverage): string {
  const counts = Object.values(coverage);
  const total = counts.reduce((sum, { walked }) => sum + walked, 0);
  const missed = counts.filter(({ walked }) => walked === 0).length;
  const head = `${counts.length} arrows, taken ${inWords(total)} times; ${missed} never`;
  const grades = shares.map((_, grade) => {
    const at = { class: 'banner', x: left + 20 + grade * 420, y: 2 * LINE + 20 };
    return tag('g', { class: `walks-${grade}` }, textTag('text', at, gradeInWords(grade)));
  });
  const title = textTag('text', { class: 'banner', x: left, y: LINE }, head);
  return tag('g', { class: 'legend-of-walks' }, [title, ...grades].join(''));
}

function gradeInWords(grade: number): string {
  if (grade === 0) return 'never';
  const least = 10 ** (grade - 1);
  return grade === shares.length - 1
    ? `${inWords(least)} or more`
    : `${inWords(least)} to ${inWords(least * 10 - 1)}`;
}

/** With a mark between thousands, the same on every machine. */
const inWords = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

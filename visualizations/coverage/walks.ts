// The chart, coloured by how many edges of the model's walk take each arrow.
import type { Drawing } from '../layout/drawing.ts';
import { type Model, phaseOf } from '../model.ts';
import { svgOf } from '../svg/svg.ts';
import { tag, textTag } from '../svg/xml.ts';
import type { Coverage, Covered } from './coverage.ts';
import { fitted, LINE, left, withHeader } from './withHeader.ts';

const TITLE = 'The whole chart, by how often the model has taken each arrow';

/** How much of the colour each grade has, in percent. A grade is a power of ten. */
const shares = [0, 10, 17, 25, 34, 44, 55];

/** Draws the chart. @param whole The drawing of the whole chart. */
export function walksSvg(model: Model, whole: Drawing, coverage: Coverage): string {
  const of = (id: string): Covered => coverage[id] ?? { walked: 0, driven: 0, spec: [] };
  return fitted(
    svgOf(withHeader(whole, 'coverage-walks', TITLE, 2), {
      classOfArrow: (id) => `walks-${gradeOf(of(id).walked)}`,
      hintOfArrow: (id) => {
        const { walked, driven } = of(id);
        return `taken by ${inWords(walked)} edges of the walk, and on ${inWords(driven)} paths by the real engine`;
      },
      css: [...rules, ...rulesBetween(model, coverage)].join('\n'),
      more: legendOf(coverage),
    }),
  );
}

/** How many digits the count has. */
const gradeOf = (count: number): number =>
  count === 0 ? 0 : Math.min(shares.length - 1, Math.floor(Math.log10(count)) + 1);

const colourOf = (grade: number): string =>
  grade === 0 ? 'var(--refusalEdge)' : `color-mix(in srgb,var(--main) ${shares[grade]}%,var(--card))`;

/** Texts have a background in the colour of their grade, and lines have the colour itself. */
const rules: readonly string[] = shares.flatMap((_, grade) => {
  const colour = colourOf(grade);
  return [
    `.walks-${grade}>text{paint-order:stroke;stroke:${colour};stroke-width:9px;stroke-linejoin:round}`,
    `.wire:has(>.walks-${grade})>.line{stroke:${colour};stroke-width:3}`,
    `.wire:has(>.walks-${grade})>.head{fill:${colour}}`,
    `.wire:has(>.walks-${grade})>.back{fill:none}`,
  ];
});

/** A line between phases has the sum of its arrows. */
function rulesBetween({ arrows }: Model, coverage: Coverage): readonly string[] {
  const sums = new Map<string, number>();
  for (const { id, source, target } of arrows) {
    if (target === undefined) continue;
    const line = `.between[data-source="${phaseOf(source)}"][data-target="${phaseOf(target)}"]`;
    sums.set(line, (sums.get(line) ?? 0) + (coverage[id]?.walked ?? 0));
  }
  return [...sums].flatMap(([line, sum]) => {
    const colour = colourOf(gradeOf(sum));
    return [`${line}>.line{stroke:${colour}}`, `${line}>.head{fill:${colour}}`];
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

/** A number with commas between thousands. It is the same on every machine. */
const inWords = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

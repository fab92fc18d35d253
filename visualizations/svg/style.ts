// The colours and fonts of the drawings, light or dark as the reader prefers.
import { type FontName, fonts } from '../layout/theme.ts';
import type { Tone } from '../roles.ts';

/** Each colour, for a light and a dark background. */
const colours = {
  paper: ['#ffffff', '#0d1117'],
  frame: ['#f6f8fa', '#131922'],
  card: ['#ffffff', '#1b222c'],
  edge: ['#d1d9e0', '#39424e'],
  ink: ['#1f2328', '#e6edf3'],
  soft: ['#59636e', '#9ea8b3'],
  wire: ['#8b949e', '#77818c'],
  main: ['#0969da', '#58a6ff'],
  mainWash: ['#eff6ff', '#13243b'],
  mainEdge: ['#a9cdf7', '#2a5486'],
  refusal: ['#c42b37', '#ff8a80'],
  refusalWash: ['#fff2f1', '#331c1f'],
  refusalEdge: ['#f0bcb9', '#733639'],
  person: ['#8a5a00', '#e3b341'],
  personWash: ['#fff9e6', '#2d2513'],
  personEdge: ['#e6cb86', '#6b551f'],
} as const;

type Colour = keyof typeof colours;

const variables = (shade: 0 | 1): string =>
  Object.entries(colours)
    .map(([name, shades]) => `--${name}:${shades[shade]}`)
    .join(';');

const inks: Readonly<Record<FontName, Colour>> = {
  banner: 'ink',
  phase: 'ink',
  title: 'ink',
  description: 'soft',
  brief: 'soft',
  detail: 'soft',
  actor: 'main',
  event: 'ink',
  why: 'soft',
  action: 'soft',
  pill: 'ink',
  legend: 'soft',
};

const faces = Object.entries(fonts).map(
  ([name, { size, isBold }]) => `.${name}{font-size:${size}px${isBold ? ';font-weight:bold' : ''}}`,
);

const coloured = Object.entries(inks).map(([name, ink]) => `.${name}{fill:var(--${ink})}`);

const tones: readonly Exclude<Tone, 'plain'>[] = ['main', 'refusal', 'person'];

const toned = tones.flatMap((tone) => [
  `.${tone}>.shape{fill:var(--${tone}Wash);stroke:var(--${tone}Edge)}`,
  `.${tone}>.line{stroke:var(--${tone})}`,
  `.${tone}>.head{fill:var(--${tone})}`,
  `.badge.${tone} rect{fill:var(--${tone}Wash);stroke:var(--${tone}Edge)}`,
  `.badge.${tone} text{fill:var(--${tone})}`,
]);

/** The CSS of every drawing. */
export const style: string = [
  `.authchart{${variables(0)}}`,
  `@media(prefers-color-scheme:dark){.authchart{${variables(1)}}}`,
  'text{font-family:system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif}',
  ...faces,
  ...coloured,
  '.paper{fill:var(--paper)}',
  '.shape{fill:var(--card);stroke:var(--edge)}',
  '.rule{stroke:var(--edge)}',
  '.line{fill:none;stroke:var(--wire);stroke-width:1.4}',
  '.head{fill:var(--wire)}',
  '.start>.line{stroke:var(--ink)}',
  '.start>.head,.start>circle{fill:var(--ink)}',
  '.back{fill:var(--frame)}',
  '.badge rect{fill:var(--frame);stroke:var(--edge)}',
  '.icon path{fill:none;stroke:var(--soft);stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}',
  '.actor-icon path,.send-icon path{stroke:var(--main)}',
  '.send-icon circle{fill:var(--mainWash);stroke:var(--mainEdge)}',
  '.person-icon path{stroke:var(--person)}',
  '.person-icon circle{fill:var(--personWash);stroke:var(--personEdge)}',
  ...toned,
  '.wire.main>.line{stroke-width:1.7}',
  '.wire.between>.line{stroke-width:4}',
  '.wire.refusal>.arrow>.event{fill:var(--refusal)}',
  '.frame>.shape{fill:var(--frame)}',
  '.region>.shape{fill:none;stroke:var(--wire);stroke-dasharray:5 4}',
].join('\n');

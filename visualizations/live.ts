// The live page as one file that loads nothing: its script, its styles, the drawings, and the chart as data.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { requirements } from '../contract/requirements.ts';
import { type Coverage, servedBy } from './coverage/coverage.ts';
import type { DrawnFile } from './drawings.ts';
import type { LiveArrow, LiveChart, LiveState } from './live/chart.ts';
import type { Model } from './model.ts';
import { style } from './svg/style.ts';
import { escaped } from './svg/xml.ts';

const source = (name: string): URL => new URL(`live/${name}`, import.meta.url);

/** Browsers of the last two years. */
const target = 'es2022';

/**
 * Makes the live page. The same chart, coverage and sources give the same page.
 * @param drawn The drawings of the model: `overview.svg`, `chart.svg`, and `phase-….svg` of each phase.
 */
export async function liveFile(
  model: Model,
  drawn: readonly DrawnFile[],
  coverage: Coverage,
): Promise<DrawnFile> {
  const [shell, css, script] = await Promise.all([readFile(source('page.html'), 'utf8'), styles(), bundle()]);
  const drawing = (name: string): string => withoutStyle(drawn.find((one) => one.name === name)?.text ?? '');
  const phases = model.root.states.map(
    ({ name }) => `<div data-phase="${escaped(name)}" hidden>${drawing(`phase-${name}.svg`)}</div>`,
  );
  const parts: Readonly<Record<string, string>> = {
    '/*css*/': css,
    '<!--map-->': drawing('overview.svg'),
    '<!--phases-->': phases.join('\n'),
    '<!--whole-->': drawing('chart.svg'),
    // A `<` could end the script element.
    '["known"]': JSON.stringify(chartOf(model, coverage)).replaceAll('<', '\\u003c'),
    '/*script*/': script,
  };
  const text = shell.replace(/<!--\w+-->|\/\*\w+\*\/|\["known"\]/g, (place) => parts[place] ?? place);
  return { name: 'live.html', text };
}

/** Removes the style of a drawing. It is the same in all drawings, so the page has it once. */
const withoutStyle = (svg: string): string => svg.replace(/<style>[\s\S]*?<\/style>\s*/, '').trim();

/** The style sheets. Later ones win over earlier ones. */
const sheets = [
  'base',
  'panes',
  'sessions',
  'actions',
  'chart',
  'active',
  'highlighted',
  'logs',
  'legend',
  'explanation',
  'layout',
];

async function styles(): Promise<string> {
  const own = await Promise.all(sheets.map((name) => readFile(source(`style/${name}.css`), 'utf8')));
  const { code } = await transform([style, ...own].join('\n'), { loader: 'css', minify: true, target });
  return code.trim();
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(source('main.ts'))],
    bundle: true,
    minify: true,
    format: 'esm',
    target,
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles
    .map(({ text }) => text)
    .join('')
    .trim();
}

function chartOf(model: Model, coverage: Coverage): LiveChart {
  const { states, arrows } = model;
  const specs = servedBy(model, coverage);
  return {
    states: Object.fromEntries(
      [...states].map(([path, one]): [string, LiveState] => {
        const { description, tags, spec } = one;
        return [path, { description, tags, spec }];
      }),
    ),
    arrows: Object.fromEntries(
      arrows.map((one): [string, LiveArrow] => {
        const { id, source, target, guard, description } = one;
        return [id, { source, target, guard, description, spec: specs.get(id) ?? [] }];
      }),
    ),
    requirements,
  };
}

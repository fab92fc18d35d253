// All files that are drawn from the chart, as text.
import { authMachine } from '../machines/authMachine.ts';
import { type Coverage, readCoverage } from './coverage/coverage.ts';
import { requirementsSvg } from './coverage/requirements.ts';
import { walksSvg } from './coverage/walks.ts';
import { jsonOf } from './json.ts';
import type { Drawing } from './layout/drawing.ts';
import { gridLayout } from './layout/grid.ts';
import { nestedLayout } from './layout/nested.ts';
import { wholeLayout } from './layout/whole.ts';
import { liveFile } from './live.ts';
import { mermaidOf } from './mermaid.ts';
import { type Model, modelOf } from './model.ts';
import { overviewScene } from './scene/overview.ts';
import { phaseScene } from './scene/phase.ts';
import { wholeScene } from './scene/whole.ts';
import { svgOf } from './svg/svg.ts';

/** A file that is drawn from the chart. */
export interface DrawnFile {
  readonly name: string;
  readonly text: string;
}

/** The drawings of a chart. */
export interface Drawings {
  readonly overview: Drawing;
  readonly whole: Drawing;
  /** In the order of the chart. */
  readonly phases: readonly Drawing[];
}

/** Draws a chart. The same chart gives the same drawings on any machine. */
export async function drawingsOf(model: Model): Promise<Drawings> {
  const phases: Drawing[] = [];
  for (const phase of model.root.states) phases.push(await nestedLayout(phaseScene(model, phase)));
  return {
    overview: gridLayout(overviewScene(model)),
    whole: await wholeLayout(wholeScene(model), phases),
    phases,
  };
}

/** Draws all files of `visualizations/generated`. @param coverage Default: the counts that `npm run model` has written. */
export async function drawnFiles(
  model: Model = modelOf(authMachine),
  coverage?: Coverage,
): Promise<readonly DrawnFile[]> {
  const covered = coverage ?? (await readCoverage());
  const { overview, whole, phases } = await drawingsOf(model);
  const texts = model.root.states.map((phase) => {
    return { name: `phase-${phase.name}.mmd`, text: mermaidOf(model, phase) };
  });
  const drawn = [overview, whole, ...phases].map((one) => ({
    name: `${one.scene.name}.svg`,
    text: svgOf(one),
  }));
  return [
    ...drawn,
    { name: 'coverage-walks.svg', text: walksSvg(model, whole, covered) },
    { name: 'coverage-requirements.svg', text: requirementsSvg(model, whole, covered) },
    { name: 'chart.mmd', text: mermaidOf(model) },
    ...texts,
    { name: 'chart.json', text: `${JSON.stringify(jsonOf(model), null, 2)}\n` },
    await liveFile(model, drawn, covered),
  ];
}

// Every file that is drawn from the chart, as text.
import { authMachine } from '../machines/authMachine.ts';
import { type Coverage, readCoverage } from './coverage/coverage.ts';
import { requirementsSvg } from './coverage/requirements.ts';
import { walksSvg } from './coverage/walks.ts';
import { jsonOf } from './json.ts';
import type { Drawing } from './layout/drawing.ts';
import { gridLayout } from './layout/grid.ts';
import { nestedLayout } from './layout/nested.ts';
import { posterLayout } from './layout/poster.ts';
import { liveFile } from './live.ts';
import { mermaidOf } from './mermaid.ts';
import { type Model, modelOf } from './model.ts';
import { overviewScene } from './scene/overview.ts';
import { phaseScene } from './scene/phase.ts';
import { wholeScene } from './scene/whole.ts';
import { svgOf } from './svg/svg.ts';

/** A file that is drawn: its name, and all of its text. */
export interface DrawnFile {
  readonly name: string;
  readonly text: string;
}

/** The chart in pictures, before they are painted: in the main, whole, and phase by phase. */
export interface Drawings {
  readonly overview: Drawing;
  readonly whole: Drawing;
  /** In the order of the chart. */
  readonly phases: readonly Drawing[];
}

/** The same for the same chart, on any machine. */
export async function drawingsOf(model: Model): Promise<Drawings> {
  const phases: Drawing[] = [];
  for (const phase of model.root.states) phases.push(await nestedLayout(phaseScene(model, phase)));
  return {
    overview: gridLayout(overviewScene(model)),
    whole: await posterLayout(wholeScene(model), phases),
    phases,
  };
}

/** Names are those in `visualizations/generated`. */
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

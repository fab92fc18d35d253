// The scene of the whole chart: the scenes of its phases, and the wires between them.
import { type Model, phaseOf } from '../model.ts';
import { toneOfStep } from '../roles.ts';
import { listedPhases } from './overview.ts';
import { phaseScene } from './phase.ts';
import { isLeading, type Scene, toneNames, type Wire } from './scene.ts';

/** Makes the scene of the whole chart. */
export function wholeScene(model: Model): Scene {
  return {
    name: 'chart',
    title: 'The whole chart',
    description: `${model.root.description} Every state and every arrow, phase by phase.`,
    tones: toneNames,
    initial: model.root.initial,
    boxes: model.root.states.flatMap((phase) => phaseScene(model, phase).boxes),
    wires: wiresBetween(model),
  };
}

/** One wire for each pair of phases. Its arrows are listed in the phase of their source. */
function wiresBetween({ arrows }: Model): readonly Wire[] {
  const wires = new Map<string, Wire>();
  for (const arrow of arrows.filter(isLeading)) {
    const pair = { source: phaseOf(arrow.source), target: phaseOf(arrow.target) };
    if (pair.source === '' || pair.source === pair.target || listedPhases.includes(pair.target)) continue;
    wires.set(`${pair.source} ${pair.target}`, { ...pair, tone: toneOfStep(pair), captions: [] });
  }
  return [...wires.values()];
}

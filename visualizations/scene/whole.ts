// The scene of the whole chart: its phases, each a scene of its own, and the ways between them.
import { type Model, phaseOf } from '../model.ts';
import { toneOfStep } from '../roles.ts';
import { hubs } from './overview.ts';
import { phaseScene } from './phase.ts';
import { courses, isLed, type Scene, type Wire } from './scene.ts';

/** All phases with everything in them, and the ways between them. */
export function wholeScene(model: Model): Scene {
  return {
    name: 'chart',
    title: 'The whole chart',
    description: `${model.root.description} Every state and every arrow, phase by phase.`,
    tones: courses,
    initial: model.root.initial,
    boxes: model.root.states.flatMap((phase) => phaseScene(model, phase).boxes),
    wires: waysBetween(model),
  };
}

/** One line for each way; its arrows are told within the phase that they leave. */
function waysBetween({ arrows }: Model): readonly Wire[] {
  const ways = new Map<string, Wire>();
  for (const arrow of arrows.filter(isLed)) {
    const way = { source: phaseOf(arrow.source), target: phaseOf(arrow.target) };
    if (way.source === '' || way.source === way.target || hubs.includes(way.target)) continue;
    ways.set(`${way.source} ${way.target}`, { ...way, tone: toneOfStep(way), captions: [] });
  }
  return [...ways.values()];
}

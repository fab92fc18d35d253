// A drawing of the chart with the path of a recorded run lit up: what was entered, and which arrows were taken.

import type { StepFact, TraceFact } from '../contract/trace.ts';
import { arrowsOf } from '../machines/arrows.ts';
import { authMachine } from '../machines/authMachine.ts';
import { phaseOf } from './model.ts';
import { textTag } from './svg/xml.ts';

/**
 * The same drawing, with rules of its own for what the run came by; all else steps back.
 * @param svg a drawing of ours: `generated/chart.svg`.
 */
export function litChart(svg: string, facts: readonly TraceFact[]): string {
  const steps = facts.filter((fact): fact is StepFact => fact.kind === 'step');
  const states = new Set(steps.flatMap(({ entered }) => entered.flatMap(withOuter)));
  const arrows = new Set(steps.flatMap((step) => step.arrows));
  const rules = [
    ...DIMMED,
    ...[...states].map(litState),
    ...[...arrows].map(litArrow),
    ...waysOf(arrows).map(litWay),
  ];
  const style = textTag('style', {}, rules.join('\n'));
  return svg.replace(/<\/svg>\s*$/, () => `${style}\n</svg>\n`);
}

const DIMMED = ['.state>.shape,.wire>.line,.wire>.head{opacity:.35}', '.arrow{opacity:.4}'];

/** A state is within others. */
function withOuter(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'));
}

interface Way {
  readonly source: string;
  readonly target: string;
}

/** From phase to phase; a trace may name arrows that the chart has no more. */
const waysOf = (taken: ReadonlySet<string>): readonly Way[] =>
  arrowsOf(authMachine)
    .filter(({ id }) => taken.has(id))
    .flatMap(({ source, targets }) =>
      targets.map((target) => ({ source: phaseOf(source), target: phaseOf(target) })),
    );

/** A value in a selector. */
const quoted = (value: string): string => `"${value.replace(/["\\\n]/g, '\\$&')}"`;

const litState = (path: string): string =>
  `[data-state=${quoted(path)}]>.shape{opacity:1;stroke:var(--road);stroke-width:2}`;

function litArrow(id: string): string {
  const arrow = `[data-arrow=${quoted(id)}]`;
  return `${arrow}{opacity:1;font-weight:bold}${litWire(`.wire:has(>${arrow})`, 2.4)}`;
}

const litWay = ({ source, target }: Way): string =>
  litWire(`.between[data-source=${quoted(source)}][data-target=${quoted(target)}]`, 7);

const litWire = (wire: string, width: number): string =>
  `${wire}>.line{opacity:1;stroke:var(--road);stroke-width:${width}}${wire}>.head{opacity:1;fill:var(--road)}`;

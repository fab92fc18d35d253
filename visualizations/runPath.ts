// Highlights the path of a recorded run in a drawing of the chart: the states that were entered, and the arrows taken.

import type { StepFact, TraceFact } from '../contract/trace.ts';
import { arrowsOf } from '../machines/arrows.ts';
import { authMachine } from '../machines/authMachine.ts';
import { phaseOf } from './model.ts';
import { textTag } from './svg/xml.ts';

/**
 * Adds CSS rules to a drawing that highlight the path of a run, and dim all the rest.
 * @param svg The text of `generated/chart.svg`.
 */
export function withRunPath(svg: string, facts: readonly TraceFact[]): string {
  const steps = facts.filter((fact): fact is StepFact => fact.kind === 'step');
  const states = new Set(steps.flatMap(({ entered }) => entered.flatMap(withOuter)));
  const arrows = new Set(steps.flatMap((step) => step.arrows));
  const rules = [
    ...DIMMED,
    ...[...states].map(stateRule),
    ...[...arrows].map(arrowRule),
    ...phasePairsOf(arrows).map(phaseLineRule),
  ];
  const style = textTag('style', {}, rules.join('\n'));
  return svg.replace(/<\/svg>\s*$/, () => `${style}\n</svg>\n`);
}

const DIMMED = ['.state>.shape,.wire>.line,.wire>.head{opacity:.35}', '.arrow{opacity:.4}'];

/** The state itself, and the states that it is in. */
function withOuter(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, at) => parts.slice(0, at + 1).join('.'));
}

interface PhasePair {
  readonly source: string;
  readonly target: string;
}

/** The phases that the arrows connect. A trace may name arrows that the chart does not have any more. */
const phasePairsOf = (taken: ReadonlySet<string>): readonly PhasePair[] =>
  arrowsOf(authMachine)
    .filter(({ id }) => taken.has(id))
    .flatMap(({ source, targets }) =>
      targets.map((target) => ({ source: phaseOf(source), target: phaseOf(target) })),
    );

/** A quoted value for a CSS selector. */
const quoted = (value: string): string => `"${value.replace(/["\\\n]/g, '\\$&')}"`;

const stateRule = (path: string): string =>
  `[data-state=${quoted(path)}]>.shape{opacity:1;stroke:var(--main);stroke-width:2}`;

function arrowRule(id: string): string {
  const arrow = `[data-arrow=${quoted(id)}]`;
  return `${arrow}{opacity:1;font-weight:bold}${wireRule(`.wire:has(>${arrow})`, 2.4)}`;
}

const phaseLineRule = ({ source, target }: PhasePair): string =>
  wireRule(`.between[data-source=${quoted(source)}][data-target=${quoted(target)}]`, 7);

const wireRule = (wire: string, width: number): string =>
  `${wire}>.line{opacity:1;stroke:var(--main);stroke-width:${width}}${wire}>.head{opacity:1;fill:var(--main)}`;

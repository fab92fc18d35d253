// The measurements as text, for a terminal.
import type { Check, Figure, Findings, Spread } from './measure.ts';

/** A number with as many digits as somebody reads. */
export function short(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** One budget: what was found, and how much it may be. */
export const checkLine = ({ what, unit, found, most }: Check): string =>
  `${what}: ${short(found)} ${unit} (at most ${short(most)})`;

/** All figures, a line each. */
export function tableOf(found: Readonly<Record<string, Findings>>): string {
  return Object.entries(found)
    .map(([section, { figures, leftOut = [] }]) =>
      [section, ...figures.map(lineOf), ...leftOut.map((what) => `left out: ${what}`)].join('\n  '),
    )
    .join('\n');
}

function lineOf({ what, unit, of }: Figure): string {
  const each = Object.entries(of).map(([name, spread]) => `${name} ${inWords(spread)}`);
  return `${what}: ${each.join(', ')} ${unit}`;
}

const inWords = ({ median, low, high }: Spread): string =>
  low === high ? short(median) : `${short(median)} (${short(low)}–${short(high)})`;

// The report of the torture suite for a terminal: a line for each case, more for one that failed, and one at the end.
import type { NamedCase } from '../cases.ts';
import { kinds } from '../cases.ts';
import type { Outcome } from '../runCases.ts';
import { linkOf } from './sources.ts';

const marks = { passed: '✓', failed: '✗', skipped: '-' } as const;

/** Before the first case of a kind. */
export function headline(kind: string): string {
  const about = kinds.find((one) => one.kind === kind)?.about ?? '';
  return `\n${kind}: ${about}`;
}

/** A case, and what became of it. Who reads of a failure sees what was wanted, where it is written, and why it matters. */
export function describeOutcome({ case: one, result, reason }: Outcome): string {
  const first = `${marks[result]} ${one.id}: ${one.title}`;
  if (result === 'passed') return first;
  if (result === 'skipped') return `${first}\n    Skipped. ${reason}`;
  return [
    first,
    `    What happened: ${indented(reason ?? '')}`,
    `    Wanted:        ${one.wants}`,
    `    Why:           ${one.why}`,
    `    Source:        ${one.source.map((id) => `${id} ${linkOf(id)}`).join('\n                   ')}`,
  ].join('\n');
}

const indented = (text: string): string => text.replaceAll('\n', '\n    ');

/** The cases without a run. */
export const describeList = (cases: readonly NamedCase[]): string =>
  cases.map(({ id, title, wants }) => `${id}: ${title}\n    ${wants}`).join('\n');

/** The score. */
export function lastLine(outcomes: readonly Outcome[], seconds: number): string {
  const count = (result: Outcome['result']): number => outcomes.filter((one) => one.result === result).length;
  const skipped = count('skipped');
  const rest = skipped === 0 ? '' : `, ${skipped} skipped`;
  return `\ntorture ${count('passed')}/${outcomes.length - skipped}${rest}; ${seconds} s`;
}

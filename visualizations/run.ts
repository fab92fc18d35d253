// A recorded run as pictures: a sequence diagram for each of its sessions, and the chart with its path lit up.
import type { TraceFact } from '../contract/trace.ts';
import { litChart } from './litChart.ts';
import { sequenceMermaid } from './sequence/mermaid.ts';
import { sequencesOf } from './sequence/story.ts';
import { sequenceSvg } from './sequence/svg.ts';

/** A picture as text. */
export interface Picture {
  /** `sequence.svg`, `sequence-2.mmd`, `chart.svg`. */
  readonly name: string;
  readonly text: string;
}

/** @param chart the drawing of the whole chart. */
export function picturesOf(facts: readonly TraceFact[], chart: string): readonly Picture[] {
  const sequences = sequencesOf(facts).flatMap((sequence, at) => {
    const name = at === 0 ? 'sequence' : `sequence-${at + 1}`;
    return [
      { name: `${name}.svg`, text: sequenceSvg(sequence) },
      { name: `${name}.mmd`, text: sequenceMermaid(sequence) },
    ];
  });
  return [...sequences, { name: 'chart.svg', text: litChart(chart, facts) }];
}

// A recorded run as pictures: a sequence diagram of each session, and the chart with the path of the run.
import type { TraceFact } from '../contract/trace.ts';
import { withRunPath } from './runPath.ts';
import { sequenceMermaid } from './sequence/mermaid.ts';
import { sequencesOf } from './sequence/sequence.ts';
import { sequenceSvg } from './sequence/svg.ts';

/** A picture as text. */
export interface Picture {
  /** `sequence.svg`, `sequence-2.mmd`, `chart.svg`. */
  readonly name: string;
  readonly text: string;
}

/** Makes the pictures of a run. @param chart The text of `generated/chart.svg`. */
export function picturesOf(facts: readonly TraceFact[], chart: string): readonly Picture[] {
  const sequences = sequencesOf(facts).flatMap((sequence, at) => {
    const name = at === 0 ? 'sequence' : `sequence-${at + 1}`;
    return [
      { name: `${name}.svg`, text: sequenceSvg(sequence) },
      { name: `${name}.mmd`, text: sequenceMermaid(sequence) },
    ];
  });
  return [...sequences, { name: 'chart.svg', text: withRunPath(chart, facts) }];
}

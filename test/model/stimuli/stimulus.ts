// What a stimulus is: one thing that can happen in a state, by name, with what the chart then hears.
import type { Work } from '../../../contract/work.ts';
import type { Event } from '../step.ts';

export type Source = keyof Work;

export interface Stimulus {
  /** Its name, unique among what can happen in a state: `fetchServerMetadata reports a full server`. */
  readonly type: string;
  /** Computed from the state that it happens in, and so always fresh. */
  readonly event: Event;
  /** Of a report: which actor gives it, under which name of invocation, and in which way it comes about. */
  readonly report?: Report;
}

export interface Report {
  readonly child: string;
  readonly source: Source;
  readonly way: string;
}

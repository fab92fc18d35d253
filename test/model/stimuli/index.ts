// Everything that can happen next: reports of the actors at work, and what comes from outside.
import type { Snapshot } from '../step.ts';
import type { Around } from './around.ts';
import { fromOutside } from './outside.ts';
import { reportsTo } from './reports.ts';
import type { Stimulus } from './stimulus.ts';

export function stimuliOf(around: Around, snapshot: Snapshot): readonly Stimulus[] {
  return [...reportsTo(around, snapshot), ...fromOutside(around, snapshot)];
}

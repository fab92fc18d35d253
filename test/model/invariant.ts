// What an invariant is: a rule of its own, with the requirements that it stands for, asked about each edge of the walk.
import type { RequirementId } from '../../protocol/requirements.ts';
import { inputOf } from './stimuli.ts';
import type { Edge } from './walk.ts';

export interface Invariant {
  /** What always holds, as a sentence. */
  readonly holds: string;
  readonly spec: readonly RequirementId[];
  /** Says what is wrong with an edge; nothing when all is well. Written without looking at guards or actions. */
  readonly violated: (edge: Edge) => string | undefined;
}

/** An actor that an edge has set to work, with what it was given. */
export interface Started {
  readonly source: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The actors that are at work after an edge and were not before. */
export function startedBy({ from, to }: Edge): readonly Started[] {
  return Object.entries(to.children).flatMap(([id, child]) => {
    if (!child || from.children[id as keyof typeof from.children] === child) return [];
    return [{ source: String(child.src), input: inputOf(child) as Started['input'] }];
  });
}

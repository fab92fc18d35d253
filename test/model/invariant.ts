// What an invariant is: a rule of its own, with the requirements that it stands for, asked about the walk.
import { AuthError, type Failure, type FailureCode } from '../../contract/errors.ts';
import type { RequirementId } from '../../contract/requirements.ts';
import type { Work } from '../../contract/work.ts';
import { inputOf } from './stimuli/facts.ts';
import type { Source } from './stimuli/stimulus.ts';
import type { Edge, Graph } from './walk.ts';

/**
 * Written from the requirements, without looking at guards, actions or targets of the chart: it may read what
 * happened, what is remembered, and who was set to work.
 */
export interface Invariant {
  /** What always holds, as a sentence. */
  readonly holds: string;
  readonly spec: readonly RequirementId[];
  /** Says what is wrong with one step; nothing when all is well. */
  readonly violated: (edge: Edge) => string | undefined;
}

/** The same about a graph as a whole: what can be reached from where. */
export interface Prospect {
  readonly holds: string;
  readonly spec: readonly RequirementId[];
  readonly violated: (graph: Graph) => string | undefined;
}

/** An actor that a step has set to work, with what it was given. */
export interface Started {
  readonly child: string;
  readonly source: Source;
  readonly input: Readonly<Record<string, unknown>>;
}

type Ends = Pick<Edge, 'from' | 'to'>;

/** Nearly every invariant asks this about the same step, one after the other. */
let latest: (Ends & { readonly started: readonly Started[] }) | undefined;

/** The actors that are at work after a step and were not before. */
export function startedBy({ from, to }: Ends): readonly Started[] {
  if (latest?.from !== from || latest.to !== to) latest = { from, to, started: newIn({ from, to }) };
  return latest.started;
}

function newIn({ from, to }: Ends): readonly Started[] {
  if (from.children === to.children) return [];
  return Object.entries(to.children).flatMap(([child, actor]) => {
    // Who only listens does no work.
    if (!actor || child === 'heedSiblings') return [];
    if (from.children[child as keyof typeof from.children] === actor) return [];
    return [{ child, source: String(actor.src) as Source, input: inputOf(actor) }];
  });
}

/** The work that a step has begun, by name: all but clocks. */
export function begunBy(edge: Ends): readonly Source[] {
  return startedBy(edge).flatMap(({ source }) => (source === 'waitUntil' ? [] : [source]));
}

/** What an actor of this name has reported, in this step; nothing when it is about another, or failed. */
export function outputIn<Name extends Source>(
  { stimulus: { event, report } }: Pick<Edge, 'stimulus'>,
  name: Name,
): Work[Name]['output'] | undefined {
  return report?.source === name && 'output' in event ? (event.output as Work[Name]['output']) : undefined;
}

/** How an actor has failed, in this step: any, or the one of this name. */
export function failureIn(
  { stimulus: { event, report } }: Pick<Edge, 'stimulus'>,
  name = report?.source,
): Failure | undefined {
  if (!report || report.source !== name || !('error' in event)) return undefined;
  return event.error instanceof AuthError ? event.error.toFailure() : undefined;
}

/** The code that a host is told: of a failure, or, while the grant still works, of a refusal. */
export function toldIn(to: Edge['to']): FailureCode | undefined {
  const { failure, refusal } = to.context;
  return (failure ?? (to.matches('authorized') ? refusal : null))?.code;
}

/** Whether a step has changed nothing: neither the state, nor what is remembered, nor who is at work. */
export function isUnchanged({ from, to }: { readonly from: Looked; readonly to: Looked }): boolean {
  return (
    isSame(from.context, to.context) &&
    isSame(from.children, to.children) &&
    (from.value === to.value || JSON.stringify(from.value) === JSON.stringify(to.value))
  );
}

type Looked = Pick<Edge['from'], 'value' | 'context' | 'children'>;

/** By value at the first level, by identity below. */
function isSame(before: object, after: object): boolean {
  if (before === after) return true;
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...one.keys(), ...other.keys()])].every((key) => one.get(key) === other.get(key));
}
